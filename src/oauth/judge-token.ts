// Judges the answer of a token endpoint for any grant (RFC 6749 section 5, RFC 8693 section 2.2).
// It looks at the status and the parsed body alone, strictly, and sends nothing.

import { Credential, isBearerToken } from '../core/credential.ts'
import { granted, type Result, refused } from '../core/errors.ts'
import type { JsonAnswer } from '../core/http/bounded-json.ts'
import { isObject, type UnknownObject } from '../core/json.ts'
import type { IssuedToken } from '../core/source/exchange.ts'
import { readClaims } from '../core/unverified-claims.ts'
import { audienceOf } from '../core/verify/claims.ts'
import type { DpopKey } from './dpop.ts'
import { type AskedError, judgeErrorAnswer } from './judge-error.ts'
import { type AskedScopes, judgeScopes } from './judge-scopes.ts'

/** The type of the tokens that we ask for (RFC 8693 section 3). */
export const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token'

/**
 * The longest life that we believe. A token that the server gives for a day is used for an hour, so
 * that a revoked one is gone from memory by then.
 */
const MAX_LIFE_SECONDS = 3600

/** A longer token does not fit into a header. */
export const MAX_TOKEN_CHARS: number = 16 * 1024

/** What an answer must match. */
export interface Asked extends AskedScopes, AskedError {
  /**
   * The tokens that were in the request. An answer that returns one of them would make us pass it
   * on.
   */
  readonly sent: readonly Credential[]
  /**
   * What the answer to an exchange may say that it issued (RFC 8693 section 2.2.1). Default: nobody
   * looks at it.
   */
  readonly issuedTokenTypes?: readonly string[] | 'any'
}

/** What an answer with an access token must match. */
export interface AskedToken extends Asked {
  /** Seconds since the epoch, when the request was sent. */
  readonly now: number
  /** Whether the answer must say when the token expires. Default `required`. */
  readonly expiresIn?: 'required' | 'optional'
  /** The claim that stands for the audience in a JWT that has no `aud`. Default: none. */
  readonly audienceClaim?: string | readonly string[]
  /**
   * The key that the token must be bound to. A token that is not bound to it is refused, so that
   * nobody can downgrade a client that asks for the binding.
   */
  readonly dpop?: DpopKey | undefined
}

/** The issued access token, or the reason why the answer holds none. */
export function judgeToken(answer: JsonAnswer, asked: AskedToken): Result<IssuedToken> {
  const { audienceClaim, dpop, now } = asked
  const judged = judgeAnswer(answer, asked, dpop ? 'dpop' : 'bearer')
  if (!judged.ok) return judged
  const { credential, text, scopes, expiresIn } = judged.value
  const claims = readClaims(text) ?? {}
  const life = lifeOf(expiresIn, claims.exp, asked)
  if (!life) return refused('exchange_failed', { claim: 'expires_in' })
  const tokenId = tokenIdOf(claims.jti)
  const audience = audienceClaim && audienceOf(claims, { audienceClaim })
  return granted({
    credential,
    expiresAt: Math.floor(now + Math.min(life.useSeconds, MAX_LIFE_SECONDS)),
    ...(life.endSeconds > MAX_LIFE_SECONDS || life.endSeconds > life.useSeconds
      ? { endsAt: Math.ceil(now + life.endSeconds) }
      : {}),
    scopes,
    ...(audience ? { audience } : {}),
    ...(tokenId === undefined ? {} : { tokenId }),
    ...(dpop ? { proof: (request) => dpop.proof({ ...request, accessToken: credential }) } : {}),
  })
}

/** For how long a token is used, and how long it may be good somewhere. */
interface Life {
  readonly useSeconds: number
  readonly endSeconds: number
}

/** How long a token is used when nobody says how long it lives. */
const UNKNOWN_LIFE_SECONDS = 300

/** Undefined when the answer does not say what it must, or says something that is no time to come. */
function lifeOf(
  expiresIn: unknown,
  exp: unknown,
  { now, expiresIn: rule = 'required' }: AskedToken,
): Life | undefined {
  if (expiresIn !== undefined && expiresIn !== null) {
    // Some servers write the number as a text.
    const seconds =
      typeof expiresIn === 'string' && /^\d{1,10}$/.test(expiresIn) ? Number(expiresIn) : expiresIn
    return typeof seconds === 'number' && Number.isFinite(seconds) && seconds > 0
      ? { useSeconds: seconds, endSeconds: seconds }
      : undefined
  }
  if (rule === 'required') return undefined
  if (exp === undefined)
    return { useSeconds: UNKNOWN_LIFE_SECONDS, endSeconds: Number.POSITIVE_INFINITY }
  if (typeof exp !== 'number' || !Number.isFinite(exp) || exp <= now) return undefined
  return { useSeconds: exp - now, endSeconds: exp - now }
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
  if (status !== 200) return judgeErrorAnswer(status, body, asked)
  const { access_token: text, issued_token_type, token_type } = body
  if (typeof text !== 'string' || text.length > MAX_TOKEN_CHARS || !isBearerToken(text))
    return refused('exchange_failed', { claim: 'access_token' })
  const sent = asked.sent.map((token) => token.reveal())
  if (sent.includes(text)) return refused('exchange_failed', { claim: 'access_token' })
  if (typeof token_type !== 'string' || token_type.toLowerCase() !== type)
    return refused('exchange_failed', { claim: 'token_type', expected: type })
  if (!isIssuedType(issued_token_type, asked.issuedTokenTypes))
    return refused('exchange_failed', { claim: 'issued_token_type' })
  const scopes = judgeScopes(body.scope, asked, [text, ...sent])
  if (!scopes.ok) return scopes
  return granted({
    credential: new Credential(text),
    text,
    scopes: scopes.value,
    expiresIn: body.expires_in,
  })
}

/** Tokens that are never sent to an API, whatever a setting says. */
const NEVER_SENT = /:(?:id_token|refresh_token)$/

function isIssuedType(type: unknown, accepted: Asked['issuedTokenTypes']): boolean {
  if (accepted === undefined) return true
  if (typeof type === 'string' && NEVER_SENT.test(type)) return false
  return accepted === 'any' || (typeof type === 'string' && accepted.includes(type))
}

/**
 * The `jti` of a JWT, unverified. It is for the audit only: a client must not interpret access
 * tokens (RFC 9068 section 6).
 */
function tokenIdOf(jti: unknown): string | undefined {
  return typeof jti === 'string' && jti !== '' && jti.length <= 256 ? jti : undefined
}
