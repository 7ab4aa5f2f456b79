// What every step in front of the issuer works with, checked once.

import { createAuditor, logSink } from '../../core/audit.ts'
import { type HostCookie, hostCookie } from '../../core/http/cookie.ts'
import type { Issuer } from '../../core/issuer.ts'
import { checkOptions } from '../../core/known-options.ts'
import { allowedHttp, quietly } from '../../core/plain-http.ts'
import { canonicalResource } from '../../core/resource.ts'
import { clientSecretBasic, clientSecretPost } from '../../oauth/client-authentication.ts'
import type { ConnectDialect } from '../../oauth/connection/connect-dialect.ts'
import type { Parts as ConnectionParts } from '../../oauth/connection/parts.ts'
import { serverOf } from '../../oauth/connection/server-of.ts'
import { type Settings, settingsOf } from '../../oauth/connection/settings.ts'
import { storedKeys } from '../../oauth/connection/stored-key.ts'
import type { GatewayOptions } from '../options.ts'
import { type KnownClients, knownClients } from './known-clients.ts'
import { CLIENTS_OPTIONS, CLIENTS_VALUES, type GatewayClients } from './options.ts'
import { type MayRedirect, redirectRule } from './redirect-uris.ts'
import { type Seals, sealsUnder } from './sealed.ts'
import { type UsedOnce, usedOnce } from './used-once.ts'

/** The parts. */
export interface ClientParts {
  /** The gateway as an authorization server: its issuer identifier (RFC 8414 section 2). */
  readonly issuer: string
  /** The gateway's own origin. */
  readonly origin: string
  /** The issuer, as connections see an authorization server: the same code asks it for tokens. */
  readonly settings: Settings
  /** The scopes that the issuer is asked for in place of those of clients. */
  readonly scopes: readonly string[] | undefined
  /** Whether the issuer is sent the address that a client names as `resource`. */
  readonly sendsResource: boolean
  readonly connection: ConnectionParts
  /** The settings, with the way in which the issuer takes the client's secret. */
  authenticated(signal: AbortSignal): Promise<Settings>
  readonly seals: Seals
  readonly clients: KnownClients
  readonly mayRedirect: MayRedirect
  /** The address of the gateway that a client means; undefined when it is none. */
  resourceOf(text: string): string | undefined
  /** Ties what happens to one browser. */
  readonly cookie: HostCookie
  readonly used: UsedOnce
  readonly takesDocuments: boolean
}

/**
 * Checks the options.
 *
 * @param resources The gateway's own addresses.
 * @param secret Seals what clients and browsers keep.
 * @throws TypeError that names the setting.
 */
export function parseParts(
  options: GatewayOptions,
  clients: GatewayClients,
  resources: readonly string[],
  secret: Uint8Array,
): ClientParts {
  checkOptions('clients', 'clients', clients, CLIENTS_OPTIONS, CLIENTS_VALUES)
  const { url, fetch = globalThis.fetch, now = Date.now, audit = logSink } = options
  const allowsHttp = allowedHttp({ ...options, ...quietly(options) })
  const issuer = canonicalResource(url, () => true)
  const mayRedirect = redirectRule(clients.redirectUris ?? [])
  const seals = sealsUnder(secret)
  const settings = settingsFor(options, clients, `${issuer}/oauth/callback`)
  const connection: ConnectionParts = {
    // No account of a person is kept here.
    store: NO_STORE,
    auditor: createAuditor(audit, { now }),
    hop: 'sign-in',
    fetch,
    now,
    deadline: 10_000,
    allowsHttp,
    keys: storedKeys(now),
  }
  const { fetchDocument } = clients
  return {
    issuer,
    origin: new URL(issuer).origin,
    settings,
    scopes: clients.scopes,
    sendsResource: clients.resource === undefined && settings.sentResource !== undefined,
    connection,
    authenticated: (signal) => authenticated(settings, clients, signal),
    seals,
    clients: knownClients({ seals, mayRedirect, fetchDocument, now }),
    mayRedirect,
    resourceOf: (text) => resources.find((one) => one === canonical(text)),
    cookie: hostCookie('onbehalf-clients', issuer.startsWith('https:')),
    used: usedOnce(now),
    takesDocuments: fetchDocument !== undefined,
  }
}

const NO_STORE = {
  read: async () => undefined,
  write: async () => false,
  remove: async () => {},
}

/** A preset of onbehalf/issuers says what its provider needs. */
type Dialected = Issuer & { readonly connect?: ConnectDialect }

function issuerOf({ issuer, issuers }: GatewayOptions, named: string | undefined): Dialected {
  const all: readonly Dialected[] = issuers ?? (issuer ? [issuer] : [])
  const found = named === undefined ? all : all.filter((one) => one.issuer === named)
  const [first] = found
  if (first && found.length === 1) return first
  throw new TypeError(
    `clients.issuer must name the issuer that people sign in with, one of ${all.map((one) => one.issuer).join(', ') || 'the setting issuer, which is not given'}`,
  )
}

function settingsFor(
  options: GatewayOptions,
  clients: GatewayClients,
  redirectUri: string,
): Settings {
  const { fetch = globalThis.fetch, now = Date.now } = options
  const { clientId, scopes = [], resource, parameters, pkce, endpoints } = clients
  const { issuer, connect = {} } = issuerOf(options, clients.issuer)
  const server = {
    resource: resource === false ? (false as const) : options.url,
    issuer: { issuer, connect },
    scopes,
    client: { type: 'registered' as const, id: clientId },
    ...(parameters ? { parameters } : {}),
    ...(pkce ? { pkce } : {}),
    ...(endpoints ? { endpoints } : {}),
  }
  const allowsHttp = allowedHttp({ ...options, ...quietly(options) })
  const settings = settingsOf('clients', 'clients.', server, {
    redirectUri,
    fetch,
    now,
    allowsHttp,
  })
  // What the operator names is sent as it stands: some issuers want a name that is no URL.
  return typeof resource === 'string' ? { ...settings, sentResource: resource } : settings
}

/** The secret goes the way that the issuer's metadata names; `client_secret_basic` where it names none. */
async function authenticated(
  settings: Settings,
  { clientId, clientSecret }: GatewayClients,
  signal: AbortSignal,
): Promise<Settings> {
  if (!clientSecret) return settings
  const server = await serverOf(settings, signal)
  const ways = server.ok ? server.value.clientAuthentication : undefined
  const isInForm =
    ways?.includes('client_secret_post') === true && !ways.includes('client_secret_basic')
  const authentication = isInForm ? clientSecretPost(clientSecret) : clientSecretBasic(clientSecret)
  return { ...settings, client: { type: 'registered', id: clientId, authentication } }
}

function canonical(text: string): string | undefined {
  try {
    return canonicalResource(text, () => true)
  } catch {
    return undefined
  }
}
