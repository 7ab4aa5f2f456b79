// How a client proves to the authorization server who it is (RFC 6749 section 2.3, RFC 7523 section
// 2.2). Each way writes its proof into one request.

import type { webcrypto } from 'node:crypto'
import { ClientSecretPost, modifyAssertion, PrivateKeyJwt } from 'oauth4webapi'
import type { Credential } from '../core/credential.ts'
import { checkOptions, type OptionNames } from '../core/known-options.ts'
import { checkArgument, isSecret, isText, type ValueChecks } from '../core/option-values.ts'

/** The life of an assertion. */
const LIFE_SECONDS = 60

/** The request that the proof goes into. */
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

/**
 * `none`: a public client (RFC 6749 section 2.1). It only says who it is, and proves with PKCE that
 * it began the flow.
 */
export function publicClient(): ClientAuthentication {
  return ({ clientId, body }) => body.set('client_id', clientId)
}

/**
 * `client_secret_basic`: the secret in the `Authorization` header (RFC 6749 section 2.3.1).
 *
 * The standard wants id and secret form-encoded, but many servers do not decode them. Only what form
 * encoding must encode is encoded, and ids and secrets seldom have such characters.
 *
 * @throws TypeError when the secret is no `Credential`.
 */
export function clientSecretBasic(secret: Credential): ClientAuthentication {
  checkArgument('clientSecretBasic: the secret', secret, isSecret)
  return ({ clientId, headers }) => {
    const pair = `${formEncode(clientId)}:${formEncode(secret.reveal())}`
    headers.set('authorization', `Basic ${Buffer.from(pair).toString('base64')}`)
  }
}

/**
 * Leaves letters, digits and `-._*~` as they are. A space becomes `%20`, which also a form decoder
 * reads as a space.
 */
function formEncode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

/**
 * `client_secret_post`: the secret in the form (RFC 6749 section 2.3.1), for servers that take no
 * header.
 *
 * @throws TypeError when the secret is no `Credential`.
 */
export function clientSecretPost(secret: Credential): ClientAuthentication {
  checkArgument('clientSecretPost: the secret', secret, isSecret)
  return ({ issuer, clientId, body, headers }) =>
    ClientSecretPost(secret.reveal())({ issuer }, { client_id: clientId }, body, headers)
}

/** Options of {@link privateKeyJwt}. */
interface PrivateKeyJwtOptions {
  readonly kid: string
  readonly audience?: string
}

const PRIVATE_KEY_JWT_OPTIONS: OptionNames<PrivateKeyJwtOptions> = {
  kid: 'required',
  audience: 'optional',
}

const TEXTS: ValueChecks = { kid: isText, audience: isText }

/**
 * `private_key_jwt`: an assertion for this one request, signed with the client's key and addressed
 * to the issuer (RFC 7523 section 3, OpenID Connect Core 1.0 section 9). It lives 60 seconds.
 *
 * @param key A private key that may sign, for example with ES256, PS256 or EdDSA.
 * @param options.kid The key's id, as the server knows it.
 * @param options.audience What the assertion is addressed to, where that is not the issuer
 *   identifier: for some servers, the URL of the token endpoint.
 * @throws TypeError when the key cannot sign, or an option is missing or misspelt.
 */
export function privateKeyJwt(
  key: webcrypto.CryptoKey,
  options: PrivateKeyJwtOptions,
): ClientAuthentication {
  if (key?.type !== 'private' || !key.usages.includes('sign'))
    throw new TypeError(
      'privateKeyJwt: the key must be a private CryptoKey that may sign: crypto.subtle.importKey makes one',
    )
  checkOptions('privateKeyJwt', '', options, PRIVATE_KEY_JWT_OPTIONS, TEXTS)
  const { kid, audience } = options
  return ({ issuer, clientId, now, body, headers }) => {
    const issuedAt = Math.floor(now)
    const authenticate = PrivateKeyJwt(
      { key, kid },
      {
        [modifyAssertion]: (_header, payload) => {
          payload.iat = issuedAt
          payload.exp = issuedAt + LIFE_SECONDS
          if (audience !== undefined) payload.aud = audience
          // A server whose clock is a second behind would refuse "not before now". `iat` is enough.
          delete payload.nbf
        },
      },
    )
    return authenticate({ issuer }, { client_id: clientId }, body, headers)
  }
}
