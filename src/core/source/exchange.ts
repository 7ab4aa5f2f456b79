// Tokens from an authorization server: the ports. A token exchange (RFC 8693) takes the subject
// token; a token for one other resource comes out.

import type { Credential } from '../credential.ts'
import type { Result } from '../errors.ts'

/** What the new token is for. */
export interface ExchangeTarget {
  /** The resource that the new token is for (RFC 8707). */
  readonly resource: string
  /** The scopes to ask for; none leaves it to the authorization server. */
  readonly scopes: readonly string[]
  /**
   * Logical name of the target, where the authorization server wants one beside the resource (RFC
   * 8693 section 2.1).
   */
  readonly audience?: string
}

/** One request that the possession of a key is to be proved for (RFC 9449 section 4.2). */
export interface ProofRequest {
  readonly method: string
  readonly url: string
  /** The nonce that the server asked for (RFC 9449 section 9). */
  readonly nonce?: string
}

/**
 * A credential that was issued to us: a token of an authorization server's, or a key that somebody
 * put into our keeping.
 */
export interface IssuedToken {
  readonly credential: Credential
  /** Seconds since the epoch; `Infinity` for a key that does not expire. */
  readonly expiresAt: number
  readonly scopes: readonly string[]
  /**
   * `jti`, read for the audit only: a client does not interpret access tokens (RFC 9068 section 6).
   */
  readonly tokenId?: string
  /**
   * Where it is there, the token is bound to a key: it goes as `Authorization: DPoP`, with the
   * proof that this gives in the `DPoP` header. Each proof is good for one request.
   */
  readonly proof?: (request: ProofRequest) => Promise<string>
}

/**
 * The port: exchanges the user's access token at one authorization server, with this client as the
 * actor.
 */
export interface TokenExchanger {
  /**
   * Identifier of the authorization server; the vault gives subject tokens out for this destination
   * only.
   */
  readonly issuer: string
  /**
   * @returns The new token, or the reason why there is none. Ends within its own deadline.
   */
  exchange(
    subjectToken: Credential,
    target: ExchangeTarget,
    options?: { readonly signal?: AbortSignal },
  ): Promise<Result<IssuedToken>>
}

/**
 * The port: asks one authorization server for a token that speaks for this client itself (RFC 6749
 * section 4.4). No person is behind it.
 */
export interface ClientCredentialsIssuer {
  /** Identifier of the authorization server. */
  readonly issuer: string
  /**
   * @returns The new token, or the reason why there is none. Ends within its own deadline.
   */
  issue(
    target: ExchangeTarget,
    options?: { readonly signal?: AbortSignal },
  ): Promise<Result<IssuedToken>>
}
