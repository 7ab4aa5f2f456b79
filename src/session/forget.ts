// Forgets the sign-ins that are over: their tokens are removed here and revoked at the issuer.

import { MAX_SIGN_INS, type SignInRecord } from '../core/vault/sign-in-store.ts'
import { type Account, readAccount } from '../oauth/connection/account.ts'
import { knownClient } from '../oauth/connection/client.ts'
import { revoke } from '../oauth/connection/token-request.ts'
import { keyOf, type SessionParts } from './parts.ts'

/** What forgets. */
export interface Forgetter {
  /** Forgets sign-ins that have ended. */
  forget(signIns: readonly SignInRecord[]): Promise<void>
  /** Forgets what else is over, now and then, while others do not wait. */
  sweepSoon(): void
}

/** How often what is over is looked for. */
const SWEEP_SECONDS = 600
/** How many are forgotten at once: the issuer is asked for each of them. */
const AT_ONCE = 10
/** How long the end of a sign-in waits for the issuer to revoke its tokens. */
const REVOKE_MS = 2000

/** Makes the forgetter. */
export function forgetter(parts: SessionParts): Forgetter {
  const { store, connection } = parts
  let sweepAt = 0

  async function forget(signIns: readonly SignInRecord[]): Promise<void> {
    for (let at = 0; at < signIns.length; at += AT_ONCE)
      await Promise.all(signIns.slice(at, at + AT_ONCE).map((signIn) => forgetOne(signIn, parts)))
  }

  async function forgetOver(): Promise<void> {
    for (;;) {
      const over = await store.list({ overAt: connection.now() / 1000 })
      await forget(over)
      if (over.length < MAX_SIGN_INS) return
    }
  }

  return {
    forget,
    sweepSoon() {
      const now = connection.now() / 1000
      if (now < sweepAt) return
      sweepAt = now + SWEEP_SECONDS
      void forgetOver().catch(() => {})
    },
  }
}

/** The tokens go first: a sign-in without them is found again, and tokens alone are not. */
async function forgetOne(signIn: SignInRecord, parts: SessionParts): Promise<void> {
  const { store, settings, connection } = parts
  const key = keyOf(signIn)
  const isMark = signIn.owner === ''
  const account = isMark ? undefined : readAccount(await connection.store.read(key), settings)
  if (!isMark) await connection.store.remove(key)
  await store.remove([signIn.id])
  if (account) await revokeTokens(account, parts)
}

async function revokeTokens(account: Account, parts: SessionParts): Promise<void> {
  const { settings, connection } = parts
  const client = await knownClient(settings, connection)
  if (!client.ok) return
  const { refreshToken, accessToken } = account
  const [token, hint] = refreshToken
    ? ([refreshToken, 'refresh_token'] as const)
    : ([accessToken, 'access_token'] as const)
  const deadline = Math.min(REVOKE_MS, connection.deadline)
  await revoke(token, hint, settings, client.value, { ...connection, deadline })
}
