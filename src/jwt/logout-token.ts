// Verifies logout tokens (OpenID Connect Back-Channel Logout 1.0 section 2.6): signed by the issuer,
// for this client, fresh, and nothing that could be an ID token or an access token.

import { compactVerify } from 'jose'
import { granted, type Result, refused } from '../core/errors.ts'
import { isObject, parseForeignJson } from '../core/json.ts'
import type { EndedSignIn } from '../core/sign-ins.ts'
import { differs } from '../core/verify/verify.ts'
import { readJoseHeader } from './jose-header.ts'
import type { KeyFinder, KeyHint } from './key-set.ts'

/** What a logout token must match. */
export interface LogoutRules {
  readonly issuer: string
  /** The client ids that logout tokens are for. */
  readonly clientIds: readonly string[]
  readonly algorithms: readonly string[]
  /** Seconds since the epoch. */
  readonly now: number
  readonly toleranceSeconds: number
}

/** A verified logout token. */
export interface LogoutToken {
  readonly ended: EndedSignIn
  readonly tokenId: string
  /** Until when it could be sent again, in seconds since the epoch. */
  readonly usableUntil: number
}

/** A token without `exp` is believed for so long after it was issued. */
const LIFE_SECONDS = 120

/** The member of `events` that makes a token a logout token (section 2.4). */
const LOGOUT_EVENT = 'http://schemas.openid.net/event/backchannel-logout'

/** Verifies one token. It does not throw, whatever was sent. */
export async function verifyLogoutToken(
  text: string,
  rules: LogoutRules,
  findKey: KeyFinder,
  signal: AbortSignal | undefined,
): Promise<Result<LogoutToken>> {
  const header = judgeHeader(text, rules.algorithms)
  if (!header.ok) return header
  const key = await findKey(header.value, signal)
  if (!key.ok) return key
  const verified = await compactVerify(text, key.value, { algorithms: [header.value.alg] }).catch(
    () => undefined,
  )
  if (!verified) return refused('signature_invalid')
  const claims = parseForeignJson(new TextDecoder().decode(verified.payload))
  return isObject(claims) ? judgeLogoutClaims(claims, rules) : refused('token_malformed')
}

function judgeHeader(text: string, algorithms: readonly string[]): Result<KeyHint> {
  const header = readJoseHeader(text, algorithms)
  if (!header.ok) return header
  const { type, ...hint } = header.value
  // Section 2.4 recommends the type. Older servers write "JWT"; the claims tell then.
  if (type !== undefined && type !== 'logout+jwt' && type !== 'jwt')
    return differs('type_refused', ['typ logout+jwt'], type, 'typ')
  return granted(hint)
}

/** Judges the claims of a token whose signature was verified. */
function judgeLogoutClaims(
  claims: Readonly<Record<string, unknown>>,
  rules: LogoutRules,
): Result<LogoutToken> {
  const { iss, aud, iat, exp, jti, events, sub, sid } = claims
  const { issuer, clientIds, now, toleranceSeconds: tolerance } = rules
  if (iss !== issuer) return differs('issuer_mismatch', [issuer], iss, 'iss')
  const audience = Array.isArray(aud) ? aud : [aud]
  if (!audience.some((name) => clientIds.includes(name)))
    return differs('audience_mismatch', clientIds, audience.join(' and '), 'aud')
  if (typeof iat !== 'number' || !Number.isFinite(iat))
    return refused('claim_missing', { claim: 'iat' })
  if (iat > now + tolerance) return refused('token_not_yet_valid', { claim: 'iat' })
  const end = exp === undefined ? iat + LIFE_SECONDS : exp
  if (typeof end !== 'number' || !Number.isFinite(end))
    return refused('claim_invalid', { claim: 'exp' })
  if (end + tolerance <= now) return refused('token_expired', { claim: 'exp' })
  if (typeof jti !== 'string' || jti === '' || jti.length > 1024)
    return refused('claim_missing', { claim: 'jti' })
  if (!isObject(events) || !isObject(events[LOGOUT_EVENT]))
    return refused('claim_missing', { claim: 'events' })
  // Section 2.4 prohibits it, so that no logout token passes for an ID token.
  if ('nonce' in claims) return refused('claim_invalid', { claim: 'nonce' })
  const subject = nameIn(sub)
  const sessionId = nameIn(sid)
  if (subject === null || sessionId === null || (!subject && !sessionId))
    return refused('claim_missing', { claim: 'sub or sid' })
  return granted({
    tokenId: jti,
    usableUntil: end + tolerance,
    ended: {
      issuer,
      ...(subject === undefined ? {} : { subject }),
      ...(sessionId === undefined ? {} : { sessionId }),
    },
  })
}

/** A subject or a session id; undefined when there is none; null when it is no such text. */
function nameIn(value: unknown): string | undefined | null {
  if (value === undefined) return undefined
  return typeof value === 'string' && value !== '' && value.length <= 1024 ? value : null
}
