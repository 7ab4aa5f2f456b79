// Plain http inside a cluster: which hosts an operator may name, and what the setting opens.

import { describe, expect, it, vi } from 'vitest'
import { Credential } from '../../src/core/credential.ts'
import { allowedHttp } from '../../src/core/plain-http.ts'
import { memorySecretStore } from '../../src/core/vault/memory-secret-store.ts'
import { createOnBehalf } from '../../src/index.ts'
import { keycloak } from '../../src/issuers/index.ts'
import { jwtVerifier } from '../../src/jwt/index.ts'
import { protectMcpServer } from '../../src/mcp-server/index.ts'
import {
  clientSecretBasic,
  connections,
  discoverResource,
  introspectionVerifier,
  publicClient,
  tokenExchanger,
  workloadIdentity,
} from '../../src/oauth/index.ts'

const quiet = () => {}

describe('a host of the cluster', () => {
  it.each([
    ['mcp:3000', 'http://mcp:3000/mcp', true],
    ['mcp:3000', 'http://mcp:3001/mcp', false],
    ['mcp:3000', 'http://mcp/mcp', false],
    ['mcp:80', 'http://mcp/mcp', true],
    ['mcp', 'http://mcp:3000/mcp', true],
    ['MCP', 'http://mcp/', true],
    ['mcp', 'http://mcp.evil.example/', false],
    ['mcp', 'http://xmcp/', false],
    ['mcp', 'http://localhost:1/', true],
    ['*.svc.cluster.local', 'http://tasks.default.svc.cluster.local/mcp', true],
    ['*.svc.cluster.local', 'http://svc.cluster.local/', false],
    ['*.svc.cluster.local', 'http://xsvc.cluster.local/', false],
    ['*.svc.cluster.local', 'http://svc.cluster.local.evil.example/', false],
    ['*.svc.cluster.local:8080', 'http://a.b.svc.cluster.local:8080/', true],
    ['*.svc.cluster.local:8080', 'http://a.b.svc.cluster.local/', false],
    ['host.docker.internal:3000', 'http://host.docker.internal:3000/', true],
    ['10.0.0.7:8080', 'http://10.0.0.7:8080/', true],
    ['10.0.0.7', 'http://10.0.0.8/', false],
    ['192.168.1.2', 'http://192.168.1.2/', true],
    ['172.16.0.1', 'http://172.16.0.1/', true],
    ['[fd00::7]:8080', 'http://[fd00::7]:8080/', true],
  ])('%s opens %s: %s', (host, url, opens) => {
    expect(allowedHttp({ insecurelyAllowHttp: [host], warn: quiet })(new URL(url))).toBe(opens)
  })

  it.each([
    'api.example.com',
    'mcp.example',
    'tasks.example.com:8080',
    '*.example.com',
    '*.com',
    '*.local',
    '*.internal',
    '*.svc',
    '*',
    '*.',
    '*.mcp',
    '*.ai',
    '*.ai:80',
    '**.svc.cluster.local',
    'a.*.svc.cluster.local',
    '8.8.8.8',
    '1.1.1.1:80',
    '172.32.0.1',
    '192.169.0.1',
    '100.128.0.1',
    '169.254.169.254',
    '0.0.0.0',
    '*.10.0.0.7',
    '[2001:db8::1]',
    '[fe80::1]',
    '[::ffff:8.8.8.8]',
    '100.100.100.200',
    '[fd00:ec2::254]',
    '[fd20:ce::254]:80',
    'metadata.google.internal',
    'METADATA.google.internal:80',
    '*.google.internal',
    '0x0a000007',
    '010.0.0.7',
    '10.7',
    '167772167',
    'mcp.prod',
    'mcp.dev',
    'mcp.',
    'svc.cluster.local.',
    'http://mcp:3000',
    'mcp:3000/mcp',
    'user@mcp',
    'mcp:99999999',
    'mcp:',
    'm cp',
    '',
  ])('is refused when it is public, or no host: %j', (host) => {
    expect(() => allowedHttp({ insecurelyAllowHttp: [host], warn: quiet })).toThrow(
      /^insecurelyAllowHttp /,
    )
  })

  it('is refused when the list is none, or has something else in it', () => {
    for (const wrong of ['mcp', [7], [null], { 0: 'mcp' }])
      expect(() => allowedHttp({ insecurelyAllowHttp: wrong as never, warn: quiet })).toThrow(
        TypeError,
      )
  })

  it('without any, opens loopback addresses only, and says nothing', () => {
    const warn = vi.fn()
    const allows = allowedHttp({ warn })
    expect(allows(new URL('http://127.0.0.1:1/'))).toBe(true)
    expect(allows(new URL('http://mcp/'))).toBe(false)
    expect(warn).not.toHaveBeenCalled()
  })
})

/** Every factory that takes URLs, with all of them plain http. */
const MCP = 'http://mcp:3000/mcp'
const KEYCLOAK = 'http://keycloak:8080/realms/app'
const client = clientSecretBasic(new Credential('s3cr3t'))
const audit = { record: quiet }
type Setting = {
  readonly insecurelyAllowHttp?: readonly string[]
  readonly warn: (m: string) => void
}
const verifierOf = (setting: Setting) => jwtVerifier({ issuer: KEYCLOAK, ...setting })
const exchangerOf = (setting: Setting) =>
  tokenExchanger({ issuer: KEYCLOAK, clientId: 'app', client, ...setting })
const silently = { insecurelyAllowHttp: ['mcp', 'keycloak', 'app'], warn: quiet }

