// Token exchange (RFC 8693): the port. The subject token goes in, a token for one other resource comes out.

import type { Credential } from './credential.ts'
import type { Result } from './errors.ts'

/** What the new token is for. */
export interface ExchangeTarget {
  /** The resource that the new token is for (RFC 8707). */
  readonly resource: string
  /** The scopes to ask for; none leaves it to the authorization server. */
  readonly scopes: readonly string[]
  /** Logical name of the target, where the authorization server wants one beside the resource (RFC 8693 section 2.1). */
  readonly audience?: string
}

/** A token that an authorization server issued to us. */
export interface IssuedToken {
  readonly credential: Credential
  /** Seconds since the epoch. */
  readonly expiresAt: number
  readonly scopes: readonly string[]
  /** `jti`, read for the audit only: a client does not interpret access tokens (RFC 9068 section 6). */
  readonly tokenId?: string
}

/** The port: exchanges the user's access token at one authorization server, with this client as the actor. */
export interface TokenExchanger {
  /** Identifier of the authorization server; the vault gives subject tokens out for this destination only. */
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
