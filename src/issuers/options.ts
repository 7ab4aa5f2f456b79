// The options that all presets have in common.

import type { Credential } from '../core/credential.ts'
import type { PlainHttpOptions } from '../core/plain-http.ts'
import type { TokenExchanger } from '../core/source/exchange.ts'
import type { TokenVerifier } from '../core/verify/verify.ts'
import type { ClientAuthentication } from '../oauth/client-authentication.ts'

/** Options that all presets have in common. */
export interface IssuerOptions extends PlainHttpOptions {
  /**
   * What the tokens for this app name as their audience: one or several texts, compared exactly (a
   * URL with or without one trailing slash). Default: the app's resource, or what the provider
   * always puts there.
   */
  readonly audience?: string | readonly string[]
  /** This app as a client of the issuer. Needed to exchange tokens and to ask about opaque ones. */
  readonly clientId?: string
  /** How the client proves who it is: its secret, or another way such as `privateKeyJwt`. */
  readonly clientSecret?: Credential | ClientAuthentication
  /** Verifies tokens in place of the preset's own verifier. */
  readonly verifier?: TokenVerifier
  /** Exchanges tokens in place of the preset's own exchanger. */
  readonly exchanger?: TokenExchanger
  /** Default: `globalThis.fetch`, captured at creation. */
  readonly fetch?: typeof globalThis.fetch
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number
}

/** Options of a preset whose issuer is named by its identifier alone. */
export interface NamedIssuerOptions extends IssuerOptions {
  /** The issuer identifier, exactly as its tokens and its metadata spell it. */
  readonly issuer: string
}
