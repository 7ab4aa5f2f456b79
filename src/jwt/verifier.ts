// Verifies JWT access tokens (RFC 9068 section 4). It never accepts an ID token, and never trusts a
// key or an algorithm because the token names it.

import { hash } from 'node:crypto'
import type { Credential } from '../core/credential.ts'
import { granted, type Result, refused } from '../core/errors.ts'
import { checkEndpoint } from '../core/http/endpoint.ts'
import { isObject } from '../core/json.ts'
import { allowedHttp, type PlainHttpOptions } from '../core/plain-http.ts'
import { cachedVerifier } from '../core/verify/verified-cache.ts'
import { type TokenVerifier, type VerifiedToken, validateClaims } from '../core/verify/verify.ts'
import { issuerKeys } from './key-set.ts'
import { signatureVerifier } from './signature.ts'
import { bearsAccessTokenMarks } from './untyped.ts'

const DEFAULT_ALGORITHMS: readonly string[] = ['ES256', 'RS256', 'PS256', 'EdDSA']

/**
 * The asymmetric algorithms that jose implements (RFC 7518 section 3.1, RFC 8037, RFC 9864, ML-DSA
 * for JOSE).
 */
export const ASYMMETRIC: RegExp =
  /^(?:(?:ES|RS|PS)(?:256|384|512)|EdDSA|Ed25519|ML-DSA-(?:44|65|87))$/

/** Options of {@link jwtVerifier}. */
export interface JwtVerifierOptions extends PlainHttpOptions {
  /** The issuer identifier, exactly as the `iss` claim spells it. */
  readonly issuer: string
  /** URL of the issuer's keys. Default: the one in its metadata, which must have its own origin. */
  readonly jwksUri?: string
  /**
   * Signature algorithms to accept. Only asymmetric ones are allowed. Default `ES256`, `RS256`,
   * `PS256`, `EdDSA`.
   */
  readonly algorithms?: readonly string[]
  /** Seconds of leeway for clocks that differ. Default 30. */
  readonly tolerance?: number
  /**
   * The claim that names the tenant, where one issuer serves several organisations. Default: none.
   */
  readonly tenantClaim?: string
  /**
   * Accepts tokens whose `typ` is `JWT` or missing, for issuers that do not follow RFC 9068.
   * Default false.
   *
   * Warning: without the type, an ID token and an access token differ only in their claims. These
   * are still checked: a token is refused when it has `nonce`, `at_hash`, `c_hash`, `s_hash` or
   * `events`, a `typ` claim other than `Bearer`, or neither `scope` nor `client_id`. Its audience
   * must be the resource. An ID token's audience is the client, so do not give a resource and a
   * client the same name.
   */
  readonly insecurelyAcceptUntypedTokens?: boolean
  /** Default: `globalThis.fetch`, captured at creation. */
  readonly fetch?: typeof globalThis.fetch
  /** The clock: milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number
  /**
   * Seconds after a request for the keys in which an unknown `kid` makes no other. Short, so that a
   * new key is known soon also while somebody sends forged key ids. Default 3.
   */
  readonly cooldown?: number
  /** Seconds for which the keys are fresh. Default 600. */
  readonly maxAge?: number
  /** Seconds for which older keys serve while the issuer is down. Default 3,600. */
  readonly staleFor?: number
  /** Milliseconds that one request to the issuer may take. Default 5,000. */
  readonly deadline?: number
  /**
   * Bounds of the memory of verified tokens: how many (`maxEntries`, default 10,000), and seconds
   * for each (`maxAge`, default 60). False for no memory.
   */
  readonly cache?: { readonly maxEntries?: number; readonly maxAge?: number } | false
}

/**
 * Makes a verifier for the JWT access tokens of one issuer. Nothing is fetched before the first
 * token.
 *
 * @throws TypeError when the issuer or an endpoint is not https (or loopback), or an algorithm is
 *   symmetric, `none` or unknown.
 *
 * @example
 * ```ts
 * const verifier = jwtVerifier({ issuer: 'https://login.example' })
 * const verified = await verifier.verify(credential, 'https://app.example/chat')
 * ```
 */
export function jwtVerifier(options: JwtVerifierOptions): TokenVerifier {
  const {
    issuer,
    jwksUri,
    algorithms = DEFAULT_ALGORITHMS,
    tolerance = 30,
    tenantClaim,
    cache = {},
  } = options
  const {
    insecurelyAcceptUntypedTokens: untyped = false,
    fetch = globalThis.fetch,
    now = Date.now,
  } = options
  const { cooldown = 3, maxAge = 600, staleFor = 3600, deadline = 5000 } = options
  if (algorithms.length === 0 || !algorithms.every((name) => ASYMMETRIC.test(name))) {
    throw new TypeError(
      'algorithms must name asymmetric signature algorithms only: no HS256 and its kin, never none (RFC 8725 section 3.1)',
    )
  }
  const allowsHttp = allowedHttp(options)
  if (jwksUri !== undefined) checkEndpoint('jwksUri', jwksUri, allowsHttp)
  const findKey = issuerKeys({
    issuer,
    jwksUri,
    allowsHttp,
    fetch,
    now,
    cooldownSeconds: cooldown,
    freshSeconds: maxAge,
    staleSeconds: staleFor,
    deadlineMs: deadline,
  })
  const verifySignature = signatureVerifier({ algorithms: [...algorithms], untyped, findKey })

  const verifier: TokenVerifier = {
    async verify(
      credential: Credential,
      audience: string | readonly string[],
      { signal, keyThumbprint } = {},
    ): Promise<Result<VerifiedToken>> {
      const signed = await verifySignature(credential.reveal(), signal)
      if (!signed.ok) return signed
      const claims = parseClaims(signed.value.payload)
      if (!claims.ok) return claims
      if (signed.value.untyped && !bearsAccessTokenMarks(claims.value))
        return refused('type_refused')
      return validateClaims(claims.value, {
        issuer,
        audience,
        nowSeconds: now() / 1000,
        toleranceSeconds: tolerance,
        tenantClaim,
        keyThumbprint,
      })
    },
  }
  return cache === false
    ? verifier
    : cachedVerifier(verifier, { ...cache, now, digest: (text) => hash('sha256', text) })
}

/** Gives the claims in a payload whose signature was verified. */
function parseClaims(payload: Uint8Array): Result<Readonly<Record<string, unknown>>> {
  try {
    const claims: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload))
    if (isObject(claims)) return granted(claims)
  } catch {
    // JSON.parse quotes the payload in its error, so the error is dropped.
  }
  return refused('token_malformed')
}
