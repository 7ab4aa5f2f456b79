// What an operator declares about one server whose accounts people may connect. Types only.

import type { ClientAuthentication } from '../client-authentication.ts'
import type { ConnectDialect } from './connect-dialect.ts'

/** How the app is known to an authorization server. */
export type ConnectionClient =
  /** Registered there by hand. Without `authentication` it is a public client. */
  | {
      readonly type: 'registered'
      readonly id: string
      readonly authentication?: ClientAuthentication
    }
  /** By the URL of the app's client metadata document: `clientDocument` of the options. */
  | { readonly type: 'document' }
  /**
   * Registers itself at the first use (RFC 7591). MCP has deprecated it: use it only when nothing
   * else works.
   */
  | { readonly type: 'dynamic' }

/** An authorization server, as a preset of onbehalf/issuers describes it. */
export interface ConnectionIssuer {
  readonly issuer: string
  readonly connect: ConnectDialect
}

/** One server whose accounts people may connect. What it leaves out, its issuer's preset says. */
export interface ConnectionServer extends Omit<ConnectDialect, 'resource'> {
  /**
   * The server's resource identifier, as its binding has it. It is sent as `resource` (RFC 8707),
   * unless the issuer's preset says that the issuer refuses that. With `false` nothing is sent.
   */
  readonly resource: string | false
  /**
   * The authorization server, by its issuer identifier or by a preset of onbehalf/issuers. It is
   * pinned: nothing that the server says later changes where a person or a credential goes.
   * `discoverResource` shows an operator what the server claims.
   */
  readonly issuer: string | ConnectionIssuer
  /** Scopes to ask for. With none, the authorization server decides. */
  readonly scopes: readonly string[]
  /**
   * Scopes that may be added when the server asks for more (403 `insufficient_scope`). The refusal
   * names them, and `start` asks the person for them. Default: whatever the server names.
   */
  readonly stepUp?: readonly string[]
  readonly client: ConnectionClient
  /**
   * Binds the tokens to a key (RFC 9449), which is kept with them: `true` always, so that a token
   * that is not bound is refused; `offered` where the issuer's metadata says that it can. The server
   * must take `Authorization: DPoP`. Default: bearer tokens.
   */
  readonly dpop?: true | 'offered'
}

/** The app's client metadata document: its URL is the client id. */
export interface ClientDocument {
  /** An https URL with a path. The app answers it with `clientMetadata`. */
  readonly url: string
  /** The app's name, as people see it. */
  readonly name: string
}
