// Judges the answer to a request for the tokens of a connected account (RFC 6749 section 5), by the
// status and the parsed body alone.

import { Credential, isBearerToken } from '../../core/credential.ts'
import { granted, type Result, refused } from '../../core/errors.ts'
import type { JsonAnswer } from '../../core/http/bounded-json.ts'
import { isObject, type UnknownObject } from '../../core/json.ts'
import { parseScopes } from '../../core/scope.ts'
import { judgeErrorAnswer } from '../judge-error.ts'
import { withoutTokens } from '../judge-scopes.ts'
import { MAX_TOKEN_CHARS } from '../judge-token.ts'

/** The tokens of a connected account. */
export interface AccountTokens {
  readonly accessToken: Credential
  /** Absent when the server gave none. After a refresh the account then keeps the one before. */
  readonly refreshToken?: Credential
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
}

/** The tokens, or the reason why the answer holds none. */
export function judgeTokens(
  { status, json }: JsonAnswer,
  asked: AskedTokens,
): Result<AccountTokens> {
  const body: UnknownObject = isObject(json) ? json : {}
  if (status !== 200)
    return judgeErrorAnswer(status, body, {
      scopes: asked.scopes,
      grantRefused: 'connection_needed',
    })
  const { access_token, refresh_token, token_type, expires_in, scope } = body
  if (
    typeof access_token !== 'string' ||
    access_token.length > MAX_TOKEN_CHARS ||
    !isBearerToken(access_token)
  )
    return refused('exchange_failed')
  if (typeof token_type !== 'string' || token_type.toLowerCase() !== 'bearer')
    return refused('exchange_failed')
  if (
    expires_in !== undefined &&
    (typeof expires_in !== 'number' || !Number.isFinite(expires_in) || expires_in <= 0)
  )
    return refused('exchange_failed')
  if (scope !== undefined && typeof scope !== 'string') return refused('exchange_failed')
  const refreshToken =
    refresh_token === undefined || refresh_token === ''
      ? undefined
      : parseRefreshToken(refresh_token)
  if (refreshToken === null) return refused('exchange_failed')
  return granted({
    accessToken: new Credential(access_token),
    ...(refreshToken ? { refreshToken } : {}),
    ...(expires_in === undefined ? {} : { expiresAt: Math.floor(asked.now + expires_in) }),
    // A person may grant more or less than we asked for.
    scopes:
      scope === undefined
        ? asked.scopes
        : withoutTokens(parseScopes(scope), [access_token, refresh_token]),
  })
}

/** A refresh token: printable ASCII (RFC 6749 appendix A.17); null for anything else. */
function parseRefreshToken(value: unknown): Credential | null {
  return typeof value === 'string' &&
    value.length <= MAX_TOKEN_CHARS &&
    /^[\x20-\x7e]+$/.test(value)
    ? new Credential(value)
    : null
}
