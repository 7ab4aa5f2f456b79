// Fills a realm over Keycloak's own administration API: people, scopes, and clients. Everything that
// is not named here is as Keycloak makes it by itself.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CONNECT_REDIRECT, NOTES, PAGE_REDIRECT, people, TASKS } from '../kind.ts'
import { must } from '../tally.ts'

export const REALM = 'acme'

const DOCUMENTED = join(import.meta.dirname, '../../../docs/issuers/keycloak-realm.json')

/** The app's client. It exchanges. */
export const APP_CLIENT = { id: 'app', secret: 'the-secret-of-the-app' } as const

/** Makes the realm. */
export async function fillRealm(url: string): Promise<void> {
  const admin = await administrator(url)
  await admin('', {
    realm: REALM,
    enabled: true,
    revokeRefreshToken: true,
    refreshTokenMaxReuse: 0,
    accessTokenLifespan: 300,
    // Fifty people sign in at once on two cores, and nobody attacks their passwords.
    passwordPolicy: 'hashAlgorithm(pbkdf2-sha256) and hashIterations(1)',
  })
  for (const name of ['tasks:read', 'tasks:write', 'notes:read'])
    await admin(`/${REALM}/client-scopes`, {
      name,
      protocol: 'openid-connect',
      attributes: { 'include.in.token.scope': 'true' },
    })
  for (const client of clients()) await admin(`/${REALM}/clients`, client)
  for (const user of users()) await admin(`/${REALM}/users`, user)
  await withScopes(url, 'page', ['tasks:read', 'notes:read'])
  await withScopes(url, APP_CLIENT.id, ['tasks:read', 'tasks:write', 'notes:read'])
  await withScopes(url, 'connecting', ['tasks:read'])
}

/** Makes the realm of the documentation, as it is but for its name, and fills it with people. */
export async function importRealm(url: string, realm: string): Promise<void> {
  const admin = await administrator(url)
  await admin('', { ...JSON.parse(readFileSync(DOCUMENTED, 'utf8')), realm, users: users() })
}

function users(): readonly object[] {
  return people.map(({ name, email, password }) => ({
    username: name,
    email,
    emailVerified: true,
    firstName: name,
    lastName: 'Example',
    enabled: true,
    credentials: [{ type: 'password', value: password, temporary: false }],
  }))
}

function clients(): readonly Record<string, unknown>[] {
  const both = {
    enabled: true,
    protocol: 'openid-connect',
    publicClient: false,
    directAccessGrantsEnabled: false,
  }
  return [
    // One for each MCP server: its id is the audience.
    ...[TASKS, NOTES].map((clientId) => ({
      ...both,
      clientId,
      secret: 'the-secret-of-a-server',
      standardFlowEnabled: false,
    })),
    {
      ...both,
      clientId: APP_CLIENT.id,
      secret: APP_CLIENT.secret,
      standardFlowEnabled: false,
      attributes: { 'standard.token.exchange.enabled': 'true' },
      protocolMappers: [audience(TASKS), audience(NOTES)],
    },
    {
      ...both,
      clientId: 'page',
      publicClient: true,
      redirectUris: [PAGE_REDIRECT],
      attributes: { 'pkce.code.challenge.method': 'S256' },
      protocolMappers: [audience(APP_CLIENT.id)],
    },
    {
      ...both,
      clientId: 'connecting',
      publicClient: true,
      redirectUris: [`${CONNECT_REDIRECT}/*`],
      protocolMappers: [audience(TASKS)],
    },
  ]
}

function audience(client: string) {
  return {
    name: `audience ${client}`,
    protocol: 'openid-connect',
    protocolMapper: 'oidc-audience-mapper',
    config: { 'included.client.audience': client, 'access.token.claim': 'true' },
  }
}

async function withScopes(url: string, client: string, names: readonly string[]): Promise<void> {
  const admin = await administrator(url)
  const [found] = await admin(`/${REALM}/clients?clientId=${client}`)
  const scopes = await admin(`/${REALM}/client-scopes`)
  for (const { id, name } of scopes)
    if (names.includes(String(name)))
      await admin(`/${REALM}/clients/${found?.id}/optional-client-scopes/${id}`, {}, 'PUT')
}

/** Several rotations fit into one second, and each key must come before the one before it. */
let rotations = 0

/** Adds a key that is used from now on. The former ones still verify. */
export async function rotateKeys(url: string): Promise<void> {
  const admin = await administrator(url)
  const [realm] = await admin(`/${REALM}`)
  await admin(`/${REALM}/components`, {
    name: `key-${crypto.randomUUID()}`,
    providerId: 'rsa-generated',
    providerType: 'org.keycloak.keys.KeyProvider',
    parentId: realm?.id,
    config: {
      priority: [String(Math.floor(Date.now() / 1000) + rotations++)],
      enabled: ['true'],
      active: ['true'],
      keySize: ['2048'],
      algorithm: ['RS256'],
    },
  })
}

type Found = readonly Readonly<Record<string, unknown>>[]

/** Asks as the administrator: a list of what is there, or a change. */
async function administrator(url: string) {
  const signIn = await fetch(`${url}/realms/master/protocol/openid-connect/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'password',
      client_id: 'admin-cli',
      username: 'admin',
      password: 'admin',
    }),
  })
  const { access_token } = (await signIn.json()) as Record<string, unknown>
  const authorization = `Bearer ${access_token}`
  return async (path: string, body?: object, method = body ? 'POST' : 'GET'): Promise<Found> => {
    const response = await fetch(`${url}/admin/realms${path}`, {
      method,
      headers: { authorization, 'content-type': 'application/json' },
      ...(body ? { body: JSON.stringify(body) } : {}),
    })
    const text = await response.text()
    must(response.ok, `${method} ${path} answered ${response.status}: ${text}`)
    if (text === '') return []
    const json: unknown = JSON.parse(text)
    return Array.isArray(json) ? json : [json as Record<string, unknown>]
  }
}
