// Every public function that takes options: options that it takes, the places inside them, and
// values of the wrong kind with words of what it says. No test lives here.

import { webcrypto } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  agentChat,
  agentResponse,
  chatkitServer,
  memoryRateLimit,
  memoryThreadStore,
  postgresRateLimit,
  streamWidget,
} from '../../../src/chatkit/index.ts'
import { parseBinding } from '../../../src/core/parse-binding.ts'
import { egressFetch, guardedFetch } from '../../../src/egress/index.ts'
import { agUiResponse } from '../../../src/frameworks/ag-ui/index.ts'
import { aiSdkTools } from '../../../src/frameworks/ai-sdk/index.ts'
import { accessKeys, createGateway } from '../../../src/gateway/index.ts'
import {
  Credential,
  createAuditor,
  createDoor,
  createOnBehalf,
  memoryConsentStore,
  memorySecretStore,
  memorySignInStore,
  memoryVault,
  staticKeys,
} from '../../../src/index.ts'
import * as issuers from '../../../src/issuers/index.ts'
import { backChannelLogout, dpopProofs, jwtVerifier } from '../../../src/jwt/index.ts'
import { auditFile, createLog } from '../../../src/log/index.ts'
import { carryingTransport, mcpFetch, sessionPool } from '../../../src/mcp/index.ts'
import { protectMcpServer } from '../../../src/mcp-server/index.ts'
import * as oauth from '../../../src/oauth/index.ts'
import { modelFromEnvironment, runAgent } from '../../../src/openai-agents/index.ts'
import { otelObserver } from '../../../src/otel/index.ts'
import { callHook, callPolicy } from '../../../src/policy/index.ts'
import { serverSession } from '../../../src/session/index.ts'
import { childProcesses } from '../../../src/stdio/index.ts'
import {
  createKeyring,
  diskAttachments,
  openSqlite,
  rotateKeyring,
  sqliteRunStore,
  sqliteVault,
} from '../../../src/store/index.ts'
import { openPostgres, postgresVault } from '../../../src/store/postgres/index.ts'

/** A value of the wrong kind, and words of what is said about it. */
type Wrong = readonly [option: string, value: unknown, words: string]

/** A place inside the options, and the options that put members there. */
type Place = readonly [at: string, value: (members: object) => object]

interface Factory {
  readonly make: (options: unknown) => unknown
  readonly good: Readonly<Record<string, unknown>>
  readonly places?: readonly Place[]
  readonly wrong?: readonly Wrong[]
}

const issuer = 'https://login.example'
const url = 'https://tasks.example/mcp'
const secret = new Credential('secret-of-the-client')
const client = oauth.clientSecretBasic(secret)
const audit = { record() {} }
const verifier = jwtVerifier({ issuer })
const registered = { issuer, clientId: 'app', client }
const binding = parseBinding('Tasks', { url })
const auditor = createAuditor(audit)
const principal = { issuer, subject: 'alice' }
const database = openSqlite(':memory:')
const pooled = { async first() {}, async all() {}, async commit() {} } as never
const masterKeys = { current: () => ({ id: '1' }), async wrap() {}, async unwrap() {} }
const transport = () => ({ async start() {}, async send() {}, async close() {} })
const carried = { binding, source() {}, principal, auditor, trace: 't', deadline: 1000 }
const { privateKey } = (await webcrypto.subtle.generateKey('Ed25519', false, [
  'sign',
  'verify',
])) as webcrypto.CryptoKeyPair

/** Options that every factory with a clock or a `fetch` has. */
const CLOCK: Wrong = ['now', 1, 'must be a function']
const FETCH: Wrong = ['fetch', {}, 'must be a function']
const DEADLINE: Wrong = ['deadline', '5s', 'must be a number']
const CLIENT: Wrong = ['client', 's3cr3t', 'clientSecretBasic(new Credential(…))']
const AUDIT: Wrong = ['audit', console, 'must have the method record']
const CACHE: Place = ['cache', (members) => ({ cache: members })]

