// Checks once what an operator declares about the accounts that people may connect. This file
// fetches nothing.

import { discoverAuthorizationServer } from '../../core/http/authorization-server.ts'
import { checkEndpoint } from '../../core/http/endpoint.ts'
import type { RemoteDocument } from '../../core/http/remote-document.ts'
import type { AuthorizationServer } from '../../core/http/server-metadata.ts'
import type { AllowsHttp } from '../../core/plain-http.ts'
import { canonicalResource } from '../../core/resource.ts'
import { isScope } from '../../core/scope.ts'
import type { ConnectDialect } from './connect-dialect.ts'
import type { ClientDocument, ConnectionClient, ConnectionServer } from './connection-server.ts'
import { checkConnectionServer } from './server-names.ts'

/** One server, checked. */
export interface Settings extends Omit<ConnectDialect, 'resource'> {
  readonly name: string
  /** Where the operator declared it: what stands before the name of a setting. */
  readonly at: string
  /** What its accounts are stored under. */
  readonly resource: string
  /** What is sent as `resource`; undefined: nothing. */
  readonly sentResource: string | undefined
  readonly issuer: string
  readonly scopes: readonly string[]
  /** Undefined: any scope that the server names. */
  readonly stepUp: readonly string[] | undefined
  readonly client: ConnectionClient
  readonly dpop: true | 'offered' | undefined
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
  if (!/^[A-Za-z][A-Za-z0-9 _-]{0,63}$/.test(name))
    throw new TypeError(`servers: "${name}" is no usable name`)
  const at = `servers.${name}`
  checkConnectionServer(at, server)
  return settingsOf(name, `${at}.`, server, {
    ...context,
    redirectUri: `${context.redirectUri}/${encodeURIComponent(name)}`,
  })
}

/**
 * Checks one declaration.
 *
 * @param at What stands before the names of its settings, such as `servers.Mail.`.
 * @param context Its `redirectUri` is that of this server alone.
 * @throws TypeError that names the setting.
 */
export function settingsOf(
  name: string,
  at: string,
  server: ConnectionServer,
  { redirectUri, clientDocument, fetch, now, allowsHttp }: SettingsContext,
): Settings {
  const { scopes, client, stepUp, dpop } = server
  for (const scope of [...scopes, ...(stepUp ?? [])])
    if (!isScope(scope)) throw new TypeError(`${at}scopes has "${scope}", which is no scope token`)
  if (client.type === 'registered' && client.id === '')
    throw new TypeError(`${at}client.id must not be empty`)
  if (client.type === 'document' && !clientDocument)
    throw new TypeError(`${at}client needs the setting clientDocument`)
  const preset = typeof server.issuer === 'string' ? undefined : server.issuer
  const issuer = typeof server.issuer === 'string' ? server.issuer : server.issuer.issuer
  checkEndpoint(`${at}issuer`, issuer, allowsHttp)
  const dialect = joinDialects(server, preset?.connect ?? {})
  checkDialect(at, dialect, allowsHttp)
  // Without a resource, the name tells one account from another.
  const resource =
    server.resource === false
      ? `urn:onbehalf:connection:${encodeURIComponent(name)}`
      : canonicalResource(server.resource, allowsHttp)
  const isSent = server.resource !== false && preset?.connect.resource !== false
  return Object.freeze({
    ...dialect,
    name,
    at,
    resource,
    sentResource: isSent ? resource : undefined,
    issuer,
    scopes: Object.freeze([...scopes]),
    stepUp: stepUp && Object.freeze([...stepUp]),
    client,
    dpop,
    redirectUri,
    metadata: discoverAuthorizationServer({ issuer, fetch, now, allowsHttp }),
  })
}

/** What the server's own declaration says stands before what the preset says. */
function joinDialects(
  own: Omit<ConnectDialect, 'resource'>,
  preset: ConnectDialect,
): Omit<ConnectDialect, 'resource'> {
  const pkce = own.pkce ?? preset.pkce
  const discovery = own.discovery ?? preset.discovery
  const scopeSeparator = own.scopeSeparator ?? preset.scopeSeparator
  const offlineAccess = own.offlineAccess ?? preset.offlineAccess
  return {
    parameters: Object.freeze({ ...preset.parameters, ...own.parameters }),
    endpoints: Object.freeze({ ...preset.endpoints, ...own.endpoints }),
    ...(pkce === undefined ? {} : { pkce }),
    ...(discovery === undefined ? {} : { discovery }),
    ...(scopeSeparator === undefined ? {} : { scopeSeparator }),
    ...(offlineAccess === undefined ? {} : { offlineAccess }),
  }
}

/** Parameters that the flow sets itself, or that hold a secret. */
const OWN_PARAMETERS: ReadonlySet<string> = new Set([
  'response_type',
  'response_mode',
  'client_id',
  'client_secret',
  'redirect_uri',
  'state',
  'nonce',
  'code_challenge',
  'code_challenge_method',
  'code_verifier',
  'dpop_jkt',
  'request',
  'request_uri',
  'resource',
  'scope',
])

function checkDialect(
  at: string,
  { pkce, parameters = {}, endpoints = {}, discovery, scopeSeparator = ' ' }: ConnectDialect,
  allowsHttp: AllowsHttp,
): void {
  if (pkce !== undefined && pkce !== 'S256')
    throw new TypeError(`${at}pkce must be "S256": MCP takes no other method`)
  if (scopeSeparator !== ' ' && scopeSeparator !== ',')
    throw new TypeError(`${at}scopeSeparator must be a space or a comma`)
  for (const [name, value] of Object.entries(parameters)) {
    if (OWN_PARAMETERS.has(name))
      throw new TypeError(`${at}parameters.${name} is set by the flow itself`)
    if (typeof value !== 'string') throw new TypeError(`${at}parameters.${name} must be a text`)
  }
  for (const [endpoint, url] of Object.entries(endpoints))
    if (url !== undefined) checkEndpoint(`${at}endpoints.${endpoint}`, url, allowsHttp)
  if (discovery === false && !(endpoints.authorization && endpoints.token))
    throw new TypeError(`${at}endpoints must name authorization and token where discovery is off`)
}
