// What an operator declares so that MCP clients find, register at and sign in through the gateway.

import type { Credential } from '../../core/credential.ts'
import type { OptionNames } from '../../core/known-options.ts'
import {
  isByName,
  isFunction,
  isSecret,
  isText,
  isTexts,
  type ValueChecks,
} from '../../core/option-values.ts'
import type { ConnectEndpoints } from '../../oauth/connection/connect-dialect.ts'

/**
 * MCP clients in front of an issuer that registers no clients: the gateway is their authorization server
 * (RFC 8414), and asks the issuer for tokens as the one client that is registered there.
 */
export interface GatewayClients {
  /** The gateway as a client of the issuer. Register `<url>/oauth/callback` as its redirect URI there. */
  readonly clientId: string
  /** Its secret. Without one, it is a public client. No MCP client ever gets it. */
  readonly clientSecret?: Credential
  /** The issuer that people sign in with, where the gateway has several: its identifier. */
  readonly issuer?: string
  /**
   * Where clients may have people sent back to, beside loopback addresses: each exactly, such as
   * `https://claude.ai/api/mcp/auth_callback`. Default none.
   */
  readonly redirectUris?: readonly string[]
  /** Scopes that the issuer is asked for in place of those that clients name. Default: theirs. */
  readonly scopes?: readonly string[]
  /**
   * What the issuer is sent as `resource` (RFC 8707): `false` for nothing, or one text for all. Default:
   * the address that the client names, unless the issuer's preset says that it refuses that.
   */
  readonly resource?: string | false
  /** Parameters for the authorization endpoint, such as `audience`. Default: those of the preset. */
  readonly parameters?: Readonly<Record<string, string>>
  /** The issuer takes PKCE with S256 although its metadata does not say so. */
  readonly pkce?: 'S256'
  /** Endpoints that its metadata does not name, or names on another origin. */
  readonly endpoints?: ConnectEndpoints
  /**
   * Takes clients by the URL of their metadata document (draft-ietf-oauth-client-id-metadata-document),
   * and fetches it: `guardedFetch` of onbehalf/egress. Default: clients register.
   */
  readonly fetchDocument?: typeof globalThis.fetch
}

/** Every option. A new one does not compile until it is here. */
export const CLIENTS_OPTIONS: OptionNames<GatewayClients> = {
  clientId: 'required',
  clientSecret: 'optional',
  issuer: 'optional',
  redirectUris: 'optional',
  scopes: 'optional',
  resource: 'optional',
  parameters: 'optional',
  pkce: 'optional',
  endpoints: 'optional',
  fetchDocument: 'optional',
}

/** What the values are. */
export const CLIENTS_VALUES: ValueChecks = {
  clientId: isText,
  clientSecret: isSecret,
  issuer: isText,
  redirectUris: isTexts,
  resource: (value) =>
    value === false || (typeof value === 'string' && value !== '')
      ? undefined
      : 'must be false, or the text that the issuer wants as resource',
  parameters: isByName("{ audience: 'https://gateway.example' }"),
  endpoints: isByName("{ token: 'https://login.example/token' }"),
  fetchDocument: isFunction('guardedFetch() of onbehalf/egress'),
}
