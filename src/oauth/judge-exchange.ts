// Judges the answer to a token exchange (RFC 8693 section 2.2): strictly, from the status and the parsed body alone. Sends nothing.

import type { JsonAnswer } from '../core/bounded-json.ts'
import { Credential, isBearerToken } from '../core/credential.ts'
import { granted, type Result, refused } from '../core/errors.ts'
import type { IssuedToken } from '../core/exchange.ts'
import { isScope } from '../core/scope.ts'

/** Identifier of the token type that is asked for (RFC 8693 section 3). */
export const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token'

/** Seconds; a server that says a day is taken to mean an hour, so that what it revokes is gone from memory by then. */
const LONGEST_LIFE = 3600

const LONGEST_TOKEN = 16 * 1024

/** What the answer is held against. */
export interface AskedExchange {
  readonly scopes: readonly string[]
  readonly subjectToken: Credential
  /** Seconds since the epoch, when the request was sent. */
  readonly now: number
}

/** The issued token, or the reason why the answer holds none. */
export function judgeExchange({ status, json }: JsonAnswer, asked: AskedExchange): Result<IssuedToken> {
  const body = typeof json === 'object' && json !== null ? (json as Record<string, unknown>) : {}
  if (status !== 200) return judgeError(status, body.error, asked)
  const { access_token, issued_token_type, token_type, expires_in } = body
  if (typeof access_token !== 'string' || access_token.length > LONGEST_TOKEN || !isBearerToken(access_token))
    return refused('exchange_failed')
  // A server that hands back the subject token would make us pass the user's own token on.
  if (access_token === asked.subjectToken.reveal()) return refused('exchange_failed')
  if (typeof token_type !== 'string' || token_type.toLowerCase() !== 'bearer') return refused('exchange_failed')
  if (issued_token_type !== ACCESS_TOKEN) return refused('exchange_failed')
  if (typeof expires_in !== 'number' || !Number.isFinite(expires_in) || expires_in <= 0) return refused('exchange_failed')
  const scopes = judgeScopes(body.scope, asked.scopes)
  if (!scopes) return refused('exchange_failed')
  const tokenId = tokenIdOf(access_token)
  return granted({
    credential: new Credential(access_token),
    expiresAt: Math.floor(asked.now + Math.min(expires_in, LONGEST_LIFE)),
    scopes,
    ...(tokenId === undefined ? {} : { tokenId }),
  })
}

/** Granted scopes: those asked for when the answer names none (RFC 8693 section 2.2.1); undefined when it names more, or no scopes at all. */
function judgeScopes(scope: unknown, asked: readonly string[]): readonly string[] | undefined {
  if (scope === undefined) return asked
  if (typeof scope !== 'string') return undefined
  const scopes = [...new Set(scope.split(' ').filter((part) => part !== ''))]
  const fits = asked.length === 0 ? isScope : (one: string) => asked.includes(one)
  return scopes.every(fits) ? scopes : undefined
}

/** The error codes of RFC 6749 section 5.2 and RFC 8707 section 2, as reasons. Their descriptions are never read. */
function judgeError(status: number, error: unknown, asked: AskedExchange): Result<never> {
  if (status >= 500 || status === 429 || status === 408) return refused('issuer_unavailable')
  switch (error) {
    case 'invalid_grant':
      return refused('exchange_grant_refused')
    case 'invalid_scope':
      return refused('exchange_scope_refused', { scopes: asked.scopes })
    case 'invalid_target':
      return refused('exchange_target_refused')
    case 'invalid_client':
    case 'unauthorized_client':
    case 'unsupported_grant_type':
      return refused('exchange_client_refused')
    case 'temporarily_unavailable':
    case 'server_error':
      return refused('issuer_unavailable')
    default:
      // A 401 says that the client was not authenticated (RFC 6749 section 5.2), whatever else it says.
      return refused(status === 401 ? 'exchange_client_refused' : 'exchange_failed')
  }
}

/** `jti` of a JWT, unverified: for the audit only, since a client does not interpret access tokens (RFC 9068 section 6). */
function tokenIdOf(token: string): string | undefined {
  const payload = /^[\w-]+\.([\w-]+)\.[\w-]+$/.exec(token)?.[1]
  if (payload === undefined) return undefined
  try {
    const claims: unknown = JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/')))
    const jti = typeof claims === 'object' && claims !== null && 'jti' in claims ? claims.jti : undefined
    return typeof jti === 'string' && jti !== '' && jti.length <= 256 ? jti : undefined
  } catch {
    return undefined
  }
}
