// Connections to authorization servers that spell things in their own way, and what their operator
// is told when the settings do not fit.

import { describe, expect, it } from 'vitest'
import type { AuditEvent } from '../../../src/core/audit.ts'
import type { ConnectionServer } from '../../../src/oauth/index.ts'
import { connections } from '../../../src/oauth/index.ts'
import { alice } from '../../core/parts.ts'
import { type House, house, TASKS, tokenOf } from './house.ts'

const request = () => new Request('https://app.example/connect')
const start = (app: House, options?: { readonly scopes?: readonly string[] }) =>
  app.connections.start(request(), alice, 'tasks', '/chat', options)

const ENDPOINTS = {
  authorization: 'https://login.example/authorize',
  token: 'https://login.example/token',
}

/** What the audit says of the last step, without who and when. */
const last = (app: House): Partial<AuditEvent> => {
  const { time, trace, issuer, subject, client, ...event } = app.events.at(-1) ?? ({} as AuditEvent)
  return event
}

describe('what is sent to the authorization server', () => {
  it('has S256 where the operator says that the server takes it, though the metadata does not', async () => {
    const app = house({ tasks: { pkce: 'S256' } })
    app.one.metadata = { code_challenge_methods_supported: undefined }
    await app.connect()
    expect(await tokenOf(app.connections.credential(alice, 'tasks'))).toMatch(/^access-/)
  })

  it('has no resource where the operator says so, at no endpoint', async () => {
    const app = house({ tasks: { resource: false } })
    const begun = await app.begin()
    expect(begun.location.searchParams.has('resource')).toBe(false)
    app.one.answer = () =>
      Response.json({ access_token: 'a', token_type: 'Bearer', refresh_token: 'r', expires_in: 60 })
    await app.back(begun)
    app.clock.forward(120)
    expect(await tokenOf(app.connections.credential(alice, 'tasks'))).toBe('a')
    expect(
      app.one.requests.map(({ form }) => [form.get('grant_type'), form.has('resource')]),
    ).toEqual([
      ['authorization_code', false],
      ['refresh_token', false],
    ])
  })

  it('has the parameters of the operator, beside those of the flow', async () => {
    const parameters = {
      audience: 'https://api.example/',
      prompt: 'consent',
      access_type: 'offline',
    }
    const { location } = await house({ tasks: { parameters } }).begin()
    expect(Object.fromEntries(location.searchParams)).toMatchObject({
      ...parameters,
      tenant: '1',
      response_type: 'code',
    })
  })

  it('has scopes with commas where the server wants them so', async () => {
    const app = house({ tasks: { scopes: ['repo', 'gist'], scopeSeparator: ',' } })
    expect((await app.begin()).location.searchParams.get('scope')).toBe('repo,gist')
  })

  it.each<[string, Partial<ConnectionServer>, unknown, string | null]>([
    ['where it is offered', {}, ['openid', 'offline_access'], 'tasks:read offline_access'],
    ['not where it is not', {}, ['openid'], 'tasks:read'],
    ['not alone', { scopes: [] }, ['offline_access'], null],
    ['once', { scopes: ['offline_access'] }, ['offline_access'], 'offline_access'],
    [
      'not where the operator does not want it',
      { offlineAccess: false },
      ['offline_access'],
      'tasks:read',
    ],
    [
      'where the operator wants it',
      { offlineAccess: true },
      undefined,
      'tasks:read offline_access',
    ],
  ])('asks for offline_access %s', async (_, tasks, scopes_supported, scope) => {
    const app = house({ tasks })
    app.one.metadata = { scopes_supported }
    expect((await app.begin()).location.searchParams.get('scope')).toBe(scope)
  })

  it('takes what a preset says, and the operator’s own settings before it', async () => {
    const preset = {
      issuer: 'https://login.example',
      connect: { pkce: 'S256', resource: false, parameters: { prompt: 'consent', a: '1' } },
    } as const
    const app = house({ tasks: { issuer: preset, parameters: { a: '2' } } })
    app.one.metadata = { code_challenge_methods_supported: undefined }
    const { location } = await app.begin()
    expect(Object.fromEntries(location.searchParams)).toMatchObject({ prompt: 'consent', a: '2' })
    expect(location.searchParams.has('resource')).toBe(false)
    // The account is kept under its resource all the same.
    expect(app.connections.redirectUri('tasks')).toBe('https://app.example/connected/tasks')
  })

  it.each<[string, Partial<ConnectionServer>, RegExp]>([
    ['a parameter of the flow itself', { parameters: { state: 'x' } }, /parameters\.state/],
    [
      'a secret as a parameter',
      { parameters: { client_secret: 'x' } },
      /parameters\.client_secret/,
    ],
    ['another method of PKCE', { pkce: 'plain' as never }, /pkce/],
    ['another separator', { scopeSeparator: ';' as never }, /scopeSeparator/],
    ['no discovery without endpoints', { discovery: false }, /endpoints/],
    [
      'an endpoint over http',
      { endpoints: { token: 'http://login.example/token' } },
      /endpoints\.token/,
    ],
    ['a step-up that is no scope', { stepUp: ['a b'] }, /scopes/],
  ])('refuses at creation %s', (_, tasks, named) => {
    expect(() => house({ tasks })).toThrow(TypeError)
    expect(() => house({ tasks })).toThrow(named)
  })
})