const ISSUER_SETTINGS: readonly Wrong[] = [
  AUDIT,
  ['verifier', { issuer }, 'must have the method verify: jwtVerifier'],
  ['authorizationServers', issuer, 'must be a list of texts'],
  ['exchanger', Promise.resolve(), 'await it'],
  ['scopes', 'tasks:read', "must be a list of texts: ['…']"],
  DEADLINE,
  FETCH,
  CLOCK,
]

/** Each function as it is called with options alone, by whatever a program without a compiler gives. */
function by(make: (options: never) => unknown): (options: unknown) => unknown {
  return (options) => make(options as never)
}

const PRESETS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  auth0: { domain: 'acme.eu.auth0.com' },
  authentik: { url: issuer, application: 'app' },
  betterAuth: { issuer },
  clerk: { domain: 'clerk.acme.example' },
  cognito: { userPoolId: 'eu-west-1_AbCdEfGhI' },
  entra: { tenant: '11111111-2222-3333-4444-555555555555' },
  firebase: { projectId: 'acme' },
  github: { clientId: 'app', clientSecret: secret },
  google: { clientId: 'app', clientSecret: secret },
  hydra: { issuer },
  keycloak: { url: issuer, realm: 'acme' },
  oidc: { issuer },
  okta: { domain: 'acme.okta.com' },
  pingFederate: { issuer },
  spring: { issuer },
  supabase: { url: 'https://abc.supabase.co' },
  workos: { clientId: 'client_1' },
  zitadel: { issuer },
}

const ofPresets = Object.fromEntries(
  Object.entries(PRESETS).map(([name, good]): [string, Factory] => [
    name,
    {
      make: by(Reflect.get(issuers, name)),
      good,
      places: [['exchange', (exchange) => ({ exchange })]],
      wrong: [
        ['clientSecret', 's3cr3t', 'must be a Credential'],
        ['tenantOptional', 'no', 'must be true or false'],
        ['assumeAudience', 1, 'must be true or false'],
        ['opaqueTokens', 'ask', 'must be one of introspection, userinfo'],
        ['exchanger', { issuer }, 'must have the method exchange'],
        FETCH,
        CLOCK,
      ],
    },
  ]),
)

