// The options of serverSession: what an app declares about the sign-ins that it keeps.

import type { AuditSink } from '../core/audit.ts'
import type { Credential } from '../core/credential.ts'
import type { Issuer } from '../core/issuer.ts'
import type { OptionNames } from '../core/known-options.ts'
import {
  hasMethods,
  isFunction,
  isNumber,
  isOneOf,
  isSecretStore,
  isText,
  type ValueChecks,
} from '../core/option-values.ts'
import { PLAIN_HTTP_OPTIONS, type PlainHttpOptions } from '../core/plain-http.ts'
import type { EndedSignIn } from '../core/sign-ins.ts'
import type { SecretStore } from '../core/vault/secret-store.ts'
import type { SignInStore } from '../core/vault/sign-in-store.ts'
import type { ClientAuthentication } from '../oauth/client-authentication.ts'
import type { ConnectDialect, ConnectEndpoints } from '../oauth/connection/connect-dialect.ts'

import type { SignInRateLimit } from './rate-limit.ts'

/** The issuer that people sign in with: a preset of onbehalf/issuers. */
export type SessionIssuer = Issuer & { readonly connect?: ConnectDialect }

/** Options of {@link serverSession}. */
export interface ServerSessionOptions extends PlainHttpOptions {
  /** The issuer that people sign in with: a preset of onbehalf/issuers, the same as the app's own. */
  readonly issuer: SessionIssuer
  /** This app as a client of the issuer. Register `<origin><path>/callback` as its redirect URI. */
  readonly clientId: string
  /** How the client proves who it is. Default: it is a public client. */
  readonly clientSecret?: Credential | ClientAuthentication
  /** The app's own origin, as browsers see it: `https://app.example`. */
  readonly origin: string
  /** The path below which `handle` answers. Default `/auth`. */
  readonly path?: string
  /** Keeps the sign-ins, without a secret. All instances of the app share it. */
  readonly store: SignInStore
  /** Keeps their tokens, sealed. All instances of the app share it. */
  readonly secrets: SecretStore
  /** Records every sign-in, refresh and sign-out. Default: the log of the process gets them. */
  readonly audit?: AuditSink
  /**
   * The resource that access tokens are asked for (RFC 8707). Default: none is named, and the issuer
   * decides.
   */
  readonly resource?: string
  /** What access tokens must name as their audience. Default: what the issuer says, or the resource. */
  readonly audience?: string | readonly string[]
  /** Scopes to ask for. Default `openid`. Where the issuer offers it, `offline_access` is added. */
  readonly scopes?: readonly string[]
  /**
   * Which token stands for the person at the app's door. `id_token` is for issuers whose access tokens
   * the app cannot verify; the issuer then needs `idTokensFor`. Default `access_token`.
   */
  readonly presents?: 'access_token' | 'id_token'
  /**
   * Seconds after which a cookie that is not used opens nothing any more, 300 or more. Work that the
   * person consented to goes on until the end of the sign-in. Default 86,400: a day.
   */
  readonly idleSeconds?: number
  /** Seconds after which every sign-in ends. Default 604,800: seven days. */
  readonly lifeSeconds?: number
  /** The cookie's name, before the prefix `__Host-`. Default `onbehalf`. */
  readonly cookie?: string
  /** The path that people come to after they signed out. Default `/`. */
  readonly afterSignOut?: string
  /** More parameters for the authorization endpoint, such as `prompt`. */
  readonly parameters?: Readonly<Record<string, string>>
  /** The issuer takes PKCE with S256 (RFC 7636) although its metadata does not say so. */
  readonly pkce?: 'S256'
  /** Endpoints of the issuer that its metadata does not name, or names on another origin. */
  readonly endpoints?: ConnectEndpoints
  /** The same for the end of a session (OpenID Connect RP-Initiated Logout 1.0). */
  readonly endSessionEndpoint?: string
  /** The same for the keys that logout tokens are signed with. */
  readonly jwksUri?: string
  /**
   * How often one client may begin and end a sign-in, such as `{ limit: memoryRateLimit(), by }`.
   * Default: as often as it likes.
   */
  readonly rateLimit?: SignInRateLimit
  /**
   * Called when the issuer says that a sign-in has ended, for what else ends with it: `(ended) =>
   * onbehalf.endSignIn(ended)` ends what works with bearer tokens.
   */
  readonly onEnded?: (ended: EndedSignIn) => void | Promise<void>
  /** Sends the requests to the issuer. Default: `globalThis.fetch`, captured at creation. */
  readonly fetch?: typeof globalThis.fetch
  /** Milliseconds that one request to the issuer may take, 1 to 20,000. Default 10,000. */
  readonly deadline?: number
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number
}

/** Every option. A new one does not compile until it is here. */
export const SERVER_SESSION_OPTIONS: OptionNames<ServerSessionOptions> = {
  ...PLAIN_HTTP_OPTIONS,
  issuer: 'required',
  clientId: 'required',
  clientSecret: 'optional',
  origin: 'required',
  path: 'optional',
  store: 'required',
  secrets: 'required',
  audit: 'optional',
  resource: 'optional',
  audience: 'optional',
  scopes: 'optional',
  presents: 'optional',
  idleSeconds: 'optional',
  lifeSeconds: 'optional',
  cookie: 'optional',
  afterSignOut: 'optional',
  parameters: 'optional',
  pkce: 'optional',
  endpoints: 'optional',
  endSessionEndpoint: 'optional',
  jwksUri: 'optional',
  rateLimit: 'optional',
  onEnded: 'optional',
  fetch: 'optional',
  deadline: 'optional',
  now: 'optional',
}

/** What their values must be. */
export const SERVER_SESSION_VALUES: ValueChecks = {
  store: hasMethods(
    ['add', 'list', 'touch', 'end', 'remove'],
    'a store of sign-ins, such as sqliteSignInStore of onbehalf/store',
  ),
  secrets: isSecretStore,
  origin: isText,
  path: isText,
  presents: isOneOf('access_token', 'id_token'),
  idleSeconds: isNumber,
  lifeSeconds: isNumber,
  cookie: isText,
  afterSignOut: isText,
  endSessionEndpoint: isText,
  jwksUri: isText,
  onEnded: isFunction('it is told which sign-in has ended'),
}

/** The members of `rateLimit`. */
export const RATE_LIMIT: OptionNames<SignInRateLimit> = { limit: 'required', by: 'required' }
export const RATE_LIMIT_VALUES: ValueChecks = {
  limit: hasMethods(['take'], 'memoryRateLimit() of onbehalf/chatkit'),
  by: isFunction('it tells clients apart by the address that your proxy vouches for'),
}

/** The endpoints that an app may name. */
export const ENDPOINTS: OptionNames<ConnectEndpoints> = {
  authorization: 'optional',
  token: 'optional',
  revocation: 'optional',
  registration: 'optional',
}