const FACTORIES: Readonly<Record<string, (setting: Setting) => unknown>> = {
  createOnBehalf: (setting) =>
    createOnBehalf({
      ...setting,
      resource: 'http://app:3000/chat',
      authorizationServers: [KEYCLOAK],
      verifier: verifierOf(silently),
      exchanger: exchangerOf(silently),
      audit,
      servers: { Tasks: { url: MCP } },
    }),
  protectMcpServer: (setting) =>
    protectMcpServer(
      {
        ...setting,
        resource: MCP,
        authorizationServers: [KEYCLOAK],
        verifier: verifierOf(silently),
        exchanger: exchangerOf(silently),
        audit,
        toolScopes: {},
        apis: { tasks: { url: 'http://app:3000/api', scopes: ['tasks:read'] } },
      },
      async () => new Response(),
    ),
  jwtVerifier: verifierOf,
  'jwtVerifier with keys elsewhere': (setting) =>
    jwtVerifier({ issuer: 'https://login.example', jwksUri: `${KEYCLOAK}/keys`, ...setting }),
  introspectionVerifier: (setting) =>
    introspectionVerifier({
      issuer: 'https://login.example',
      introspectionEndpoint: `${KEYCLOAK}/introspect`,
      clientId: 'app',
      client,
      ...setting,
    }),
  tokenExchanger: exchangerOf,
  workloadIdentity: (setting) =>
    workloadIdentity({
      issuer: 'https://login.example',
      tokenEndpoint: `${KEYCLOAK}/token`,
      clientId: 'app',
      client: publicClient(),
      assertion: () => new Credential('assertion'),
      ...setting,
    }),
  connections: (setting) =>
    connections({
      ...setting,
      store: memorySecretStore(),
      redirectUri: 'http://app:3000/connected',
      fetch: globalThis.fetch,
      audit,
      servers: {
        Tasks: {
          resource: MCP,
          issuer: KEYCLOAK,
          scopes: [],
          client: { type: 'registered', id: 'app' },
          endpoints: { token: `${KEYCLOAK}/token` },
        },
      },
    }),
  keycloak: (setting) =>
    keycloak({
      url: 'http://keycloak:8080',
      realm: 'app',
      clientId: 'app',
      clientSecret: client,
      ...setting,
    }),
}

describe('the setting insecurelyAllowHttp', () => {
  it.each(Object.entries(FACTORIES))('%s takes plain http with it, and warns once', (_, make) => {
    const warn = vi.fn()
    make({ insecurelyAllowHttp: ['mcp:3000', 'keycloak', 'app'], warn })
    expect(warn.mock.calls).toEqual([
      [expect.stringMatching(/^insecurelyAllowHttp: .* plain http to mcp:3000, keycloak, app\./)],
    ])
  })

  it.each(Object.entries(FACTORIES))(
    '%s refuses plain http without it, and names it',
    (_, make) => {
      expect(() => make({ warn: quiet })).toThrow(/insecurelyAllowHttp/)
      expect(() => make({ insecurelyAllowHttp: ['elsewhere'], warn: quiet })).toThrow(TypeError)
    },
  )

  it.each(Object.entries(FACTORIES))('%s refuses it for anything public', (_, make) => {
    expect(() => make({ insecurelyAllowHttp: ['mcp', 'api.example.com'], warn: quiet })).toThrow(
      /public/,
    )
  })

  it('lets an operator read what a server in the cluster says about itself', async () => {
    const fetch: typeof globalThis.fetch = async (input) =>
      String(input).includes('/.well-known/')
        ? Response.json({ resource: MCP, authorization_servers: [KEYCLOAK, 'http://evil.example'] })
        : new Response(null, { status: 401 })
    expect(await discoverResource(MCP, { fetch, ...silently })).toMatchObject({
      value: { resource: MCP, authorizationServers: [KEYCLOAK] },
    })
  })
})

it('a call goes over plain http to a named host, with the credential', async () => {
  const sent: string[] = []
  const issuer = {
    issuer: 'https://login.example',
    authorizationServers: ['https://login.example'],
    verifier: verifierOf(silently),
  }
  const onbehalf = createOnBehalf({
    ...silently,
    resource: 'http://app:3000/chat',
    issuer: {
      ...issuer,
      verifier: {
        verify: async () => ({
          ok: true,
          value: {
            principal: { issuer: issuer.issuer, subject: 'alice' },
            audience: ['http://app:3000/chat'],
            scopes: [],
            expiresAt: Date.now() / 1000 + 300,
            claims: {},
          },
        }),
      },
    },
    secrets: await storeWithKey(),
    audit,
    servers: { Tasks: { url: MCP, source: { type: 'static', of: 'deployment' } } },
    fetch: async (input, init) => {
      sent.push(`${input} ${new Headers(init?.headers).get('authorization')}`)
      return Response.json({ jsonrpc: '2.0', id: 1, result: {} })
    },
  })
  const admission = await onbehalf.admit(
    new Request('http://app:3000/chat', { headers: { authorization: 'Bearer token' } }),
  )
  if (!admission.ok) throw new Error(admission.refusal.reason)
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' })
  await admission.value.fetch('Tasks')(MCP, { method: 'POST', body })
  expect(sent).toEqual([`${MCP} Bearer key-of-the-deployment`])
})

async function storeWithKey() {
  const { staticKeys } = await import('../../src/core/vault/static-keys.ts')
  const store = memorySecretStore()
  await staticKeys(store).put('deployment', MCP, new Credential('key-of-the-deployment'))
  return store
}