/** By name, as the subpaths export them. */
export const FACTORIES: Readonly<Record<string, Factory>> = {
  ...ofPresets,
  accessKeys: {
    make: by(accessKeys),
    good: { secrets: memorySecretStore(), consents: memoryConsentStore() },
    wrong: [
      ['secrets', {}, 'must have the method'],
      ['consents', {}, 'must have the method'],
    ],
  },
  createGateway: {
    make: by(createGateway),
    good: {
      url: 'https://gateway.example',
      authorizationServers: [issuer],
      verifier,
      servers: { Tasks: { url, source: { type: 'own' } } },
    },
    places: [['servers.Tasks', (members) => ({ servers: { Tasks: { url, ...members } } })]],
    wrong: [
      ...ISSUER_SETTINGS,
      ['url', 'gateway.example', 'must be a text, an absolute URL'],
      ['subsets', ['Tasks'], 'must be an object with their names'],
      ['subsets', { team: 'Tasks' }, 'must be a list of servers'],
      ['sessionSecret', 'a text', 'must be a Credential'],
      ['allowedOrigins', 'https://app.example', 'must be a list'],
      ['forwardHeaders', 'X-Tenant', 'must be a list of texts'],
      ['connectAt', '/accounts', 'must be a text, an absolute URL'],
      ['page', true, 'must be an object with their names'],
      ['page', { session: {} }, 'page.session must have the method handle'],
      ['accessKeys', {}, 'accessKeys({ secrets, consents }) makes them'],
      ['clients', true, 'must be an object with their names'],
      ['clients', { clientId: 'gateway', redirectUri: 'x' }, 'did you mean redirectUris?'],
      ['clients', { clientId: 'gateway', clientSecret: 'a text' }, 'must be a Credential'],
      ['clients', { clientId: 'gateway' }, 'clients.issuer must name the issuer'],
    ],
  },
  createOnBehalf: {
    make: by(createOnBehalf),
    good: {
      resource: 'https://app.example',
      authorizationServers: [issuer],
      verifier,
      servers: { Tasks: { url, source: { type: 'own' } } },
    },
    places: [
      ['servers.Tasks', (members) => ({ servers: { Tasks: { url, ...members } } })],
      [
        'servers.Tasks.source',
        (members) => ({ servers: { Tasks: { url, source: { type: 'own', ...members } } } }),
      ],
    ],
    wrong: [
      ...ISSUER_SETTINGS,
      ['servers', [{ url }], "must be an object with their names: { Tasks: { url: 'https://…' } }"],
      ['issuer', issuer, 'must be a preset of onbehalf/issuers'],
      ['connections', {}, 'must have the method credential'],
      ['secrets', 's3cr3t', 'must have the method read: a secret store'],
      ['vault', {}, 'must have the method deposit'],
      ['warn', 'loud', 'must be a function'],
    ],
  },
  createDoor: {
    make: by(createDoor),
    good: { resource: 'https://app.example', verifier, auditor },
    wrong: [
      ['verifier', { issuer }, 'must have the method verify'],
      ['auditor', audit, 'must be a function: createAuditor'],
      ['scopes', 'tasks:read', 'must be a list of texts'],
    ],
  },
  createAuditor: {
    make: (options) => createAuditor(audit, options as never),
    good: {},
    wrong: [CLOCK],
  },
  memoryVault: {
    make: by(memoryVault),
    good: {},
    wrong: [CLOCK, ['most', 0, 'a whole number of credentials']],
  },
  staticKeys: {
    make: (options) => staticKeys(memorySecretStore(), options as never),
    good: {},
    wrong: [['onWarning', 'loud', 'must be a function']],
  },
  jwtVerifier: {
    make: by(jwtVerifier),
    good: { issuer },
    places: [CACHE],
    wrong: [
      ['algorithms', 'ES256', 'must be a list of texts'],
      ['tolerance', '30', 'must be a number'],
      DEADLINE,
      FETCH,
      CLOCK,
    ],
  },
  dpopProofs: { make: by(dpopProofs), good: {}, wrong: [CLOCK] },
  backChannelLogout: {
    make: by(backChannelLogout),
    good: { issuer, clientId: 'app', onLogout() {} },
    wrong: [['onLogout', {}, 'must be a function: it ends the sign-in'], AUDIT, FETCH, CLOCK],
  },
  discoverAuthorizationServer: {
    make: by(oauth.discoverAuthorizationServer),
    good: { issuer },
    wrong: [DEADLINE, FETCH, CLOCK],
  },
  discoverResource: {
    make: (options) => oauth.discoverResource(url, options as never),
    good: { fetch: async () => new Response() },
    wrong: [DEADLINE, FETCH],
  },
  privateKeyJwt: {
    make: (options) => oauth.privateKeyJwt(privateKey, options as never),
    good: { kid: '1' },
    wrong: [['kid', 1, 'must be a text']],
  },
  clientCredentials: {
    make: by(oauth.clientCredentials),
    good: registered,
    wrong: [CLIENT, ['dpop', Promise.resolve(), 'await dpopKey()'], DEADLINE, FETCH, CLOCK],
  },
  tokenExchanger: {
    make: by(oauth.tokenExchanger),
    good: registered,
    places: [['dialect', (dialect) => ({ dialect })]],
    wrong: [CLIENT, ['actorToken', 's3cr3t', 'must be a function'], FETCH, CLOCK],
  },
  identityAssertionExchanger: {
    make: by(oauth.identityAssertionExchanger),
    good: {
      identityProvider: registered,
      authorizationServer: registered,
      subjectTokenType: 'id-token',
    },
    places: [
      ['identityProvider', (members) => ({ identityProvider: { ...registered, ...members } })],
      ['authorizationServer', (more) => ({ authorizationServer: { ...registered, ...more } })],
    ],
    wrong: [DEADLINE, FETCH, CLOCK],
  },
  workloadIdentity: {
    make: by(oauth.workloadIdentity),
    good: { issuer, clientId: 'app', assertion() {} },
    wrong: [['assertion', 's3cr3t', 'must be a function'], CLIENT, FETCH, CLOCK],
  },
  introspectionVerifier: {
    make: by(oauth.introspectionVerifier),
    good: registered,
    places: [CACHE],
    wrong: [CLIENT, DEADLINE, FETCH, CLOCK],
  },
  userinfoVerifier: {
    make: by(oauth.userinfoVerifier),
    good: { issuer, assumeAudience: true },
    places: [CACHE, ['check', (check) => ({ check })]],
    wrong: [CLIENT, ['assumeAudience', 'yes', 'must be true or false'], FETCH, CLOCK],
  },
  dpopKey: { make: by(oauth.dpopKey), good: {}, wrong: [CLOCK] },
  connections: {
    make: by(oauth.connections),
    good: {
      store: memorySecretStore(),
      redirectUri: 'https://app.example/connected',
      fetch,
      audit,
      servers: {},
    },
    places: [
      ['clientDocument', (more) => ({ clientDocument: { url, name: 'app', ...more } })],
      ...(['servers.Mail', 'servers.Mail.client', 'servers.Mail.endpoints'] as const).map(
        (at): Place => [at, (members) => ({ servers: { Mail: mail(at, members) } })],
      ),
    ],
    wrong: [
      ['store', 'x', 'must have the method read: a secret store'],
      ['servers', [], 'must be an object with their names'],
      AUDIT,
      DEADLINE,
      FETCH,
      CLOCK,
    ],
  },
  serverSession: {
    make: by(serverSession),
    good: {
      issuer: issuers.oidc({ issuer, audience: 'app' }),
      clientId: 'app',
      origin: 'https://app.example',
      store: memorySignInStore(),
      secrets: memorySecretStore(),
    },
    places: [['endpoints', (members) => ({ endpoints: members })]],
    wrong: [
      ['issuer', issuer, 'must be a preset of onbehalf/issuers'],
      ['store', memorySecretStore(), 'must have the method add: a store of sign-ins'],
      ['secrets', 'x', 'must have the method read: a secret store'],
      ['presents', 'token', 'must be one of access_token, id_token'],
      ['onEnded', 'x', 'must be a function'],
      ['rateLimit', { limit: {}, by: () => '' }, 'limit must have the method take'],
      [
        'rateLimit',
        { limit: { take: async () => ({ ok: true }) }, by: 'ip' },
        'must be a function',
      ],
      ['clientSecret', 's3cr3t', 'must be a Credential'],
      AUDIT,
      FETCH,
      CLOCK,
    ],
  },
  tokenService: {
    make: by(oauth.tokenService),
    good: {
      issuer: 'https://app.example/tokens',
      signIn: issuers.oidc({ issuer, audience: 'app' }),
      keys: memorySecretStore(),
      clients: { chat: { subject: 'sign-in', audiences: { [url]: ['tasks:read'] } } },
      audit,
    },
    places: [
      [
        'clients.chat',
        (more) => ({
          clients: { chat: { subject: 'sign-in', audiences: { [url]: ['tasks:read'] }, ...more } },
        }),
      ],
    ],
    wrong: [
      ['keys', 'x', 'must have the method read: a secret store'],
      ['signIn', verifier, 'must be a preset of onbehalf/issuers'],
      ['clients', [], 'must be an object with their names'],
      AUDIT,
      CLOCK,
    ],
  },
  mcpFetch: {
    make: by(mcpFetch),
    good: { ...carried, fetch },
    wrong: [
      ['source', 'exchange', 'must be a function'],
      ['auditor', audit, 'createAuditor'],
      FETCH,
    ],
  },
  carryingTransport: {
    make: (options) => carryingTransport(transport(), options as never),
    good: {
      ...carried,
      binding: parseBinding('Files', {
        url: 'stdio:files',
        resource: url,
        placement: { type: 'meta', key: 'com.example/access-token' },
      }),
    },
    wrong: [['auditor', audit, 'createAuditor']],
  },
  callPolicy: {
    make: (options) => callPolicy({ rules: [] }, options as never),
    good: {},
    wrong: [
      ['counts', {}, 'must have the method take'],
      ['servers', 'Tasks', 'list of texts'],
      ['approvals', {}, 'must have the method ask'],
      ['approveAt', '/approvals', 'must be an absolute URL'],
      ['onAsk', 'mail', 'must be a function'],
      CLOCK,
    ],
  },
  sessionPool: {
    make: by(sessionPool),
    good: { async open() {}, async close() {} },
    wrong: [['open', {}, 'must be a function'], CLOCK],
  },
  protectMcpServer: {
    make: (options) => protectMcpServer(options as never, async () => new Response()),
    good: { resource: url, authorizationServers: [issuer], verifier, toolScopes: {} },
    places: [
      ['apis.tasks', (members) => ({ apis: { tasks: { url, scopes: ['a'], ...members } } })],
      ['accept', (accept) => ({ accept })],
    ],
    wrong: [
      ...ISSUER_SETTINGS,
      ['apis', [{ url }], 'must be an object with their names'],
      ['allowedHosts', 'app.example', 'must be a list of texts'],
    ],
  },
  agUiResponse: {
    make: (options) =>
      agUiResponse(new Request(url, { method: 'POST', body: '{}' }), {}, options as never),
    good: { run: nothing },
    wrong: [
      ['approvals', 'all', 'must be one of never, destructive, changes'],
      ['pausedRuns', {}, 'memoryPausedRuns()'],
    ],
  },
  aiSdkTools: {
    make: (options) =>
      aiSdkTools(
        { fetch: () => async () => new Response(null, { status: 503 }) },
        'Tasks',
        options as never,
      ),
    good: { url },
    wrong: [['url', 1, 'must be a text']],
  },
  runAgent: {
    make: by(runAgent),
    good: {
      caller: { principal, fetch: () => fetch },
      servers: [],
      model: { async getResponse() {}, async *getStreamedResponse() {} },
      instructions: 'Answer.',
      input: [{ role: 'user', text: 'Hello' }],
      signal: AbortSignal.abort(),
    },
    places: [
      ['timeouts', (timeouts) => ({ timeouts })],
      ['servers[0]', (more) => ({ servers: [{ name: 'Tasks', url, ...more }] })],
    ],
    wrong: [
      ['servers', { Tasks: { url } }, 'must be a list'],
      ['model', 'gpt', 'must have the method getResponse: modelFromEnvironment'],
      ['caller', principal, 'must have the method fetch'],
      ['approvals', 'all', 'must be one of never, destructive, changes'],
    ],
  },
  modelFromEnvironment: {
    make: (options) => modelFromEnvironment({ OPENAI_API_KEY: 'k' }, options as never),
    good: {},
  },
  agentChat: {
    make: by(agentChat),
    good: { run() {} },
    wrong: [['run', {}, 'must be a function'], ['person', 'Alice', 'must be a function'], CLOCK],
  },
  agentResponse: {
    make: (options) => agentResponse(nothing(), { newItem: () => ({}) as never }, options as never),
    good: {},
    wrong: [['connectUrl', url, 'must be a function'], CLOCK],
  },
  streamWidget: {
    make: (options) => streamWidget([], { newItem: () => ({}) as never }, options as never),
    good: {},
    wrong: [['copyText', 1, 'must be a text']],
  },
  chatkitServer: {
    make: by(chatkitServer),
    good: { admit() {}, store: memoryThreadStore(), respond() {} },
    places: [['limits', (limits) => ({ limits })]],
    wrong: [
      ['admit', { admit() {} }, 'must be a function: the admit of createOnBehalf(…)'],
      ['store', 'x', 'must have the method createThread: a thread store'],
      ['respond', {}, 'must be a function'],
      ['rateLimit', 'off', "memoryRateLimit() of onbehalf/chatkit, or 'none'"],
      ['runs', {}, 'must have the method begin'],
      ['attachments', {}, 'must have the method create'],
      ['onError', console, 'must be a function'],
      CLOCK,
    ],
  },
  memoryRateLimit: {
    make: by(memoryRateLimit),
    good: {},
    places: [['runs', (more) => ({ runs: { most: 1, per: 1, ...more } })]],
    wrong: [['requests', 600, 'must be an object with options']],
  },
  postgresRateLimit: {
    make: (options) => postgresRateLimit({ async query() {} }, options as never),
    good: {},
    places: [['requests', (more) => ({ requests: { most: 1, per: 1, ...more } })]],
  },
  callHook: {
    make: by(callHook),
    good: { url: 'https://filter.example' },
    wrong: [
      ['url', 'http://filter.example', 'must be an https URL'],
      ['deadline', 5_000, 'from 1 to 4500'],
      ['results', 'yes', 'must be true or false'],
    ],
  },
  childProcesses: {
    make: by(childProcesses),
    good: {},
    wrong: [['log', 'app.log', 'must be a function: it is called with each entry'], CLOCK],
  },
  egressFetch: {
    make: by(egressFetch),
    good: {},
    places: [
      ["ways['https://tasks.example']", (more) => ({ ways: { 'https://tasks.example': more } })],
    ],
    wrong: [
      ['ways', 'direct', 'must be an object'],
      ['ways', { 'tasks.example': {} }, 'must be an origin'],
      ['ways', { 'https://tasks.example': { ca: 'ca.pem' } }, 'in PEM'],
      ['ways', { 'https://tasks.example': { proxy: 'socks5://p' } }, 'must be the URL of a proxy'],
    ],
  },
  guardedFetch: {
    make: by(guardedFetch),
    good: {},
    wrong: [['allowLoopbackForDevelopment', 'yes', 'must be true or false'], DEADLINE],
  },
  otelObserver: {
    make: by(otelObserver),
    good: {},
    wrong: [
      ['tracerProvider', 'global', 'must have the method getTracer'],
      ['meterProvider', {}, 'must have the method getMeter'],
    ],
  },
  auditFile: {
    make: by(auditFile),
    good: { path: '/tmp/audit.jsonl' },
    wrong: [
      ['path', 1, 'must be a text'],
      ['sync', 'yes', 'must be true or false'],
    ],
  },
  createLog: {
    make: by(createLog),
    good: {},
    wrong: [['destination', 'app.log', 'must have the method write'], CLOCK],
  },
  openSqlite: {
    make: (options) => openSqlite(':memory:', options as never),
    good: {},
    wrong: [['busyTimeout', '5s', 'must be a number']],
  },
  openPostgres: {
    make: by(openPostgres),
    good: { schema: 'No Schema' },
    places: [
      ['timeouts', (timeouts) => ({ timeouts })],
      ['direct', (direct) => ({ direct })],
    ],
    wrong: [
      ['pooler', 'session', 'must be one of transaction'],
      ['password', 's3cr3t', 'must be a Credential'],
      ['port', '5432', 'must be a number'],
    ],
  },
  postgresVault: {
    make: (options) => postgresVault(pooled, masterKeys as never, options as never),
    good: {},
    wrong: [CLOCK],
  },
  sqliteVault: {
    make: (options) => sqliteVault(database, masterKeys as never, options as never),
    good: {},
    wrong: [CLOCK],
  },
  sqliteRunStore: {
    make: (options) => sqliteRunStore(database, options as never),
    good: {},
    wrong: [['takeoverTimeout', '5s', 'must be a number']],
  },
  createKeyring: { make: (options) => createKeyring(keyring(), options as never), good: {} },
  rotateKeyring: {
    make: (options) => {
      const path = keyring()
      createKeyring(path)
      return rotateKeyring(path, options as never)
    },
    good: {},
  },
  diskAttachments: {
    make: (options) => diskAttachments(join(folder, 'attachments'), options as never),
    good: { store: memoryThreadStore(), url, key: new Uint8Array(32) },
    places: [
      ['limits', (limits) => ({ limits })],
      ['lifetimes', (lifetimes) => ({ lifetimes })],
    ],
    wrong: [
      ['store', 'x', 'must have the method createThread'],
      ['types', 'image/png', 'must be a list of texts'],
      ['admit', {}, 'must be a function'],
      CLOCK,
    ],
  },
}

async function* nothing(): AsyncGenerator<never> {}

/** A server of connections, with members at one place. */
function mail(at: string, members: object): object {
  const good = { resource: url, issuer, scopes: [], client: { type: 'dynamic' } }
  if (at === 'servers.Mail') return { ...good, ...members }
  const member = at.slice('servers.Mail.'.length)
  return { ...good, [member]: { ...(member === 'client' ? good.client : {}), ...members } }
}

const folder = mkdtempSync(join(tmpdir(), 'onbehalf-factories-'))
let rings = 0

function keyring(): string {
  rings += 1
  return join(folder, `keyring-${rings}.json`)
}
