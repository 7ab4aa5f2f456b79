// Judges the answer of a token endpoint for any grant (RFC 6749 section 5, RFC 8693 section 2.2).
// It looks at the status and the parsed body alone, strictly, and sends nothing.

import { Credential, isBearerToken } from '../core/credential.ts'
import { granted, type RefusalReason, type Result, refused } from '../core/errors.ts'
import type { JsonAnswer } from '../core/http/bounded-json.ts'
import { isObject, type UnknownObject } from '../core/json.ts'
import { isScope } from '../core/scope.ts'
import type { IssuedToken } from '../core/source/exchange.ts'
import type { DpopKey } from './dpop.ts'

/** The type of the tokens that we ask for (RFC 8693 section 3). */
export const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token'

/**
 * The longest life that we believe. A token that the server gives for a day is used for an hour, so
 * that a revoked one is gone from memory by then.
 */
const MAX_LIFE_SECONDS = 3600

/** A longer token does not fit into a header. */
export const MAX_TOKEN_CHARS: number = 16 * 1024

/** A shorter token, or part of one, cannot be told from a scope. */
const MIN_PIECE_CHARS = 12

/** What an answer must match. */
export interface Asked {
  readonly scopes: readonly string[]
  /**
   * The tokens that were in the request. An answer that returns one of them would make us pass it
   * on.
   */
  readonly sent: readonly Credential[]
  /** The `issued_token_type` that the answer to an exchange must have (RFC 8693 section 2.2.1). */
  readonly issuedTokenType?: string
  /** What `invalid_grant` means. Default: the person's token is not good any more. */
  readonly grantRefused?: RefusalReason
}

/** What an answer with an access token must match. */
export interface AskedToken extends Asked {
  /** Seconds since the epoch, when the request was sent. */
  readonly now: number
  /**
   * The key that the token must be bound to. A token that is not bound to it is refused, so that
   * nobody can downgrade a client that asks for the binding.
   */
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
    expiresAt: Math.floor(asked.now + Math.min(expiresIn, MAX_LIFE_SECONDS)),
    ...(expiresIn > MAX_LIFE_SECONDS ? { endsAt: Math.ceil(asked.now + expiresIn) } : {}),
    scopes,
    ...(tokenId === undefined ? {} : { tokenId }),
    ...(dpop ? { proof: (request) => dpop.proof({ ...request, accessToken: credential }) } : {}),
  })
}

/**
 * An assertion for another server, and the scopes that it is good for. It is no access token, so
 * its type is `N_A` (RFC 8693 section 2.2.1).
 */
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
  const body: UnknownObject = isObject(json) ? json : {}
  if (status !== 200) return judgeError(status, body.error, asked)
  const { access_token: text, issued_token_type, token_type } = body
  if (typeof text !== 'string' || text.length > MAX_TOKEN_CHARS || !isBearerToken(text))
    return refused('exchange_failed')
  const sent = asked.sent.map((token) => token.reveal())
  if (sent.includes(text)) return refused('exchange_failed')
  if (typeof token_type !== 'string' || token_type.toLowerCase() !== type)
    return refused('exchange_failed')
  if (asked.issuedTokenType !== undefined && issued_token_type !== asked.issuedTokenType)
    return refused('exchange_failed')
  const scopes = judgeScopes(body.scope, asked.scopes)
  if (!scopes) return refused('exchange_failed')
  return granted({
    credential: new Credential(text),
    text,
    scopes: withoutTokens(scopes, [text, ...sent]),
    expiresIn: body.expires_in,
  })
}

/**
 * The granted scopes. When the answer does not say, they are those that were asked for (RFC 8693
 * section 2.2.1). Undefined when the answer names others, or something that is no scope.
 */
function judgeScopes(scope: unknown, asked: readonly string[]): readonly string[] | undefined {
  if (scope === undefined) return asked
  if (typeof scope !== 'string') return undefined
  const scopes = [...new Set(scope.split(' ').filter((part) => part !== ''))]
  const fits = asked.length === 0 ? isScope : (part: string) => asked.includes(part)
  return scopes.every(fits) ? scopes : undefined
}

/**
 * The scopes that are no token of the same answer, nor a part of one. Scopes are written to the
 * audit and shown to the person.
 */
export function withoutTokens(
  scopes: readonly string[],
  tokens: readonly unknown[],
): readonly string[] {
  const long = tokens
    .filter((token) => typeof token === 'string')
    .filter((token) => token.length >= MIN_PIECE_CHARS)
  return scopes.filter(
    (scope) =>
      scope.length < MIN_PIECE_CHARS ||
      !long.some((token) => scope.includes(token) || token.includes(scope)),
  )
}

/**
 * Turns the error codes of RFC 6749 section 5.2 and RFC 8707 section 2 into reasons. It never reads
 * a description.
 */
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
      // A 401 means that the client was not authenticated (RFC 6749 section 5.2), with any error
      // code.
      return refused(status === 401 ? 'exchange_client_refused' : 'exchange_failed')
  }
}

/**
 * The `jti` of a JWT, unverified. It is for the audit only: a client must not interpret access
 * tokens (RFC 9068 section 6).
 */
function tokenIdOf(token: string): string | undefined {
  const payload = /^[\w-]+\.([\w-]+)\.[\w-]+$/.exec(token)?.[1]
  if (payload === undefined) return undefined
  try {
    const claims: unknown = JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/')))
    const jti = isObject(claims) ? claims.jti : undefined
    return typeof jti === 'string' && jti !== '' && jti.length <= 256 ? jti : undefined
  } catch {
    return undefined
  }
}
