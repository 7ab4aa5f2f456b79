// Token exchange (RFC 8693) at one authorization server: the request, and the judgement of its answer.

import type { Credential } from '../core/credential.ts'
import type { TokenExchanger } from '../core/exchange.ts'
import type { ClientAuthentication } from './client-authentication.ts'

/** Options of {@link tokenExchanger}. */
export interface TokenExchangerOptions {
  /** The issuer identifier of the authorization server. */
  readonly issuer: string
  /** Default: as the issuer's metadata says, on its own origin. */
  readonly tokenEndpoint?: string
  readonly clientId: string
  /** How this client proves who it is. */
  readonly client: ClientAuthentication
  /** The actor's own token, where the server wants one beside the client's authentication (RFC 8693 section 2.1). Default: none. */
  readonly actorToken?: () => Promise<Credential>
  /** Default `globalThis.fetch`, as it is when this is called. */
  readonly fetch?: typeof globalThis.fetch
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number
  /** Milliseconds that one exchange may take. Default 10,000. */
  readonly deadline?: number
}

/**
 * Makes an exchanger. Nothing is fetched before the first exchange.
 *
 * @throws TypeError when the issuer or the endpoint is not https (or loopback), or the client id is empty.
 */
export function tokenExchanger(options: TokenExchangerOptions): TokenExchanger {
  throw new TypeError(`not yet: ${options.issuer}`)
}
