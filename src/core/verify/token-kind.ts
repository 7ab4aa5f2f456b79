// Tells access tokens, ID tokens and other tokens apart by their claims, for issuers that leave out
// the type that RFC 9068 section 2.1 requires. Pure.

import type { TokenMarks } from './claim-dialect.ts'
import { audienceOf, type Claims, claimAt } from './claims.ts'

/**
 * Claims that only ID tokens and logout tokens have (OpenID Connect Core 1.0 sections 2 and
 * 3.3.2.11, FAPI, Back-Channel Logout 1.0).
 */
export const FOREIGN_MARKS: readonly string[] = ['nonce', 'at_hash', 'c_hash', 's_hash', 'events']

/**
 * What shows an access token at an issuer of which nothing more is known: a claim for scopes, which
 * RFC 9068 section 2.2 gives to access tokens alone, or an audience that is not the client.
 */
export const COMMON_MARKS: readonly TokenMarks[] = [
  { required: { scope: true } },
  { required: { scp: true } },
  { audienceBeyond: ['client_id'] },
]

/** Whether claims have the marks of an access token. */
export function isAccessToken(claims: Claims, marks: readonly TokenMarks[]): boolean {
  return isNoOtherKind(claims) && marks.some((one) => bears(claims, one))
}

/** The claims `typ` (Keycloak) and `token_use` (Cognito) name the kind in words. */
function isNoOtherKind({ typ, token_use }: Claims): boolean {
  const isBearer = typ === undefined || typ === 'Bearer' || typ === 'DPoP'
  return isBearer && (token_use === undefined || token_use === 'access')
}

function bears(claims: Claims, marks: TokenMarks): boolean {
  const { required = {}, forbidden = FOREIGN_MARKS, audienceBeyond } = marks
  if (forbidden.some((name) => Object.hasOwn(claims, name))) return false
  if (!Object.entries(required).every(([name, values]) => holds(claims[name], values))) return false
  return !audienceBeyond || isBeyond(claims, audienceBeyond)
}

function holds(value: unknown, values: true | readonly string[]): boolean {
  if (values !== true) return typeof value === 'string' && values.includes(value)
  if (value === undefined || value === null || value === '') return false
  return !(Array.isArray(value) && value.length === 0)
}

function isBeyond(claims: Claims, clientClaims: readonly string[]): boolean {
  const audience = audienceOf(claims, {})
  const clients = clientClaims
    .map((name) => claimAt(claims, name))
    .filter((value): value is string => typeof value === 'string' && value !== '')
  return (
    clients.length > 0 &&
    audience.length > 0 &&
    !clients.some((client) => audience.includes(client))
  )
}

/**
 * Whether claims can be those of an ID token for one of these clients (OpenID Connect Core 1.0
 * section 3.1.3.7): its audience is the client, and with several audiences `azp` says which one it
 * was issued to.
 */
export function isIdTokenFor(claims: Claims, clients: readonly string[]): boolean {
  const { typ, token_use, azp, events } = claims
  if (events !== undefined) return false
  if (typ !== undefined && typ !== 'ID' && typ !== 'JWT') return false
  if (token_use !== undefined && token_use !== 'id') return false
  const audience = audienceOf(claims, {})
  const mine = clients.filter((client) => audience.includes(client))
  if (mine.length === 0) return false
  return azp === undefined ? audience.length === 1 : mine.some((client) => client === azp)
}
