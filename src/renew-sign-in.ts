// A caller of a kept sign-in goes on with a fresh token when its own has run out.

import type { Caller } from './caller.ts'
import type { Credential } from './core/credential.ts'
import type { Admission } from './core/door/door.ts'
import type { KeptSignIn } from './core/door/kept-sign-in.ts'
import { isTemporary, type Refusal } from './core/errors.ts'
import { toError } from './core/sentences.ts'
import type { IssuedToken } from './core/source/exchange.ts'
import type { VerifiedToken } from './core/verify/verify.ts'

/**
 * A kept sign-in outlives its tokens: its caller goes on with a fresh one.
 *
 * @param admit Admits a token like the caller's first one.
 */
export function renewFrom(
  signIn: KeptSignIn,
  caller: Caller,
  admit: (credential: Credential) => Promise<Admission<Caller>>,
): void {
  const { trace } = caller
  caller.renewWith(async (signal) => {
    let refusedToken: IssuedToken | undefined
    for (;;) {
      const issued = await signIn.freshen({
        signal,
        trace,
        ...(refusedToken ? { refused: refusedToken } : {}),
      })
      if (!issued.ok) return noneOr(issued.refusal)
      const admission = await admit(issued.value.credential)
      if (!admission.ok) return noneOr(admission.refusal)
      const fresh = admission.value
      if (refusedToken || !isSameToken(fresh.token, caller.token)) return fresh
      // It is the token that has just been found to be of no use, in its life as it may be.
      await fresh.end()
      refusedToken = issued.value
    }
  })
}

/** There is none; or an error, when there may be one in a moment. */
function noneOr(refusal: Refusal): undefined {
  if (isTemporary(refusal.reason)) throw toError(refusal)
  return undefined
}

function isSameToken(one: VerifiedToken, other: VerifiedToken): boolean {
  return one.tokenId === other.tokenId && one.expiresAt === other.expiresAt
}
