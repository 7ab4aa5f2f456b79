// Sends requests to the token endpoint of one authorization server, for any grant (RFC 6749 section
// 4.5). Other files judge the answer.

import { genericTokenEndpointRequest } from 'oauth4webapi'
import type { Result } from '../core/errors.ts'
import { discoverAuthorizationServer } from '../core/http/authorization-server.ts'
import type { JsonAnswer } from '../core/http/bounded-json.ts'
import { checkEndpoint } from '../core/http/endpoint.ts'
import { endpointOf } from '../core/http/server-metadata.ts'
import type { OptionNames } from '../core/known-options.ts'
import {
  type AllowsHttp,
  allowedHttp,
  PLAIN_HTTP_OPTIONS,
  type PlainHttpOptions,
} from '../core/plain-http.ts'
import { asClientAuth, ask } from './ask.ts'
import type { ClientAuthentication } from './client-authentication.ts'
import type { DpopKey } from './dpop.ts'

/** A client, as one authorization server knows it. */
export interface RegisteredClient {
  /** The issuer identifier of the authorization server. */
  readonly issuer: string
  /** Default: what the issuer's metadata says; it must be on the issuer's own origin. */
  readonly tokenEndpoint?: string
  readonly clientId: string
  /** How this client proves who it is. */
  readonly client: ClientAuthentication
}

/** Options of every request to a token endpoint. */
export interface TokenRequestOptions extends PlainHttpOptions {
  /** Default: `globalThis.fetch`, captured at creation. */
  readonly fetch?: typeof globalThis.fetch
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number
  /**
   * Milliseconds until a token, or the reason why there is none, must have come. Default 10,000.
   */
  readonly deadline?: number
}

/** Sends one request. */
export type TokenRequest = (
  grantType: string,
  parameters: URLSearchParams,
  options: {
    readonly signal: AbortSignal
    readonly dpop?: DpopKey | undefined
    /** Whether an answer that is a form is read too. */
    readonly readsForms?: boolean
  },
) => Promise<Result<JsonAnswer>>

/**
 * Makes the function that sends requests to a token endpoint. It fetches nothing before the first
 * request.
 *
 * @throws TypeError when the issuer or the endpoint is not https (or loopback), or the client id is
 *   empty.
 */
export function tokenRequests(
  registered: RegisteredClient,
  settings: TokenRequestSettings,
): TokenRequest {
  const { issuer, tokenEndpoint, clientId, client } = registered
  const { fetch, now, deadline, allowsHttp } = settings
  if (tokenEndpoint !== undefined) checkEndpoint('tokenEndpoint', tokenEndpoint, allowsHttp)
  if (clientId === '') throw new TypeError('clientId must not be empty')
  const metadata = discoverAuthorizationServer({ issuer, fetch, now, allowsHttp })

  return async (grantType, parameters, { signal, dpop, readsForms = false }) => {
    let endpoint = tokenEndpoint
    if (endpoint === undefined) {
      const server = await metadata.current({ signal })
      if (!server.ok) return server
      const found = endpointOf(server.value, 'token_endpoint', 'tokenEndpoint')
      if (!found.ok) return found
      endpoint = found.value
    }
    return ask(
      (asked) =>
        genericTokenEndpointRequest(
          { issuer, token_endpoint: endpoint },
          { client_id: clientId },
          asClientAuth(client, now),
          grantType,
          parameters,
          asked,
        ),
      { fetch, deadline, signal, readsForms },
      dpop,
    )
  }
}

/** What every request is sent with. */
export interface TokenRequestSettings {
  readonly fetch: typeof globalThis.fetch
  readonly now: () => number
  readonly deadline: number
  readonly allowsHttp: AllowsHttp
}

/** Fills in the defaults. */
export function withDefaults(options: TokenRequestOptions): TokenRequestSettings {
  const { fetch = globalThis.fetch, now = Date.now, deadline = 10_000 } = options
  return { fetch, now, deadline, allowsHttp: allowedHttp(options) }
}

/** Their names, for the check of every factory that has them. */
export const TOKEN_REQUEST_OPTIONS: OptionNames<TokenRequestOptions> = {
  ...PLAIN_HTTP_OPTIONS,
  fetch: 'optional',
  now: 'optional',
  deadline: 'optional',
}

/** Their names, for the check of every factory that has them. */
export const REGISTERED_CLIENT_OPTIONS: OptionNames<RegisteredClient> = {
  issuer: 'required',
  tokenEndpoint: 'optional',
  clientId: 'required',
  client: 'required',
}
