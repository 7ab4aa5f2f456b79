// Verifies opaque access tokens by asking the authorization server (RFC 7662). The claims that it reports meet the same rules as a JWT's.

import type { TokenVerifier } from '../core/verify.ts'
import type { ClientAuthentication } from './client-authentication.ts'

/** Options of {@link introspectionVerifier}. */
export interface IntrospectionVerifierOptions {
  /** The issuer identifier of the authorization server. */
  readonly issuer: string
  /** Default: as the issuer's metadata says, on its own origin. */
  readonly introspectionEndpoint?: string
  readonly clientId: string
  /** How this resource server proves who it is. */
  readonly client: ClientAuthentication
  /** Leeway for clocks that differ, in seconds. Default 30. */
  readonly tolerance?: number
  /** The claim that names the tenant, where one issuer serves several organisations. Default: none. */
  readonly tenantClaim?: string
  /** Default `globalThis.fetch`, as it is when this is called. */
  readonly fetch?: typeof globalThis.fetch
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number
  /** Milliseconds that one request to the issuer may take. Default 5,000. */
  readonly deadline?: number
  /** Bounds of the memory of verified tokens (default 10,000 tokens, 10 seconds each: a revoked token works that long), or false for none. */
  readonly cache?: { readonly maxEntries?: number; readonly maxAge?: number } | false
}

/**
 * Makes a verifier for the opaque access tokens of one issuer. Nothing is fetched before the first token.
 *
 * @throws TypeError when the issuer or the endpoint is not https (or loopback), or the client id is empty.
 */
export function introspectionVerifier(options: IntrospectionVerifierOptions): TokenVerifier {
  throw new TypeError(`not yet: ${options.issuer}`)
}
