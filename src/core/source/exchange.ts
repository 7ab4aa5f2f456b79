// The ports that get tokens from an authorization server: token exchange (RFC 8693) and client
// credentials.

import type { ApprovedCall } from '../call-policy.ts'
import type { Credential } from '../credential.ts'
import type { Result } from '../errors.ts'

/** What the new token is for. */
export interface ExchangeTarget {
  /** The resource that the new token is for (RFC 8707). */
  readonly resource: string
  /** The scopes to ask for. With none, the authorization server decides. */
  readonly scopes: readonly string[]
  /**
   * Logical name of the target, where the authorization server wants one besides the resource (RFC
   * 8693 section 2.1).
   */
  readonly audience?: string
  /** The one call that the token is for (RFC 9396). Default: it is for any. */
  readonly approved?: ApprovedCall
}

/** One request that needs a proof of possession (RFC 9449 section 4.2). */
export interface ProofRequest {
  readonly method: string
  readonly url: string
  /** The nonce that the server asked for (RFC 9449 section 9). */
  readonly nonce?: string
}

/** A credential to send: a token from an authorization server, or a stored key. */
export interface IssuedToken {
  readonly credential: Credential
  /** Seconds since the epoch; `Infinity` for a key that does not expire. */
  readonly expiresAt: number
  /**
   * When it is worthless everywhere, in seconds since the epoch. Until then it is looked for in what
   * servers answer. Default `expiresAt`; later where a token is used for a shorter time than it
   * lives, and `Infinity` where nobody knows.
   */
  readonly endsAt?: number
  readonly scopes: readonly string[]
  /**
   * The audience that the token names, for the audit; absent when nobody can read it. From an issuer:
   * what stands for the audience in a token that has no `aud`.
   */
  readonly audience?: readonly string[]
  /** `jti`, for the audit only: a client must not interpret access tokens (RFC 9068 section 6). */
  readonly tokenId?: string
  /**
   * Set when the token is bound to a key. The token then goes as `Authorization: DPoP`, and this
   * makes the proof for the `DPoP` header. Each proof is good for one request.
   */
  readonly proof?: (request: ProofRequest) => Promise<string>
}

/**
 * The port: exchanges the user's access token at one authorization server, with this client as the
 * actor.
 */
export interface TokenExchanger {
  /**
   * Identifier of the authorization server. The vault gives subject tokens out for this destination
   * only.
   */
  readonly issuer: string
  /**
   * It decides on the target's scopes, so all that a binding names are asked for, and not only those
   * that the person's token holds. Default false.
   */
  readonly scopesFromIssuer?: boolean
  /** Its tokens say to which call the person has said yes (RFC 9396). Default false. */
  readonly statesApprovals?: boolean
  /**
   * @returns The new token, or the reason why there is none. It must end within a deadline of its
   *   own.
   */
  exchange(
    subjectToken: Credential,
    target: ExchangeTarget,
    options?: { readonly signal?: AbortSignal },
  ): Promise<Result<IssuedToken>>
}

/**
 * The port: asks one authorization server for a token of this client itself (RFC 6749 section 4.4).
 * It stands for no person.
 */
export interface ClientCredentialsIssuer {
  /** Identifier of the authorization server. */
  readonly issuer: string
  /**
   * @returns The new token, or the reason why there is none. It must end within a deadline of its
   *   own.
   */
  issue(
    target: ExchangeTarget,
    options?: { readonly signal?: AbortSignal },
  ): Promise<Result<IssuedToken>>
}
