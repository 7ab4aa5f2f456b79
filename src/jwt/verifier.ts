// Verifies JWT access tokens (RFC 9068 section 4). It never takes an ID token, and never a key or an algorithm that the token names.

import type { TokenVerifier } from '../core/verify.ts'

/** Options of {@link jwtVerifier}. */
export interface JwtVerifierOptions {
  /** The issuer identifier, exactly as the `iss` claim spells it. */
  readonly issuer: string
  /** Where the issuer's keys are. Default: as its metadata says, on its own origin. */
  readonly jwksUri?: string
  /** Signature algorithms to accept; asymmetric ones only. Default `ES256`, `RS256`, `PS256`, `EdDSA`. */
  readonly algorithms?: readonly string[]
  /** Leeway for clocks that differ, in seconds. Default 30. */
  readonly tolerance?: number
  /** The claim that names the tenant, where one issuer serves several organisations. Default: none. */
  readonly tenantClaim?: string
  /**
   * Takes tokens whose `typ` is `JWT` or missing, for issuers that do not follow RFC 9068. Default false.
   *
   * Warning: without the type, an ID token and an access token differ only in their claims. What remains is then checked here: a token with
   * `nonce`, `at_hash`, `c_hash`, `s_hash` or `events`, with a `typ` claim other than `Bearer`, or with neither `scope` nor `client_id`, is
   * refused, and its audience must be the resource, which an ID token's (the client) is not, unless resource and client share one name.
   */
  readonly insecurelyAcceptUntypedTokens?: boolean
  /** Default `globalThis.fetch`, as it is when this is called. */
  readonly fetch?: typeof globalThis.fetch
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number
  /** Seconds after one request for the keys in which an unknown `kid` makes no other. Default 30. */
  readonly cooldown?: number
  /** Seconds for which the keys are fresh. Default 600. */
  readonly maxAge?: number
  /** Seconds for which older keys serve while the issuer is down. Default 3,600. */
  readonly staleFor?: number
  /** Milliseconds that one request to the issuer may take. Default 5,000. */
  readonly deadline?: number
  /** Bounds of the memory of verified tokens (default 10,000 tokens, 60 seconds each), or false for none. */
  readonly cache?: { readonly maxEntries?: number; readonly maxAge?: number } | false
}

/**
 * Makes a verifier for the JWT access tokens of one issuer. Nothing is fetched before the first token.
 *
 * @throws TypeError when the issuer or an endpoint is not https (or loopback), or an algorithm is symmetric, `none` or unknown.
 */
export function jwtVerifier(options: JwtVerifierOptions): TokenVerifier {
  throw new TypeError(`not yet: ${options.issuer}`)
}
