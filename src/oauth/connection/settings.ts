// What an operator declares about the accounts that people may connect, checked once. This file
// fetches nothing.

import { discoverAuthorizationServer } from '../../core/http/authorization-server.ts'
import { checkEndpoint } from '../../core/http/endpoint.ts'
import type { RemoteDocument } from '../../core/http/remote-document.ts'
import type { AuthorizationServer } from '../../core/http/server-metadata.ts'
import type { AllowsHttp } from '../../core/plain-http.ts'
import { canonicalResource } from '../../core/resource.ts'
import { isScope } from '../../core/scope.ts'
import type { ClientAuthentication } from '../client-authentication.ts'

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

/** One server whose accounts people may connect. */
export interface ConnectionServer {
  /** The server's resource identifier (RFC 8707), as its binding has it. */
  readonly resource: string
  /**
   * The authorization server, by its issuer identifier. It is pinned: nothing that the server says
   * later changes where a person or a credential goes. `discoverResource` shows an operator what
   * the server claims.
   */
  readonly issuer: string
  /** Scopes to ask for. With none, the authorization server decides. */
  readonly scopes: readonly string[]
  readonly client: ConnectionClient
  /**
   * Endpoints that are not on the issuer's own origin, as its documentation names them. Default:
   * what the issuer's metadata says.
   */
  readonly endpoints?: {
    readonly authorization?: string
    readonly token?: string
    readonly revocation?: string
  }
}

/** The app's client metadata document: its URL is the client id. */
export interface ClientDocument {
  /** An https URL with a path. The app answers it with `clientMetadata`. */
  readonly url: string
  /** The app's name, as people see it. */
  readonly name: string
}

/** One server, checked. */
export interface Settings extends ConnectionServer {
  readonly name: string
  /**
   * Where the authorization server sends people back to. Each server has its own, so that the code
   * of one server cannot arrive as that of another (RFC 9700 section 4.4.2.2).
   */
  readonly redirectUri: string
  readonly metadata: RemoteDocument<AuthorizationServer>
}

/** What the checks need beside the servers. */
export interface SettingsContext {
  readonly redirectUri: string
  readonly clientDocument?: ClientDocument | undefined
  readonly fetch: typeof globalThis.fetch
  readonly now: () => number
  readonly allowsHttp: AllowsHttp
}

/**
 * Checks the declarations.
 *
 * @throws TypeError that names the server and the setting.
 */
export function parseSettings(
  servers: Readonly<Record<string, ConnectionServer>>,
  context: SettingsContext,
): ReadonlyMap<string, Settings> {
  const { redirectUri, clientDocument, allowsHttp } = context
  checkEndpoint('redirectUri', redirectUri, allowsHttp)
  if (/[?#]|\/$/.test(redirectUri))
    throw new TypeError('redirectUri must have no query and no trailing slash')
  if (clientDocument) {
    const { protocol, pathname } = URL.canParse(clientDocument.url)
      ? new URL(clientDocument.url)
      : { protocol: '', pathname: '' }
    if (protocol !== 'https:' || pathname === '/')
      throw new TypeError(
        'clientDocument.url must be an https URL with a path: it is the client id',
      )
  }
  const parsed = Object.entries(servers).map(
    ([name, server]) => [name, parseServer(name, server, context)] as const,
  )
  const resources = parsed.map(([, { resource }]) => resource)
  if (new Set(resources).size < resources.length)
    throw new TypeError('servers: each resource can have one connection only')
  return new Map(parsed)
}

function parseServer(name: string, server: ConnectionServer, context: SettingsContext): Settings {
  const { redirectUri, clientDocument, fetch, now, allowsHttp } = context
  if (!/^[A-Za-z][A-Za-z0-9 _-]{0,63}$/.test(name))
    throw new TypeError(`servers: "${name}" is no usable name`)
  const at = `servers.${name}`
  const { issuer, scopes, client, endpoints = {} } = server
  for (const scope of scopes)
    if (!isScope(scope)) throw new TypeError(`${at}.scopes has "${scope}", which is no scope token`)
  for (const [endpoint, url] of Object.entries(endpoints))
    checkEndpoint(`${at}.endpoints.${endpoint}`, url, allowsHttp)
  if (client.type === 'registered' && client.id === '')
    throw new TypeError(`${at}.client.id must not be empty`)
  if (client.type === 'document' && !clientDocument)
    throw new TypeError(`${at}.client needs the setting clientDocument`)
  return Object.freeze({
    name,
    resource: canonicalResource(server.resource, allowsHttp),
    issuer,
    scopes: Object.freeze([...scopes]),
    client,
    endpoints: Object.freeze({ ...endpoints }),
    redirectUri: `${redirectUri}/${encodeURIComponent(name)}`,
    metadata: discoverAuthorizationServer({ issuer, fetch, now, allowsHttp }),
  })
}
