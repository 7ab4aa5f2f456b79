// What the sources of our own stack need: the clients at the authorization server, the people's
// static keys, and the accounts that they have connected.

import { join } from 'node:path'
import {
  type AuditSink,
  Credential,
  DEPLOYMENT,
  type OnBehalfOptions,
  type Principal,
  type SecretStore,
  staticKeys,
} from 'onbehalf'
import { egressFetch } from 'onbehalf/egress'
import {
  type Connections,
  clientCredentials,
  clientSecretBasic,
  connections,
  identityAssertionExchanger,
  tokenExchanger,
} from 'onbehalf/oauth'
import {
  createKeyring,
  fileMasterKeys,
  openSqlite,
  type SqliteDatabase,
  sqliteSecretStore,
  sqliteVault,
} from 'onbehalf/store'
import { SECOND, serverOf, servers } from './own-variants.ts'

/** What it is made of. */
export interface SourceSettings {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly issuer: string
  readonly dir: string
  readonly app: string
  readonly audit: AuditSink
  readonly now: () => number
}

/** The parts of `createOnBehalf` that have to do with sources, and the database of the secrets. */
export interface Sources {
  readonly options: Pick<
    OnBehalfOptions,
    'exchanger' | 'clientCredentials' | 'identityAssertions' | 'connections' | 'secrets' | 'vault'
  >
  readonly database: SqliteDatabase
}

/** Makes them: every key is stored, and every account is connected. */
export async function openSources(settings: SourceSettings): Promise<Sources> {
  const { env, issuer, dir, now } = settings
  const registered = {
    issuer,
    clientId: 'app',
    client: clientSecretBasic(new Credential(env.CLIENT_SECRET ?? '')),
  }
  const database = openSqlite(join(dir, 'sealed.db'))
  const keyring = join(dir, 'keys', 'keyring.json')
  createKeyring(keyring, { now })
  const masterKeys = fileMasterKeys(keyring)
  const secrets = sqliteSecretStore(database, masterKeys)
  await storeKeys(secrets, settings)
  const accounts = connected(secrets, settings, registered.client)
  for (const subject of PEOPLE) await connectAll(accounts, { issuer, subject }, settings.app)
  return {
    database,
    options: {
      exchanger: tokenExchanger({ ...registered, now }),
      clientCredentials: clientCredentials({ ...registered, now }),
      identityAssertions: identityAssertionExchanger({
        identityProvider: registered,
        authorizationServer: registered,
        subjectTokenType: 'access-token',
        now,
      }),
      // Several bindings of one server share its account.
      connections: {
        credential: (principal, bound, asked) =>
          accounts.credential(principal, serverOf(bound), asked),
      },
      secrets,
      vault: sqliteVault(database, masterKeys, { now }),
    },
  }
}

const PEOPLE = ['alice', 'bob'] as const

/** The servers at which people connect an account. */
const connectable = servers
  .filter(({ own, place }) => !own && place === undefined)
  .map(({ name }) => name)

async function storeKeys(store: SecretStore, { env, issuer }: SourceSettings): Promise<void> {
  const keys = staticKeys(store)
  for (const { name } of servers.filter((server) => !server.own)) {
    const resource = env[`MCP_${name}`] ?? ''
    const keyOf = (owner: string) => new Credential(env[`KEY_${owner}_${name}`] ?? '')
    await keys.put(DEPLOYMENT, resource, keyOf('all'))
    for (const subject of PEOPLE) {
      await keys.put({ issuer, subject }, resource, keyOf(subject))
      await keys.put({ issuer, subject }, resource, keyOf(subject), { source: SECOND })
    }
  }
}

function connected(
  store: SecretStore,
  { env, issuer, app, audit, now }: SourceSettings,
  authentication: Parameters<typeof tokenExchanger>[0]['client'],
): Connections {
  return connections({
    store,
    redirectUri: `${app}/connected`,
    fetch: egressFetch(),
    audit,
    now,
    servers: Object.fromEntries(
      connectable.map((name) => [
        name,
        {
          resource: env[`MCP_${name}`] ?? '',
          issuer,
          scopes: ['tools'],
          client: { type: 'registered', id: 'app', authentication },
        },
      ]),
    ),
  })
}

/** As a browser does it: out to the authorization server, and back with a code and a cookie. */
async function connectAll(accounts: Connections, principal: Principal, app: string): Promise<void> {
  for (const name of connectable) {
    const out = await accounts.start(new Request(`${app}/connect`), principal, name, '/')
    const url = new URL(out.headers.get('location') ?? '')
    url.searchParams.set('login_hint', principal.subject)
    const back = await fetch(url, { redirect: 'manual' })
    const cookie = (out.headers.getSetCookie()[0] ?? '').split(';')[0] ?? ''
    const request = new Request(back.headers.get('location') ?? '', { headers: { cookie } })
    const done = await accounts.callback(request, principal)
    if (done.status !== 303 || (done.headers.get('location') ?? '').includes('connect_error'))
      throw new Error(`${principal.subject} could not connect ${name}`)
  }
}
