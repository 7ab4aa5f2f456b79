// The person's account at the scenario's server: the app finds its authorization server, and the
// person connects. The authorization server says yes at once.

import { Credential, memorySecretStore } from 'onbehalf'
import {
  type ConnectionClient,
  type ConnectionServer,
  type Connections,
  connections,
  type DiscoveredResource,
  discoverAuthorizationServer,
} from 'onbehalf/oauth'
import { authenticationOf } from './own-token.ts'
import { audit, principalAt, SERVER, type SignedIn } from './person.ts'
import type { Scenario } from './scenario.ts'

const LOGIN = 'https://login.example'
const APP = 'http://127.0.0.1:3999'
/** The client id that the suite knows as a client metadata document. */
const CLIENT_DOCUMENT = 'https://conformance-test.local/client-metadata.json'

/** A person who can connect an account. */
export interface WithAccount extends SignedIn {
  /** Connects the account, or asks for more permissions. */
  connect(more?: readonly string[]): Promise<void>
}

/** The app that lets people connect accounts at the server. */
export async function withAccount(
  scenario: Scenario,
  server: DiscoveredResource,
): Promise<WithAccount> {
  const made = connections({
    store: memorySecretStore(),
    redirectUri: `${APP}/connected`,
    clientDocument: { url: CLIENT_DOCUMENT, name: 'Conformance' },
    fetch,
    audit,
    servers: { [SERVER]: await declared(scenario, server) },
  })
  return {
    issuer: LOGIN,
    token: new Credential('the-token-of-alice'),
    binding: { url: scenario.url, resource: server.resource, source: { type: 'connection' } },
    parts: { connections: made },
    connect: (more = []) => connectAccount(made, more),
  }
}

/** What the operator declares, from what the server and its authorization server publish. */
async function declared(
  scenario: Scenario,
  { resource, scopes, authorizationServers: [issuer = ''] }: DiscoveredResource,
): Promise<ConnectionServer> {
  return {
    resource,
    issuer,
    scopes,
    client: await clientAt(issuer, scenario),
    dpop: 'offered',
    ...(scenario.name.includes('endpoint-fallback') ? withoutMetadata(issuer) : {}),
  }
}

/** Registered by hand, or by the app's document where the server takes those, or by itself. */
async function clientAt(issuer: string, scenario: Scenario): Promise<ConnectionClient> {
  const { client_id: id } = scenario.context
  if (id !== undefined)
    return { type: 'registered', id, authentication: await authenticationOf(scenario) }
  const metadata = await discoverAuthorizationServer({ issuer, fetch }).current()
  return { type: metadata.ok && metadata.value.clientDocuments ? 'document' : 'dynamic' }
}

/** The endpoints that MCP 2025-03-26 falls back to. Here the operator names them. */
function withoutMetadata(issuer: string): Partial<ConnectionServer> {
  return {
    pkce: 'S256',
    discovery: false,
    endpoints: {
      authorization: `${issuer}/authorize`,
      token: `${issuer}/token`,
      registration: `${issuer}/register`,
    },
  }
}

async function connectAccount(made: Connections, scopes: readonly string[]): Promise<void> {
  const alice = principalAt(LOGIN)
  const begun = await made.start(new Request(`${APP}/start`), alice, SERVER, '/', { scopes })
  const [cookie = ''] = begun.headers.getSetCookie()
  const asked = await fetch(locationOf(begun, 'start'), { redirect: 'manual' })
  const back = new Request(locationOf(asked, 'the authorization server'), {
    headers: { cookie: cookie.split(';')[0] ?? '' },
  })
  const done = locationOf(await made.callback(back, alice), 'callback')
  const error = new URL(done, APP).searchParams.get('connect_error')
  if (error !== null) throw new Error(`not connected: ${error}`)
}

function locationOf(response: Response, who: string): string {
  const location = response.headers.get('location')
  if (location === null) throw new Error(`${who} sent nobody on: ${response.status}`)
  return location
}