describe('an issuer that names itself in every answer', () => {
  const back = async (isDown: boolean) => {
    const app = house({ tasks: { endpoints: ENDPOINTS, pkce: 'S256' } })
    const begun = await app.begin()
    if (isDown) {
      // Another instance takes the person back, and cannot read the metadata.
      app.one.metadata = { issuer: 'https://other.example' }
      Object.assign(app, { connections: app.instance() })
    }
    return app.back(begun, { parameters: { iss: undefined } })
  }
  it.each([false, true])(
    'must do so, also when its metadata is away at the end: %s',
    async (isDown) => {
      expect((await back(isDown)).headers.get('location') ?? 'no').toContain(
        'connect_error=refused',
      )
    },
  )
})

describe('endpoints in place of discovery', () => {
  it.each<[string, Response | undefined]>([
    ['has no metadata document', new Response(null, { status: 404 })],
    ['does not answer for it', new Response(null, { status: 503 })],
    ['has one about another issuer', Response.json({ issuer: 'https://elsewhere.example' })],
  ])('connect an account at a server that %s', async (_, metadata) => {
    const app = await connectedWithout(metadata, { endpoints: ENDPOINTS, pkce: 'S256' })
    expect(await tokenOf(app.connections.credential(alice, 'tasks'))).toBe('a')
  })

  it('ask for no metadata where the operator says that there is none', async () => {
    const app = await connectedWithout(undefined, {
      endpoints: ENDPOINTS,
      pkce: 'S256',
      discovery: false,
    })
    expect(app.asked.filter((url) => url.includes('/.well-known/'))).toEqual([])
  })

  it('need the word of the operator for S256', async () => {
    const app = house({ tasks: { endpoints: ENDPOINTS, discovery: false } })
    expect((await start(app)).status).toBe(503)
    expect(last(app)).toMatchObject({ reason: 'pkce_not_announced', outcome: 'failed' })
  })
})

/** A house whose authorization server answers so for its metadata, with a connected account. */
async function connectedWithout(
  metadata: Response | undefined,
  tasks: Partial<ConnectionServer>,
): Promise<House> {
  const asked: string[] = []
  const app = house({ tasks })
  const made = connections({
    store: app.store,
    servers: {
      tasks: {
        resource: TASKS,
        issuer: 'https://login.example',
        scopes: [],
        client: { type: 'registered', id: 'app' },
        ...tasks,
      },
    },
    redirectUri: 'https://app.example/connected',
    audit: { record: (event) => void app.events.push(event) },
    now: app.clock.now,
    fetch: async (input) => {
      asked.push(String(input))
      if (String(input).includes('/.well-known/')) return metadata?.clone() ?? Response.error()
      return Response.json({ access_token: 'a' })
    },
  })
  const begun = await made.start(request(), alice, 'tasks', '/chat')
  const location = new URL(begun.headers.get('location') ?? '')
  expect(location.origin + location.pathname).toBe(ENDPOINTS.authorization)
  const back = new URL('https://app.example/connected/tasks?code=c')
  back.searchParams.set('state', location.searchParams.get('state') ?? '')
  const cookie = begun.headers.getSetCookie()[0]?.split(';')[0] ?? ''
  const response = await made.callback(new Request(back, { headers: { cookie } }), alice)
  expect(response.headers.get('location')).toBe('https://app.example/chat')
  return { ...app, connections: made, asked }
}

