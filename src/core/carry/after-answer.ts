// What follows from an answer that has a problem with a credential: what the caller is told, and how
// the request is repeated.

import { isNonce } from '../door/proof.ts'
import type { Refusal } from '../errors.ts'
import { narrowScopes } from '../scope.ts'
import type { IssuedToken } from '../source/exchange.ts'
import type { KnownScopes } from '../source/parts.ts'
import type { Problem } from './judge-answer.ts'
import type { Tokens } from './placing.ts'

/**
 * Whether the caller may read an answer with a problem. A redirect or a second 401 never passes.
 */
export function isForCaller(response: Response, { reason }: Problem): boolean {
  return response.status !== 401 && reason !== 'redirect_refused'
}

/** Scopes of a challenge that an error repeats, where the operator named none. */
const MAX_SCOPES = 16
const MAX_SCOPE_CHARS = 128

/** The refusal for a problem. Of the scopes in the challenge it repeats the known ones only. */
export function refusalOf({ reason, challenge }: Problem, known: KnownScopes): Refusal {
  if (reason !== 'scope_missing') return { reason }
  const scopes =
    known === 'any'
      ? challenge.scopes.filter(({ length }) => length <= MAX_SCOPE_CHARS).slice(0, MAX_SCOPES)
      : narrowScopes(challenge.scopes, known)
  return { reason, scopes }
}

/**
 * Whether a 401 asks for another proof of the same token (RFC 9449 section 9). A server may send a
 * nonce with every answer, so the error decides.
 */
export function asksForProof(response: Response, { challenge }: Problem, tokens: Tokens): boolean {
  const hasNonce = boundToken(tokens)?.proof !== undefined && response.headers.has('dpop-nonce')
  return hasNonce && challenge.error !== 'invalid_token'
}

/** The token that a challenge is read for: the one that is bound to a key, or any. */
export function boundToken(tokens: Tokens): IssuedToken | undefined {
  let any: IssuedToken | undefined
  for (const token of tokens.values()) {
    if (token.proof) return token
    any ??= token
  }
  return any
}

/** The nonce that the next proof must have (RFC 9449 section 8.2). */
export function nonceOf(response: Response): string | undefined {
  const nonce = response.headers.get('dpop-nonce')
  return nonce !== null && isNonce(nonce) ? nonce : undefined
}
