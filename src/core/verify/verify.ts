// Verifies access tokens: the port, and the claim rules for every token format. Signatures (jwt)
// and introspection (oauth) are adapters.

import { isForAudience } from '../audience.ts'
import type { Credential } from '../credential.ts'
import { granted, type RefusalReason, type Result, refused } from '../errors.ts'
import type { Actor, Principal } from '../principal.ts'
import { forOperator } from '../refusal-details.ts'
import type { ClaimDialect } from './claim-dialect.ts'
import { audienceOf, type Claims, claimAt, clientOf, isAstray, listOf, scopesIn } from './claims.ts'

/** What a verified access token says. It holds no secret. Times are in seconds since the epoch. */
export interface VerifiedToken {
  readonly principal: Principal
  readonly audience: readonly string[]
  /** Set when nobody said whom the token is for, and the operator lets it count as ours. */
  readonly audienceAssumed?: true
  readonly scopes: readonly string[]
  readonly expiresAt: number
  /** `jti`, where the token has one. */
  readonly tokenId?: string
  /**
   * Thumbprint of the key that the token is bound to. The caller has proved that they have it; the
   * token is worth nothing without it.
   */
  readonly boundTo?: string
  /** All claims, as the issuer signed or reported them. */
  readonly claims: Readonly<Record<string, unknown>>
}

/** The port: verifies one access token for one audience. */
export interface TokenVerifier {
  /**
   * @param credential The access token.
   * @param audience Whom the token must have been issued for: one of these. It is an argument and no
   *   option, so that no door can forget it.
   * @returns The verified token, or the reason why there is none. It does not throw, whatever a
   *   caller sent.
   */
  verify(
    credential: Credential,
    audience: string | readonly string[],
    options?: VerifyOptions,
  ): Promise<Result<VerifiedToken>>
}

/** Options of {@link TokenVerifier.verify}. */
export interface VerifyOptions {
  readonly signal?: AbortSignal
  /**
   * Thumbprint of the key that the caller has proved to have. The token must then be bound to this
   * key. Without it, a token that is bound to any key is refused.
   */
  readonly keyThumbprint?: string
}

/** What the claims must match. */
export interface ClaimRules extends ClaimDialect {
  /** The values of `iss` that are taken. */
  readonly issuer: string | readonly string[]
  readonly audience: string | readonly string[]
  /** Seconds since the epoch. */
  readonly nowSeconds: number
  /** Leeway for clocks that differ. */
  readonly toleranceSeconds: number
  /** As in {@link VerifyOptions}. */
  readonly keyThumbprint?: string | undefined
  /** A token that names no audience is taken as one for `audience`. Default false. */
  readonly assumeAudience?: boolean
}

/**
 * Validates the claims of a token, after somebody authenticated them: issuer, audience, expiry,
 * not-before, issued-at, subject (RFC 9068 section 4, RFC 7519 section 4.1).
 */
export function validateClaims(claims: Claims, rules: ClaimRules): Result<VerifiedToken> {
  const { iss, exp, jti } = claims
  const issuer = listOf(rules.issuer).find((name) => name === iss)
  if (issuer === undefined) return differs('issuer_mismatch', listOf(rules.issuer), iss)
  const accepted = listOf(rules.audience)
  const named = audienceOf(claims, rules)
  const isAssumed = rules.assumeAudience === true && named.length === 0 && isEmpty(claims.aud)
  const audience = isAssumed ? accepted : named
  if (!isForAudience(audience, accepted)) return differs('audience_mismatch', accepted, audience)
  if (!isTime(exp)) return refused('claim_missing', { claim: 'exp' })
  const untimely = judgeTimes(claims, exp, rules)
  if (untimely) return untimely
  const subjectClaim = rules.subjectClaim ?? 'sub'
  const subject = claimAt(claims, subjectClaim)
  if (!isName(subject)) return refused('claim_missing', { claim: subjectClaim })
  if (!isBoundAsProved(claims.cnf, rules.keyThumbprint))
    return refused('claim_invalid', { claim: 'cnf' })
  const tenant = tenantOf(claims, rules)
  if (!tenant.ok) return tenant
  const actor = parseActor(claims.act, 0)
  if (claims.act !== undefined && !actor) return refused('claim_invalid', { claim: 'act' })
  const client = clientOf(claims)
  if (rules.clients && !(client !== undefined && rules.clients.includes(client)))
    return differs('claim_invalid', rules.clients, client, 'client_id')
  return granted({
    principal: {
      issuer,
      subject,
      ...(tenant.value === undefined ? {} : { tenant: tenant.value }),
      ...(client === undefined ? {} : { client }),
      ...(actor === undefined ? {} : { actor }),
    },
    audience,
    ...(isAssumed ? { audienceAssumed: true } : {}),
    scopes: scopesIn(claims, rules),
    expiresAt: exp,
    ...(typeof jti === 'string' ? { tokenId: jti } : {}),
    ...(rules.keyThumbprint === undefined ? {} : { boundTo: rules.keyThumbprint }),
    claims,
  })
}