describe('a token answer', () => {
  const good = { access_token: 'a', token_type: 'Bearer' }
  const form = (body: string) =>
    new Response(body, { headers: { 'content-type': 'application/x-www-form-urlencoded' } })
  const UNKNOWN = Number.POSITIVE_INFINITY

  it.each<[string, Response, { readonly endsAt?: number; readonly scopes?: readonly string[] }]>([
    ['a life in a text', Response.json({ ...good, expires_in: '5250' }), {}],
    ['no life', Response.json(good), { endsAt: UNKNOWN }],
    ['a life of 0', Response.json({ ...good, expires_in: 0 }), { endsAt: UNKNOWN }],
    ['a life of null', Response.json({ ...good, expires_in: null }), { endsAt: UNKNOWN }],
    ['members that are null', Response.json({ ...good, refresh_token: null, scope: null }), {}],
    ['empty members', Response.json({ ...good, refresh_token: '', scope: '' }), {}],
    ['no token_type', Response.json({ access_token: 'a' }), {}],
    ['token_type null', Response.json({ ...good, token_type: null }), {}],
    ['token_type user', Response.json({ ...good, token_type: 'user' }), {}],
    ['token_type BEARER', Response.json({ ...good, token_type: 'BEARER' }), {}],
    [
      'commas between scopes',
      Response.json({ ...good, scope: 'repo,gist' }),
      { scopes: ['repo', 'gist'] },
    ],
    ['commas and spaces', Response.json({ ...good, scope: 'a, b' }), { scopes: ['a', 'b'] }],
    ['a list of scopes', Response.json({ ...good, scope: ['a', 'b'] }), { scopes: ['a', 'b'] }],
    ['an error that is null', Response.json({ ...good, error: null }), {}],
    [
      'a form',
      form('access_token=a&scope=repo%2Cgist&token_type=bearer'),
      { scopes: ['repo', 'gist'] },
    ],
  ])('a token answer with %s connects the account', async (_, answer, expected) => {
    const app = house()
    const begun = await app.begin()
    app.one.answer = () => answer.clone()
    await app.back(begun)
    const issued = await app.connections.credential(alice, 'tasks')
    expect(issued).toMatchObject({ ok: true, value: { scopes: ['tasks:read'], ...expected } })
    expect(issued.ok && issued.value.credential.reveal()).toBe('a')
  })

  it.each<[string, Response, Partial<AuditEvent>]>([
    [
      '200 and an error',
      Response.json({ error: 'bad_verification_code', error_description: 'The code is wrong.' }),
      {
        reason: 'connection_needed',
        authorizationServerError: 'bad_verification_code',
        authorizationServerErrorDescription: 'The code is wrong.',
      },
    ],
    [
      '200 and an error in a form',
      form('error=incorrect_client_credentials&error_description=No'),
      {
        reason: 'exchange_client_refused',
        authorizationServerError: 'incorrect_client_credentials',
      },
    ],
    [
      'an error of the request',
      Response.json(
        { error: 'invalid_request', error_description: 'audience is required' },
        { status: 400 },
      ),
      {
        reason: 'exchange_invalid_request',
        authorizationServerErrorDescription: 'audience is required',
      },
    ],
    [
      'a token of another type',
      Response.json({ ...good, token_type: 'mac' }),
      { reason: 'exchange_failed', claim: 'token_type', expected: 'Bearer', found: 'mac' },
    ],
    [
      'a life that is none',
      Response.json({ ...good, expires_in: 'soon' }),
      { reason: 'exchange_failed', claim: 'expires_in', found: 'soon' },
    ],
    [
      'a page',
      new Response('<html>a=b</html>'),
      { reason: 'exchange_failed', claim: 'access_token' },
    ],
  ])('a token answer with %s is told to the operator', async (_, answer, expected) => {
    const app = house()
    const begun = await app.begin()
    app.one.answer = () => answer.clone()
    const response = await app.back(begun)
    expect(response.headers.get('location')).toContain('connect_error=refused')
    expect(last(app)).toMatchObject(expected)
  })
})

describe('a wrong setting', () => {
  it.each<[string, Partial<ConnectionServer>, Record<string, unknown>, Partial<AuditEvent>]>([
    [
      'no S256',
      {},
      { code_challenge_methods_supported: undefined },
      { reason: 'pkce_not_announced', expected: expect.stringContaining('servers.tasks.pkce') },
    ],
    [
      'endpoints on another host',
      {},
      { token_endpoint: 'https://oauth2.googleapis.com/token' },
      {
        reason: 'endpoint_elsewhere',
        claim: 'token_endpoint',
        expected: expect.stringContaining('servers.tasks.endpoints.token'),
        found: 'https://oauth2.googleapis.com/token',
      },
    ],
    [
      'no endpoint',
      {},
      { authorization_endpoint: undefined },
      { reason: 'endpoint_missing', expected: expect.stringContaining('endpoints.authorization') },
    ],
    [
      'another spelling of the issuer',
      {},
      { issuer: 'https://login.example/' },
      {
        reason: 'issuer_mismatch_metadata',
        expected: 'https://login.example',
        found: 'https://login.example/',
      },
    ],
    [
      'no registration',
      { client: { type: 'dynamic' } },
      {},
      { reason: 'registration_refused', claim: 'registration_endpoint' },
    ],
  ])(
    '%s is told to the operator with the setting to write, and not as an outage',
    async (_, tasks, metadata, expected) => {
      const app = house({ tasks })
      app.one.metadata = metadata
      const response = await start(app)
      expect(await response.text()).not.toMatch(/moment/)
      expect(last(app)).toMatchObject({ operation: 'connect', ...expected })
    },
  )

  it('a registration that is refused is told with the words of the server', async () => {
    const app = house({ tasks: { client: { type: 'dynamic' } } })
    app.one.metadata = { registration_endpoint: 'https://login.example/register' }
    app.one.answer = () =>
      Response.json(
        { error: 'invalid_redirect_uri', error_description: "Policy 'Trusted Hosts' rejected it" },
        { status: 403 },
      )
    const response = await start(app)
    expect([response.status, await response.text()]).toEqual([
      400,
      expect.not.stringMatching(/moment|Trusted/),
    ])
    expect(last(app)).toMatchObject({
      hop: 'connection',
      outcome: 'refused',
      reason: 'registration_refused',
      found: 'HTTP 403',
      authorizationServerError: 'invalid_redirect_uri',
      authorizationServerErrorDescription: "Policy 'Trusted Hosts' rejected it",
    })
  })
})

