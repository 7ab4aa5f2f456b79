// Judges the answer of a token endpoint (RFC 6749 section 5, RFC 8693 section 2.2), whichever grant it was asked for: strictly, from the status
// and the parsed body alone. It sends nothing.

import { Credential, isBearerToken } from '../core/credential.ts'
import { granted, type RefusalReason, type Result, refused } from '../core/errors.ts'
import type { JsonAnswer } from '../core/http/bounded-json.ts'
import { isScope } from '../core/scope.ts'
import type { IssuedToken } from '../core/source/exchange.ts'
import type { DpopKey } from './dpop.ts'

/** Identifier of the token type that is asked for (RFC 8693 section 3). */
export const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token'

/** Seconds; a server that says a day is taken to mean an hour, so that what it revokes is gone from memory by then. */
const LONGEST_LIFE = 3600

/** Characters of a token; a longer one fits into no header. */
export const LONGEST_TOKEN: number = 16 * 1024

/** What an answer is held against. */
export interface Asked {
  readonly scopes: readonly string[]
  /** The tokens that were sent along: an answer that hands one of them back would make us pass it on. */
  readonly sent: readonly Credential[]
  /** `issued_token_type`, which the answer to an exchange must have (RFC 8693 section 2.2.1). */
  readonly issuedTokenType?: string
  /** What `invalid_grant` means. Default: that the person's token is no longer good. */
  readonly grantRefused?: RefusalReason
}

/** What the answer with an access token is held against. */
export interface AskedToken extends Asked {
  /** Seconds since the epoch, when the request was sent. */
  readonly now: number
  /** The key that the token must be bound to. One that is not is refused: a client that wants the binding cannot be talked out of it. */
  readonly dpop?: DpopKey | undefined
}

/** The issued access token, or the reason why the answer holds none. */
export function judgeToken(answer: JsonAnswer, asked: AskedToken): Result<IssuedToken> {
  const { dpop } = asked
  const judged = judgeAnswer(answer, asked, dpop ? 'dpop' : 'bearer')
  if (!judged.ok) return judged
  const { credential, text, scopes, expiresIn } = judged.value
  if (typeof expiresIn !== 'number' || !Number.isFinite(expiresIn) || expiresIn <= 0)
    return refused('exchange_failed')
  const tokenId = tokenIdOf(text)
  return granted({
    credential,
    expiresAt: Math.floor(asked.now + Math.min(expiresIn, LONGEST_LIFE)),
    scopes,
    ...(tokenId === undefined ? {} : { tokenId }),
    ...(dpop ? { proof: (request) => dpop.proof({ ...request, accessToken: credential }) } : {}),
  })
}

/** An assertion for another server, and the scopes that it is good for: no access token, so its type is `N_A` (RFC 8693 section 2.2.1). */
export function judgeAssertion(
  answer: JsonAnswer,
  asked: Asked,
): Result<{ readonly credential: Credential; readonly scopes: readonly string[] }> {
  return judgeAnswer(answer, asked, 'n_a')
}

interface Judged {
  readonly credential: Credential
  readonly text: string
  readonly scopes: readonly string[]
  readonly expiresIn: unknown
}

function judgeAnswer(
  { status, json }: JsonAnswer,
  asked: Asked,
  type: 'bearer' | 'dpop' | 'n_a',
): Result<Judged> {
  const body = typeof json === 'object' && json !== null ? (json as Record<string, unknown>) : {}
  if (status !== 200) return judgeError(status, body.error, asked)
  const { access_token: text, issued_token_type, token_type } = body
  if (typeof text !== 'string' || text.length > LONGEST_TOKEN || !isBearerToken(text))
    return refused('exchange_failed')
  if (asked.sent.some((one) => one.reveal() === text)) return refused('exchange_failed')
  if (typeof token_type !== 'string' || token_type.toLowerCase() !== type)
    return refused('exchange_failed')
  if (asked.issuedTokenType !== undefined && issued_token_type !== asked.issuedTokenType)
    return refused('exchange_failed')
  const scopes = judgeScopes(body.scope, asked.scopes)
  if (!scopes) return refused('exchange_failed')
  return granted({ credential: new Credential(text), text, scopes, expiresIn: body.expires_in })
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
export function judgeError(
  status: number,
  error: unknown,
  asked: Pick<Asked, 'scopes' | 'grantRefused'>,
): Result<never> {
  if (status >= 500 || status === 429 || status === 408) return refused('issuer_unavailable')
  switch (error) {
    case 'invalid_grant':
      return refused(asked.grantRefused ?? 'exchange_grant_refused')
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
    const jti =
      typeof claims === 'object' && claims !== null && 'jti' in claims ? claims.jti : undefined
    return typeof jti === 'string' && jti !== '' && jti.length <= 256 ? jti : undefined
  } catch {
    return undefined
  }
}
