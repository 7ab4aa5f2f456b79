// Settings that are missing or misspelt: a TypeError at creation that names them, in every factory.

import { describe, expect, it } from 'vitest'
import { agentChat, chatkitServer } from '../../src/chatkit/index.ts'
import { Credential } from '../../src/core/credential.ts'
import { nearest } from '../../src/core/known-options.ts'
import { createDoor, createOnBehalf, memorySecretStore, memoryVault } from '../../src/index.ts'
import { auth0, firebase, keycloak, oidc } from '../../src/issuers/index.ts'
import { dpopProofs, jwtVerifier } from '../../src/jwt/index.ts'
import { createLog } from '../../src/log/index.ts'
import { protectMcpServer } from '../../src/mcp-server/index.ts'
import {
  clientSecretBasic,
  connections,
  introspectionVerifier,
  tokenExchanger,
  userinfoVerifier,
} from '../../src/oauth/index.ts'
import { openSqlite } from '../../src/store/index.ts'

const verifier = jwtVerifier({ issuer: 'https://login.example' })
const app = {
  resource: 'https://app.example',
  authorizationServers: ['https://login.example'],
  verifier,
  audit: { record() {} },
}
const url = 'https://tasks.example/mcp'
const client = clientSecretBasic(new Credential('secret-of-the-client'))
const oauth = { issuer: 'https://login.example', clientId: 'app', client }

/** Calls a factory as a program without a compiler does. */
function make(factory: (options: never) => unknown, options: unknown): unknown {
  try {
    return factory(options as never)
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    return error.message
  }
}

const server = (declaration: object) => (options: object) =>
  createOnBehalf({ ...app, ...options, servers: { Tasks: { url, ...declaration } } } as never)

describe('a misspelt option', () => {
  it.each<[string, (options: never) => unknown, unknown, string]>([
    [
      'createOnBehalf',
      createOnBehalf,
      { ...app, servers: {}, auditt: 1 },
      'auditt: did you mean audit?',
    ],
    ['createOnBehalf', createOnBehalf, { ...app, server: {} }, 'server: did you mean servers?'],
    [
      'createDoor',
      createDoor,
      { resource: 'https://app.example', verifier, auditer: 1 },
      'auditer: did you mean auditor?',
    ],
    ['jwtVerifier', jwtVerifier, { isuer: 'https://login.example' }, 'isuer: did you mean issuer?'],
    [
      'jwtVerifier',
      jwtVerifier,
      { issuer: 'https://login.example', jwks_uri: 'x' },
      'jwks_uri: did you mean jwksUri?',
    ],
    [
      'tokenExchanger',
      tokenExchanger,
      { ...oauth, clientSecret: 'x' },
      'clientSecret: did you mean client?',
    ],
    [
      'introspectionVerifier',
      introspectionVerifier,
      { ...oauth, endpoint: 'x' },
      'endpoint: did you mean introspectionEndpoint?',
    ],
    [
      'userinfoVerifier',
      userinfoVerifier,
      { issuer: 'https://login.example', assumeAudiences: true },
      'assumeAudiences: did you mean assumeAudience?',
    ],
    [
      'protectMcpServer',
      (options) => protectMcpServer(options, async () => new Response()),
      { ...app, toolScope: {} },
      'toolScope: did you mean toolScopes?',
    ],
    ['agentChat', agentChat, { run() {}, aproval: 'always' }, 'aproval: did you mean approvals?'],
    [
      'chatkitServer',
      chatkitServer,
      { admit() {}, store: {}, response() {} },
      'response: did you mean respond?',
    ],
    [
      'keycloak',
      keycloak,
      { url: 'https://login.example', relm: 'acme' },
      'relm: did you mean realm?',
    ],
    ['auth0', auth0, { domian: 'acme.auth0.com' }, 'domian: did you mean domain?'],
    [
      'oidc',
      oidc,
      { issuer: 'https://login.example', secret: 'x' },
      'secret: did you mean clientSecret?',
    ],
    ['firebase', firebase, { projectID: 'acme' }, 'projectID: did you mean projectId?'],
    ['dpopProofs', dpopProofs, { tolerence: 3 }, 'tolerence: did you mean tolerance?'],
    [
      'memoryVault',
      memoryVault,
      { clock: 1 },
      'clock: memoryVault has no such option. It has now, most',
    ],
    [
      'createLog',
      createLog,
      { lvl: 'info' },
      'lvl: createLog has no such option. It has level, destination, logger, now',
    ],
    [
      'openSqlite',
      (options) => openSqlite(':memory:', options),
      { busyTimeOut: 1 },
      'busyTimeOut: did you mean busyTimeout?',
    ],
    [
      'a source',
      server({ source: { type: 'exchange', scope: ['a'] } }),
      {},
      'servers.Tasks.source.scope: did you mean scopes?',
    ],
    [
      'a source',
      server({ source: { type: 'echange', scopes: [] } }),
      {},
      'servers.Tasks.source.type must be one of exchange, own, connection, static, client-credentials, identity-assertion: did you mean exchange?',
    ],
    [
      'a source that is a text',
      server({ source: 'exchange' }),
      {},
      "servers.Tasks.source must be an object that says the type: { type: 'exchange' }",
    ],
    [
      'a placement that is a text',
      server({ placement: 'header' }),
      {},
      "servers.Tasks.placement must be an object that says the type: { type: 'header' }",
    ],
    [
      'scopes in one text',
      server({ source: { type: 'exchange', scopes: 'tasks:read' } }),
      {},
      "servers.Tasks.source.scopes must be a list of texts: ['…']",
    ],
    [
      'a server without its URL',
      () => server({ url: undefined })({}),
      {},
      'servers.Tasks.url must be given',
    ],
    [
      'a preset with a secret and no client',
      oidc,
      { issuer: 'https://login.example', clientSecret: new Credential('secret-of-the-client') },
      'clientId must be given with clientSecret: without it, the issuer is not asked for tokens',
    ],
    [
      'keycloak with the URL of the realm',
      keycloak,
      { url: 'https://login.example/realms/acme', realm: 'acme' },
      'url must be the URL of the server, without /realms/…: the realm is a setting of its own. Or give the whole as issuer, in place of both',
    ],
    [
      'a placement',
      server({ placement: { type: 'header', header: 'X' } }),
      {},
      'servers.Tasks.placement.header: servers.Tasks.placement has no such option. It has type, from, name, value',
    ],
    [
      'a parameter',
      server({ placement: { type: 'argument', parameters: [{ pointr: '/a', value: 'subject' }] } }),
      {},
      'servers.Tasks.placement.parameters[0].pointr: did you mean pointer?',
    ],
    ['a server', server({ placment: {} }), {}, 'servers.Tasks.placment: did you mean placement?'],
    [
      'an API',
      (options) => protectMcpServer(options, async () => new Response()),
      { ...app, toolScopes: {}, apis: { tasks: { url, scope: ['a'] } } },
      'apis.tasks.scope: did you mean scopes?',
    ],
    [
      'accept',
      (options) => protectMcpServer(options, async () => new Response()),
      { ...app, toolScopes: {}, accept: { sessions: true } },
      'accept.sessions: did you mean session?',
    ],
    [
      'a connection',
      connections,
      {
        store: memorySecretStore(),
        redirectUri: 'https://app.example/back',
        fetch,
        audit: app.audit,
        servers: {
          Mail: {
            resource: url,
            issuer: 'https://login.example',
            scopes: [],
            client: { type: 'registered', clientId: 'x' },
          },
        },
      },
      'servers.Mail.client.clientId: servers.Mail.client has no such option. It has type, id, authentication',
    ],
  ])('a misspelt option of %s: %#', (_, factory, options, message) => {
    expect(make(factory, options)).toBe(message)
  })
})