describe('a registration', () => {
  const registered = async (answer: object, metadata: object = {}) => {
    const app = house({ tasks: { client: { type: 'dynamic' } } })
    app.one.metadata = { registration_endpoint: 'https://login.example/register', ...metadata }
    app.one.answer = ({ path }) =>
      path === '/register' ? Response.json({ client_id: 'made', ...answer }) : undefined
    await app.connect()
    return app
  }
  const tokenRequest = (app: House) => app.one.requests.find(({ path }) => path === '/token')
  const asked = (app: House) => app.one.requests.find(({ path }) => path === '/register')?.json

  it('whose answer says none and gives a secret keeps it, and sends it', async () => {
    const app = await registered({ client_secret: 's3cr3t', token_endpoint_auth_method: 'none' })
    expect(tokenRequest(app)?.form.get('client_secret')).toBe('s3cr3t')
    const kept = await app.store.read({ owner: 'deployment', resource: TASKS, kind: 'connection' })
    expect(kept?.secrets.clientSecret?.reveal()).toBe('s3cr3t')
    expect(JSON.stringify(kept)).not.toContain('s3cr3t')
  })

  it('whose answer has a secret of null is that of a public client', async () => {
    const app = await registered({ client_secret: null })
    expect(tokenRequest(app)?.form.has('client_secret')).toBe(false)
    expect(tokenRequest(app)?.authorization).toBe(null)
  })

  it.each([
    [undefined, 'none'],
    [['client_secret_post', 'none'], 'none'],
    [['private_key_jwt', 'client_secret_post', 'client_secret_basic'], 'client_secret_basic'],
    [['client_secret_post'], 'client_secret_post'],
  ])('asks for an authentication that the server takes: of %j, %s', async (methods, expected) => {
    const app = await registered(
      { client_secret: 's' },
      { token_endpoint_auth_methods_supported: methods },
    )
    expect(asked(app)).toMatchObject({ token_endpoint_auth_method: expected })
  })
})

describe('more scopes for a connected account', () => {
  it('are asked for beside those that it has, and kept', async () => {
    const app = house()
    await app.connect()
    const response = await start(app, { scopes: ['tasks:write'] })
    const location = new URL(response.headers.get('location') ?? '')
    expect(location.searchParams.get('scope')).toBe('tasks:read tasks:write')
    const cookie = response.headers.getSetCookie()[0]?.split(';')[0] ?? ''
    await app.back({ location, cookie, server: 'tasks' })
    expect(await app.connections.credential(alice, 'tasks')).toMatchObject({
      value: { scopes: ['tasks:read', 'tasks:write'] },
    })
    const [facts] = await app.connections.list(alice)
    expect(facts?.scopes).toEqual(['tasks:read', 'tasks:write'])
  })

  it('are those that the operator named, where there is a list', async () => {
    const app = house({ tasks: { stepUp: ['tasks:write'] } })
    expect((await start(app, { scopes: ['tasks:write', 'tasks:read'] })).status).toBe(302)
    const refused = await start(app, { scopes: ['admin'] })
    expect(refused.status).toBe(400)
    expect(last(app)).toMatchObject({ reason: 'connect_refused', scopes: ['admin'] })
    expect((await start(house(), { scopes: ['two words'] })).status).toBe(400)
  })

  it('are named by a refusal: the list, or whatever the server asks for', () => {
    const scopesOf = (tasks: Partial<ConnectionServer>) =>
      house({ tasks }).connections.stepUpScopes('tasks')
    expect(scopesOf({ stepUp: ['tasks:write'] })).toEqual(['tasks:read', 'tasks:write'])
    expect(scopesOf({})).toBe('any')
    expect(house().connections.stepUpScopes('nobody')).toBeUndefined()
  })
})