/** Refuses, and tells the operator what was expected and what came. */
export function differs(
  reason: RefusalReason,
  expected: readonly string[],
  found: unknown,
  claim?: string,
): ReturnType<typeof refused> {
  const came = Array.isArray(found) ? textsIn(found) : found
  const wanted = forOperator(expected.join(' or '))
  return refused(reason, {
    ...(claim === undefined ? {} : { claim }),
    ...(wanted === undefined ? {} : { expected: wanted }),
    found: forOperator(came) ?? (came === undefined || came === '' ? 'none' : 'no text'),
  })
}

/** Of a list, the texts. What else is in it may be too deep to be written, or refuse to be. */
function textsIn(list: readonly unknown[]): unknown {
  const texts = list.filter((one) => typeof one === 'string')
  return texts.length === 0 && list.length > 0 ? list : texts.join(', ')
}

/**
 * Whether a claim can name a person or a tenant. Halves of surrogate pairs would all become the same
 * character where they are written as UTF-8, and two names one.
 */
function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && !/\p{Surrogate}/u.test(value)
}

/** Whether a claim says nothing. An audience that nobody can read may be somebody else's. */
function isEmpty(value: unknown): boolean {
  const isList = Array.isArray(value) && value.length === 0
  return value === undefined || value === null || value === '' || isList
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value)
}

/** Why a token is not valid now; undefined when it is. */
function judgeTimes(
  { nbf, iat }: Claims,
  exp: number,
  { nowSeconds, toleranceSeconds }: ClaimRules,
): ReturnType<typeof refused> | undefined {
  if (exp + toleranceSeconds <= nowSeconds) return refused('token_expired')
  for (const [claim, value] of [
    ['nbf', nbf],
    ['iat', iat],
  ] as const) {
    if (value === undefined) continue
    if (!isTime(value)) return refused('claim_invalid', { claim })
    if (value - toleranceSeconds > nowSeconds) return refused('token_not_yet_valid')
  }
  return undefined
}

function tenantOf(claims: Claims, rules: ClaimRules): Result<string | undefined> {
  const { tenantClaim, tenantOptional } = rules
  if (tenantClaim === undefined) return granted(undefined)
  const tenant = claimAt(claims, tenantClaim)
  if (isName(tenant)) return granted(tenant)
  if (isAstray(claims, tenantClaim)) return refused('claim_invalid', { claim: tenantClaim })
  const isAbsent = tenant === undefined || tenant === null || tenant === ''
  return tenantOptional && isAbsent
    ? granted(undefined)
    : refused('claim_missing', { claim: tenantClaim })
}

/**
 * Whether a token is bound to the proved key and to nothing else, or to no key when none was
 * proved. As a bearer token, a bound one would serve whoever stole it (RFC 9449 sections 6 and
 * 7.2). With a token that is not bound, anybody can make a proof (section 7.1).
 */
function isBoundAsProved(confirmation: unknown, keyThumbprint: string | undefined): boolean {
  if (confirmation === undefined || keyThumbprint === undefined)
    return confirmation === undefined && keyThumbprint === undefined
  if (typeof confirmation !== 'object' || confirmation === null) return false
  const members = Object.entries(confirmation)
  return (
    members.length === 1 &&
    members.every(([name, value]) => name === 'jkt' && value === keyThumbprint)
  )
}

/** Actors in a chain. A longer one is refused: nobody delegates so often, and each hop reads it. */
const MAX_ACTORS = 8

function parseActor(claim: unknown, depth: number): Actor | undefined {
  if (typeof claim !== 'object' || claim === null || depth >= MAX_ACTORS) return undefined
  const { sub, iss, act } = claim as Record<string, unknown>
  if (typeof sub !== 'string' || sub === '') return undefined
  const inner = act === undefined ? undefined : parseActor(act, depth + 1)
  if (act !== undefined && !inner) return undefined
  return {
    subject: sub,
    ...(typeof iss === 'string' ? { issuer: iss } : {}),
    ...(inner ? { actor: inner } : {}),
  }
}
