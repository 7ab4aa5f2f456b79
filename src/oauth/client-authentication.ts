// How a client proves to the authorization server who it is (RFC 6749 section 2.3, RFC 7523 section 2.2). Each writes into one request.

import type { webcrypto } from 'node:crypto'
import { ClientSecretBasic, ClientSecretPost, modifyAssertion, PrivateKeyJwt } from 'oauth4webapi'
import type { Credential } from '../core/credential.ts'

/** The request that is to carry the proof. */
export interface ClientRequest {
  readonly issuer: string
  readonly clientId: string
  /** Seconds since the epoch. */
  readonly now: number
  readonly body: URLSearchParams
  readonly headers: Headers
}

/** Adds the proof to a request. */
export type ClientAuthentication = (request: ClientRequest) => void | Promise<void>

/** `none`: a public client, which only says who it is and proves by PKCE that it began the flow (RFC 6749 section 2.1). */
export function publicClient(): ClientAuthentication {
  return ({ clientId, body }) => body.set('client_id', clientId)
}

/** `client_secret_basic`: the secret in the `Authorization` header, form-encoded first (RFC 6749 section 2.3.1). */
export function clientSecretBasic(secret: Credential): ClientAuthentication {
  return ({ issuer, clientId, body, headers }) =>
    ClientSecretBasic(secret.reveal())({ issuer }, { client_id: clientId }, body, headers)
}

/** `client_secret_post`: the secret in the form (RFC 6749 section 2.3.1), for servers that take no header. */
export function clientSecretPost(secret: Credential): ClientAuthentication {
  return ({ issuer, clientId, body, headers }) =>
    ClientSecretPost(secret.reveal())({ issuer }, { client_id: clientId }, body, headers)
}

/**
 * `private_key_jwt`: an assertion for this one request, signed with the client's key and addressed to the issuer (RFC 7523 section 3,
 * OpenID Connect Core 1.0 section 9). It lives 60 seconds.
 *
 * @param key A private key that may sign: ES256, PS256, EdDSA and their kin.
 * @param options.kid The key's id, as the server knows it.
 * @throws TypeError when the key cannot sign.
 */
export function privateKeyJwt(
  key: webcrypto.CryptoKey,
  options: { readonly kid: string },
): ClientAuthentication {
  if (key.type !== 'private' || !key.usages.includes('sign'))
    throw new TypeError('key must be a private key that may sign')
  const { kid } = options
  return ({ issuer, clientId, now, body, headers }) => {
    const seconds = Math.floor(now)
    const authenticate = PrivateKeyJwt(
      { key, kid },
      {
        [modifyAssertion]: (_header, payload) => {
          payload.iat = seconds
          payload.exp = seconds + 60
          // A server whose clock is a second behind would refuse a token that says "not before now"; `iat` says as much.
          delete payload.nbf
        },
      },
    )
    return authenticate({ issuer }, { client_id: clientId }, body, headers)
  }
}
