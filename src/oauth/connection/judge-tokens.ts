// Judges the answer to a request for the tokens of a connected account (RFC 6749 section 5), by the
// status and the parsed body alone. It is read generously: a grant whose answer is not taken is lost.

import { Credential, isBearerToken } from '../../core/credential.ts'
import { granted, type Result, refused } from '../../core/errors.ts'
import type { JsonAnswer } from '../../core/http/bounded-json.ts'
import { isObject, type UnknownObject } from '../../core/json.ts'
import { forOperator } from '../../core/refusal-details.ts'
import { isScope } from '../../core/scope.ts'
import { judgeErrorAnswer } from '../judge-error.ts'
import { withoutTokens } from '../judge-scopes.ts'
import { MAX_TOKEN_CHARS } from '../judge-token.ts'

/** The tokens of a connected account. */
export interface AccountTokens {
  readonly accessToken: Credential
  /** Absent when the server gave none. After a refresh the account then keeps the one before. */
  readonly refreshToken?: Credential
  /** The ID token (OpenID Connect Core 1.0 section 3.1.3.3), where one came. Nothing is verified. */
  readonly idToken?: Credential
  /** Seconds since the epoch; absent when the server does not say. */
  readonly expiresAt?: number
  readonly scopes: readonly string[]
}

/** What the answer must match. */
export interface AskedTokens {
  /**
   * What was asked for. It is also what was granted when the answer does not say (RFC 6749 section
   * 5.1).
   */
  readonly scopes: readonly string[]
  /** Seconds since the epoch, when the request was sent. */
  readonly now: number
  /** Whether the tokens must be bound to a key. Default: they must not. */
  readonly isBound?: boolean
}

/** The tokens, or the reason why the answer holds none. */
export function judgeTokens(answer: JsonAnswer, asked: AskedTokens): Result<AccountTokens> {
  const body: UnknownObject = isObject(answer.json) ? answer.json : {}
  // Some servers answer 200 with an error (GitHub, Slack).
  if (answer.status !== 200 || (isText(body.error) && !isText(body.access_token)))
    return judgeTokenError(answer.status, body, asked)
  const { access_token, refresh_token } = body
  if (
    !isText(access_token) ||
    access_token.length > MAX_TOKEN_CHARS ||
    !isBearerToken(access_token)
  )
    return unreadable('access_token', 'an access token', undefined)
  const type = textOr(body.token_type, 'bearer')
  if (type === undefined || !isUsable(type, asked.isBound === true))
    return unreadable('token_type', asked.isBound ? 'DPoP' : 'Bearer', type)
  const life = lifeOf(body.expires_in)
  if (life === undefined) return unreadable('expires_in', 'seconds', body.expires_in)
  const refreshToken = isAbsent(refresh_token) ? undefined : parseRefreshToken(refresh_token)
  if (refreshToken === null) return unreadable('refresh_token', 'a refresh token', undefined)
  const scopes = scopesOf(body.scope, asked.scopes)
  if (scopes === null) return unreadable('scope', 'scopes', undefined)
  return granted({
    accessToken: new Credential(access_token),
    ...(refreshToken ? { refreshToken } : {}),
    ...(isIdToken(body.id_token) ? { idToken: new Credential(body.id_token) } : {}),
    ...(life === 'unknown' ? {} : { expiresAt: Math.floor(asked.now + life) }),
    // A person may grant more or less than we asked for.
    scopes: scopes
      ? withoutTokens(scopes, [access_token, refresh_token, body.id_token])
      : asked.scopes,
  })
}

/** Error codes of servers that do not use those of RFC 6749 section 5.2. */
const OWN_ERRORS: Readonly<Record<string, string>> = {
  bad_verification_code: 'invalid_grant',
  bad_refresh_token: 'invalid_grant',
  invalid_code: 'invalid_grant',
  code_already_used: 'invalid_grant',
  token_expired: 'invalid_grant',
  invalid_refresh_token: 'invalid_grant',
  incorrect_client_credentials: 'invalid_client',
  bad_client_secret: 'invalid_client',
  invalid_client_id: 'invalid_client',
  redirect_uri_mismatch: 'invalid_client',
  bad_redirect_uri: 'invalid_client',
}

function judgeTokenError(
  status: number,
  body: UnknownObject,
  { scopes }: AskedTokens,
): Result<never> {
  const { error } = body
  const known = isText(error) && Object.hasOwn(OWN_ERRORS, error) ? OWN_ERRORS[error] : error
  const judged = judgeErrorAnswer(
    status === 200 ? 400 : status,
    { ...body, error: known },
    { scopes, grantRefused: 'connection_needed' },
  )
  const own = forOperator(error)
  return judged.ok || own === undefined
    ? judged
    : refused(judged.refusal.reason, { ...judged.refusal, authorizationServerError: own })
}

function unreadable(claim: string, expected: string, found: unknown): Result<never> {
  const words = forOperator(typeof found === 'number' ? String(found) : found)
  return refused('exchange_failed', {
    claim,
    expected,
    ...(words === undefined ? {} : { found: words }),
  })
}

/** An ID token that is none is left out: an account needs no such token. */
function isIdToken(value: unknown): value is string {
  return isText(value) && value.length <= MAX_TOKEN_CHARS && isBearerToken(value)
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

/** `null` and an empty text are how some servers write that there is nothing. */
function isAbsent(value: unknown): boolean {
  return value === undefined || value === null || value === ''
}

function textOr(value: unknown, absent: string): string | undefined {
  if (isAbsent(value)) return absent
  return isText(value) ? value.trim().toLowerCase() : undefined
}

/** Names of bearer tokens: that of RFC 6750, and what Slack and others write in its place. */
const BEARER_TYPES: ReadonlySet<string> = new Set([
  'bearer',
  'user',
  'bot',
  'token',
  'access_token',
])

/** A bound token must not be used as a bearer token, nor a bearer token where we asked for a bound one. */
function isUsable(type: string, isBound: boolean): boolean {
  return isBound ? type === 'dpop' : BEARER_TYPES.has(type)
}

/** Seconds; `unknown` when the server does not say, and 0 is no life; undefined for anything else. */
function lifeOf(value: unknown): number | 'unknown' | undefined {
  if (isAbsent(value)) return 'unknown'
  const isNumber =
    typeof value === 'number' || (typeof value === 'string' && /^\d{1,12}(?:\.\d+)?$/.test(value))
  const seconds = isNumber ? Number(value) : Number.NaN
  if (!Number.isFinite(seconds) || seconds < 0) return undefined
  return seconds === 0 ? 'unknown' : seconds
}

/** Undefined when the answer does not say; null when it has something that is no scope. */
function scopesOf(value: unknown, asked: readonly string[]): readonly string[] | undefined | null {
  if (isAbsent(value)) return undefined
  // A comma may be part of a scope (RFC 6749 section 3.3). It is none where those asked for have none.
  const between = asked.some((scope) => scope.includes(',')) ? / +/ : /[ ,]+/
  const list = typeof value === 'string' ? value.split(between) : value
  if (!Array.isArray(list)) return null
  const scopes = list.filter((scope) => typeof scope === 'string' && isScope(scope))
  return [...new Set(scopes)]
}

/** A refresh token: printable ASCII (RFC 6749 appendix A.17); null for anything else. */
function parseRefreshToken(value: unknown): Credential | null {
  return typeof value === 'string' &&
    value.length <= MAX_TOKEN_CHARS &&
    /^[\x20-\x7e]+$/.test(value)
    ? new Credential(value)
    : null
}