describe('a missing option', () => {
  it.each<[string, (options: never) => unknown, unknown, RegExp]>([
    ['createOnBehalf', createOnBehalf, app, /^servers must be given \(createOnBehalf\)/],
    ['createOnBehalf', createOnBehalf, undefined, /^createOnBehalf must be an object with options/],
    [
      'createOnBehalf',
      createOnBehalf,
      { servers: {}, resource: 'https://app.example' },
      /issuer must be given: a preset of onbehalf\/issuers/,
    ],
    ['jwtVerifier', jwtVerifier, {}, /^issuer must be given \(jwtVerifier\)/],
    [
      'tokenExchanger',
      tokenExchanger,
      { issuer: 'https://login.example' },
      /^clientId must be given/,
    ],
    [
      'protectMcpServer',
      (options) => protectMcpServer(options, async () => new Response()),
      app,
      /^toolScopes must be given/,
    ],
    ['keycloak', keycloak, { url: 'https://login.example' }, /^realm must be given/],
    [
      'a source',
      server({ source: { type: 'static' } }),
      {},
      /^servers\.Tasks\.source\.of must be given/,
    ],
  ])('a missing option of %s: %#', (_, factory, options, message) => {
    expect(make(factory, options)).toMatch(message)
  })
})

it('a name is near when a letter or the case differs, and not when the words do', () => {
  const names = ['scopes', 'audience', 'clientSecret']
  expect(nearest('scope', names)).toBe('scopes')
  expect(nearest('Audience', names)).toBe('audience')
  expect(nearest('client_secret', names)).toBe('clientSecret')
  expect(nearest('placement', names)).toBeUndefined()
  expect(nearest('x'.repeat(10_000), names)).toBeUndefined()
})
