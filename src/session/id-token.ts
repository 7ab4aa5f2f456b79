// Judges the ID token that came with the tokens of a sign-in (OpenID Connect Core 1.0 section
// 3.1.3.7). It came from the token endpoint itself, so TLS vouches for it in place of the signature,
// as that section allows. Pure.

import type { Credential } from '../core/credential.ts'
import { granted, type Result, refused } from '../core/errors.ts'
import { readClaims } from '../core/unverified-claims.ts'
import { differs } from '../core/verify/verify.ts'

/** What an ID token must match. */
export interface IdTokenRules {
  /** The values of `iss` that are taken. */
  readonly issuers: readonly string[]
  readonly clientId: string
  /** The one that was sent with this sign-in; undefined after a refresh (section 12.2). */
  readonly nonce?: string
  /** Seconds since the epoch. */
  readonly now: number
}

/** What an ID token says about who signed in. */
export interface IdTokenFacts {
  readonly subject: string
  readonly sessionId?: string
  /** Seconds since the epoch. */
  readonly expiresAt: number
  readonly claims: Readonly<Record<string, unknown>>
}

/** How far two clocks may differ. */
const TOLERANCE_SECONDS = 30

/** Judges an ID token. */
export function judgeIdToken(token: Credential, rules: IdTokenRules): Result<IdTokenFacts> {
  const claims = readClaims(token.reveal())
  if (!claims) return refused('token_malformed', { claim: 'id_token' })
  const { iss, sub, aud, azp, exp, nonce, sid } = claims
  const { issuers, clientId, now } = rules
  if (typeof iss !== 'string' || !issuers.includes(iss))
    return differs('issuer_mismatch', issuers, iss, 'iss')
  const audience = Array.isArray(aud) ? aud : [aud]
  if (!audience.includes(clientId))
    return differs('audience_mismatch', [clientId], audience.join(', '), 'aud')
  if (azp !== undefined && azp !== clientId) return differs('claim_invalid', [clientId], azp, 'azp')
  if (typeof exp !== 'number' || !Number.isFinite(exp))
    return refused('claim_missing', { claim: 'exp' })
  if (exp + TOLERANCE_SECONDS <= now) return refused('token_expired', { claim: 'exp' })
  if (rules.nonce !== undefined && nonce !== rules.nonce)
    return refused('claim_invalid', { claim: 'nonce' })
  if (typeof sub !== 'string' || sub === '') return refused('claim_missing', { claim: 'sub' })
  return granted({
    subject: sub,
    ...(typeof sid === 'string' && sid !== '' ? { sessionId: sid } : {}),
    expiresAt: exp,
    claims,
  })
}
