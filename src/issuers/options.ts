// The options that all presets have in common.

import type { Credential } from '../core/credential.ts'
import type { PlainHttpOptions } from '../core/plain-http.ts'
import type { TokenExchanger } from '../core/source/exchange.ts'
import type { TokenVerifier } from '../core/verify/verify.ts'
import type { ClientAuthentication } from '../oauth/client-authentication.ts'
import type { ExchangeDialect } from '../oauth/exchange-dialect.ts'

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
  /**
   * The clients whose ID tokens are taken in place of access tokens. SECURITY.md says what is lost.
   * Default: none, and an ID token is refused.
   */
  readonly idTokensFor?: string | readonly string[]
  /** The clients whose tokens are taken. Default: all that the issuer gives tokens for the audience. */
  readonly clients?: readonly string[]
  /**
   * How tokens that are no JWT are verified: `introspection` (RFC 7662) needs `clientId` and
   * `clientSecret`. With `userinfo`, every live token of the issuer is taken, because that endpoint
   * does not say whom a token is for. Default: as the provider has it, or not at all.
   */
  readonly opaqueTokens?: 'introspection' | 'userinfo'
  /**
   * Takes a token as one for this app although the answer of the introspection names no audience.
   * Default false.
   */
  readonly assumeAudience?: boolean
  /** The claim that stands for the audience in a token that has no `aud`. Default: the provider's. */
  readonly audienceClaim?: string | readonly string[]
  /** The claims that hold scopes. Default: the provider's. */
  readonly scopesClaim?: string | readonly string[]
  /** The claim that names the person, or a JSON pointer to it. Default `sub`. */
  readonly subjectClaim?: string
  /** The claim that names the tenant, or a JSON pointer to it, such as `/org_ids/0`. Default: none. */
  readonly tenantClaim?: string
  /** True: a token without a tenant is taken, and the person has none. Default false: it is refused. */
  readonly tenantOptional?: boolean
  /** Signature algorithms to accept. Default: the provider's. */
  readonly algorithms?: readonly string[]
  /** URL of the issuer's keys. Default: as its metadata says, or as the provider documents it. */
  readonly jwksUri?: string
  /** Default: as the issuer's metadata says, on its own origin. */
  readonly introspectionEndpoint?: string
  /** Default: as the issuer's metadata says, on its own origin. */
  readonly userinfoEndpoint?: string
  /** Verifies tokens in place of the preset's own verifier. */
  readonly verifier?: TokenVerifier
  /**
   * What differs from how the provider usually exchanges tokens, for example `allowScopes`. Default:
   * nothing.
   */
  readonly exchange?: ExchangeDialect
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
