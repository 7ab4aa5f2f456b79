// Verifies access tokens: the port, and the claim rules for every token format. Signatures (jwt)
// and introspection (oauth) are adapters.

import { isForAudience } from '../audience.ts'
import type { Credential } from '../credential.ts'
import { granted, type Result, refused } from '../errors.ts'
import type { Actor, Principal } from '../principal.ts'
import { parseScopes } from '../scope.ts'

/** What a verified access token says. It holds no secret. Times are in seconds since the epoch. */
export interface VerifiedToken {
  readonly principal: Principal
  readonly audience: readonly string[]
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
export interface ClaimRules {
  readonly issuer: string
  readonly audience: string | readonly string[]
  /** Seconds since the epoch. */
  readonly nowSeconds: number
  /** Leeway for clocks that differ. */
  readonly toleranceSeconds: number
  /** The claim that names the tenant, where one issuer serves several. */
  readonly tenantClaim?: string | undefined
  /** As in {@link VerifyOptions}. */
  readonly keyThumbprint?: string | undefined
}

/**
 * Validates the claims of an access token, after somebody authenticated them: issuer, audience,
 * expiry, not-before, issued-at, subject (RFC 9068 section 4, RFC 7519 section 4.1).
 */
export function validateClaims(
  claims: Readonly<Record<string, unknown>>,
  rules: ClaimRules,
): Result<VerifiedToken> {
  const { iss, sub, exp, nbf, iat, jti, scope } = claims
  if (iss !== rules.issuer) return refused('issuer_mismatch')
  const audience =
    typeof claims.aud === 'string'
      ? [claims.aud]
      : Array.isArray(claims.aud)
        ? claims.aud.filter((entry) => typeof entry === 'string')
        : []
  const accepted = typeof rules.audience === 'string' ? [rules.audience] : rules.audience
  if (!isForAudience(audience, accepted)) return refused('audience_mismatch')
  if (typeof exp !== 'number' || !Number.isFinite(exp))
    return refused('claim_missing', { claim: 'exp' })
  if (exp + rules.toleranceSeconds <= rules.nowSeconds) return refused('token_expired')
  if (nbf !== undefined && (typeof nbf !== 'number' || !Number.isFinite(nbf)))
    return refused('claim_invalid', { claim: 'nbf' })
  if (typeof nbf === 'number' && nbf - rules.toleranceSeconds > rules.nowSeconds)
    return refused('token_not_yet_valid')
  if (iat !== undefined && (typeof iat !== 'number' || !Number.isFinite(iat)))
    return refused('claim_invalid', { claim: 'iat' })
  if (typeof iat === 'number' && iat - rules.toleranceSeconds > rules.nowSeconds)
    return refused('token_not_yet_valid')
  if (typeof sub !== 'string' || sub === '') return refused('claim_missing', { claim: 'sub' })
  if (!isBoundAsProved(claims.cnf, rules.keyThumbprint))
    return refused('claim_invalid', { claim: 'cnf' })
  const tenant = rules.tenantClaim === undefined ? undefined : claims[rules.tenantClaim]
  if (rules.tenantClaim !== undefined && (typeof tenant !== 'string' || tenant === '')) {
    return refused('claim_missing', { claim: rules.tenantClaim })
  }
  const actor = parseActor(claims.act, 0)
  if (claims.act !== undefined && !actor) return refused('claim_invalid', { claim: 'act' })
  const client =
    typeof claims.client_id === 'string'
      ? claims.client_id
      : typeof claims.azp === 'string'
        ? claims.azp
        : undefined
  return granted({
    principal: {
      issuer: rules.issuer,
      subject: sub,
      ...(typeof tenant === 'string' ? { tenant } : {}),
      ...(client === undefined ? {} : { client }),
      ...(actor === undefined ? {} : { actor }),
    },
    audience,
    scopes: parseScopes(scope),
    expiresAt: exp,
    ...(typeof jti === 'string' ? { tokenId: jti } : {}),
    ...(rules.keyThumbprint === undefined ? {} : { boundTo: rules.keyThumbprint }),
    claims,
  })
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
