// The connect flow: what a person is sent away with, who may come back, and what is refused without
// a request to anybody.

import { describe, expect, it } from 'vitest'
import { Credential } from '../../../src/core/credential.ts'
import { clientSecretBasic, connections } from '../../../src/oauth/index.ts'
import { alice, bob } from '../../core/parts.ts'
import { type Back, type Begun, type House, house, REDIRECT, TASKS, tokenOf } from './house.ts'

const text = async (response: Response) =>
  `${response.headers.get('location') ?? ''} ${await response.text()}`

describe('a person who connects an account', () => {
  it('a person who connects an account is sent to the pinned issuer with S256, state, resource and the redirect URI of that server', async () => {
    const { location, cookie } = await house().begin()
    expect(location.origin + location.pathname).toBe('https://login.example/authorize')
    expect(Object.fromEntries(location.searchParams)).toEqual({
      tenant: '1',
      response_type: 'code',
      client_id: 'app',
      redirect_uri: `${REDIRECT}/tasks`,
      state: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: 'S256',
      resource: TASKS,
      scope: 'tasks:read',
    })
    expect(cookie).toMatch(/^__Host-onbehalf-connect-[\w-]+=[\w-]{43}$/)
  })

  it('a person who connects an account gets a cookie for this browser and ten minutes, and nothing to be kept by caches', async () => {
    const response = await house().connections.start(
      new Request('https://app.example/x'),
      alice,
      'tasks',
      '/',
    )
    expect(response.headers.get('set-cookie')).toMatch(
      /; Path=\/; Max-Age=600; HttpOnly; SameSite=Lax; Secure$/,
    )
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(response.headers.get('referrer-policy')).toBe('no-referrer')
  })

  it('a person who connects an account comes back connected: the account is stored with its issuer, and used', async () => {
    const app = house()
    await app.connect()
    expect(app.one.requests.map(({ path, form }) => [path, Object.fromEntries(form)])).toEqual([
      [
        '/token',
        {
          grant_type: 'authorization_code',
          client_id: 'app',
          code: expect.any(String),
          code_verifier: expect.stringMatching(/^[\w-]{43}$/),
          redirect_uri: `${REDIRECT}/tasks`,
          resource: TASKS,
        },
      ],
    ])
    expect(await app.record()).toMatchObject({
      issuer: 'https://login.example',
      version: 1,
      facts: { state: 'connected' },
    })
    expect(await tokenOf(app.connections.credential(alice, 'tasks'))).toMatch(/^access-login/)
    expect(await tokenOf(app.connections.credential(bob, 'tasks'))).toBe('connection_needed')
    expect(await tokenOf(app.connections.credential(alice, 'notes'))).toBe('connection_needed')
    expect(await app.connections.list(alice)).toEqual([
      {
        server: 'tasks',
        resource: TASKS,
        issuer: 'https://login.example',
        state: 'connected',
        scopes: ['tasks:read'],
        connectedAt: app.clock.now() / 1000,
      },
    ])
    expect(
      app.events.map(({ hop, outcome, operation, destination, subject }) => [
        hop,
        outcome,
        operation,
        destination,
        subject,
      ]),
    ).toEqual([['connection', 'allowed', 'connect', 'https://login.example', 'alice']])
  })

  it('a person who connects an account leaves no secret in what is listed, recorded or stored as a fact', async () => {
    const app = house()
    await app.connect()
    const shown = JSON.stringify([
      await app.connections.list(alice),
      app.events,
      await app.record(),
    ])
    expect(shown).not.toMatch(/access-|refresh-|code-/)
  })

  it('a person who connects an account loses the cookie, and the flow with its secrets', async () => {
    const app = house()
    const begun = await app.begin()
    const response = await app.back(begun)
    expect(response.headers.get('set-cookie')).toContain('=; Path=/; Max-Age=0;')
    const flow = await app.store.read({
      owner: JSON.stringify([alice.issuer, null, 'alice']),
      resource: TASKS,
      kind: 'flow',
    })
    expect(flow).toMatchObject({ version: 2, secrets: {}, facts: {} })
  })

  it('a person who connects an account may do it again, over the older connection', async () => {
    const app = house()
    await app.connect()
    const before = await tokenOf(app.connections.credential(alice, 'tasks'))
    await app.connect()
    expect(await tokenOf(app.connections.credential(alice, 'tasks'))).not.toBe(before)
    expect((await app.record())?.version).toBe(2)
  })

  it('a person who connects an account on loopback gets a cookie that browsers take without https', async () => {
    const app = house()
    const local = connections({
      store: app.store,
      servers: {
        tasks: {
          resource: TASKS,
          issuer: app.one.issuer,
          scopes: [],
          client: { type: 'registered', id: 'app' },
        },
      },
      redirectUri: 'http://127.0.0.1:3000/connected',
      fetch: (input, init = {}) => app.one.fetch(new URL(String(input)), init),
      audit: { record: () => {} },
      now: app.clock.now,
    })
    const response = await local.start(new Request('http://127.0.0.1:3000/x'), alice, 'tasks', '/')
    expect(response.headers.get('set-cookie')).toMatch(/^onbehalf-connect-[\w-]+=.*SameSite=Lax$/)
  })

  it('a person who connects an account authenticates the client where it has a secret', async () => {
    const app = house({
      tasks: {
        client: {
          type: 'registered',
          id: 'app',
          authentication: clientSecretBasic(new Credential('s3cr3t')),
        },
      },
    })
    await app.connect()
    expect(app.one.requests[0]?.authorization).toBe(`Basic ${btoa('app:s3cr3t')}`)
  })
})

describe('coming back is refused, and no code is redeemed', () => {
  const other = 'https://evil.example'
  it.each<[string, Back]>([
    ['without state', { parameters: { state: undefined } }],
    ['with an empty state', { parameters: { state: '' } }],
    ['with a foreign state', { parameters: { state: 'A'.repeat(43) } }],
    ['with the state twice', { parameters: { state: ['A'.repeat(43), 'B'.repeat(43)] } }],
    ['without the browser’s cookie', { cookie: '' }],
    [
      'with another browser’s cookie',
      { cookie: `__Host-onbehalf-connect-dGFza3M=${'A'.repeat(43)}` },
    ],
    ['as another person (U2 finishes U1’s flow)', { principal: bob }],
    [
      'as the same subject of another issuer',
      { principal: { ...alice, issuer: 'https://login.evil.example' } },
    ],
    ['as the same person of a tenant', { principal: { ...alice, tenant: 'acme' } }],
    ['at the place of another server', { path: '/connected/notes' }],
  ])('the callback is refused and the flow stays open: %s', async (_, changes) => {
    const app = house()
    const begun = await app.begin()
    const response = await app.back(begun, changes)
    expect([response.status, app.tokenRequests()]).toEqual([400, 0])
    expect(await text(response)).not.toMatch(/evil|code-/)
    expect(app.events.at(-1)).toMatchObject({
      hop: 'connection',
      outcome: 'refused',
      reason: 'connect_refused',
    })
    expect((await app.back(begun)).headers.get('location')).toBe(
      'https://app.example/chat?thread=1',
    )
  })

  it.each<[string, Back, string]>([
    ['from another issuer', { parameters: { iss: other } }, 'refused'],
    [
      'from an issuer that differs in a slash',
      { parameters: { iss: 'https://login.example/' } },
      'refused',
    ],
    ['from an issuer in capitals', { parameters: { iss: 'https://LOGIN.example' } }, 'refused'],
    ['without the issuer that always names itself', { parameters: { iss: undefined } }, 'refused'],
    ['with two issuers', { parameters: { iss: ['https://login.example', other] } }, 'refused'],
    [
      'with an error of another issuer',
      { parameters: { iss: other, error: 'access_denied', code: undefined } },
      'refused',
    ],
    [
      'with a no',
      { parameters: { error: 'access_denied', error_description: '<b>evil</b>' } },
      'denied',
    ],
    [
      'with an error',
      { parameters: { error: 'evil_error', error_uri: 'https://evil.example' } },
      'refused',
    ],
    ['without a code', { parameters: { code: undefined } }, 'refused'],
    ['with two codes', { parameters: { code: ['a', 'b'] } }, 'refused'],
    ['with a code that breaks lines', { parameters: { code: 'a\r\nb' } }, 'refused'],
  ])('the callback is refused and the flow ends: %s', async (_, changes, outcome) => {
    const app = house()
    const begun = await app.begin()
    const response = await app.back(begun, changes)
    expect(response.status).toBe(303)
    expect(await text(response)).toBe(`https://app.example/chat?thread=1&connect_error=${outcome} `)
    expect(app.tokenRequests()).toBe(0)
    expect((await app.back(begun)).status).toBe(400)
    expect([app.tokenRequests(), await app.record()]).toEqual([0, undefined])
  })

  it('the callback is refused the second time', async () => {
    const app = house()
    const begun = await app.begin()
    await app.back(begun)
    expect((await app.back(begun)).status).toBe(400)
    expect(app.tokenRequests()).toBe(1)
  })

  it('the callback is refused for all but one of twenty that come at once', async () => {
    const app = house()
    const begun = await app.begin()
    const answers = await Promise.all(Array.from({ length: 20 }, () => app.back(begun)))
    expect(answers.filter(({ status }) => status === 303)).toHaveLength(1)
    expect(app.tokenRequests()).toBe(1)
  })

  it('the callback is refused after ten minutes', async () => {
    const app = house()
    const begun = await app.begin()
    app.clock.forward(600)
    expect([(await app.back(begun)).status, app.tokenRequests()]).toEqual([400, 0])
  })

  it('the callback is refused when a newer flow of the same person has begun', async () => {
    const app = house()
    const older = await app.begin()
    const newer = await app.begin()
    expect((await app.back(older)).status).toBe(400)
    expect((await app.back(newer)).status).toBe(303)
  })

  it('the callback is refused when the configured issuer has changed', async () => {
    const app = house()
    const begun = await app.begin()
    const moved = house({ store: app.store, tasks: { issuer: 'https://evil.example' } })
    expect((await moved.back(begun, { parameters: { iss: 'https://evil.example' } })).status).toBe(
      400,
    )
    expect(moved.tokenRequests()).toBe(0)
  })

  it('the callback is refused when it has the right state and another one', async () => {
    const app = house()
    const begun = await app.begin()
    const state = begun.location.searchParams.get('state') ?? ''
    expect((await app.back(begun, { parameters: { state: [state, 'A'.repeat(43)] } })).status).toBe(
      400,
    )
    expect(app.tokenRequests()).toBe(0)
  })

  it('the callback is refused when it has the right cookie and another one', async () => {
    const app = house()
    const begun = await app.begin()
    const planted = begun.cookie.replace(/=.*/, `=${'A'.repeat(43)}`)
    for (const cookie of [`${begun.cookie}; ${planted}`, `${planted}; ${begun.cookie}`]) {
      expect((await app.back(begun, { cookie })).status).toBe(400)
    }
    expect(app.tokenRequests()).toBe(0)
  })

  it('the callback is refused when the app’s client id has changed', async () => {
    const app = house()
    const begun = await app.begin()
    const changed = house({
      store: app.store,
      tasks: { client: { type: 'registered', id: 'another-app' } },
    })
    expect((await changed.back(begun)).headers.get('location')).toContain('connect_error=refused')
    expect(changed.tokenRequests()).toBe(0)
  })

  it('the callback is refused when the audit cannot be written', async () => {
    const app = house()
    const begun = await app.begin()
    app.audit = () => {
      throw new Error('full')
    }
    expect((await app.back(begun)).headers.get('location')).toContain('connect_error=unavailable')
    expect(app.tokenRequests()).toBe(0)
  })

  it('the callback is refused with any method but GET, and at any other path', async () => {
    const app = house()
    const begun = await app.begin()
    expect((await app.back(begun, { method: 'POST' })).status).toBe(405)
    expect((await app.back(begun, { path: '/connected' })).status).toBe(404)
    expect((await app.back(begun, { path: '/connected/unknown' })).status).toBe(404)
    expect(app.tokenRequests()).toBe(0)
  })
})

describe('mix-up', () => {
  it('a code of AS-B in a flow that began at AS-A is sent to nobody, whether B names itself or not', async () => {
    for (const iss of ['https://evil.example', undefined]) {
      const app = house()
      const atA = await app.begin()
      const atB = await app.begin(alice, 'notes')
      const code = app.other.agree(atB.location)
      const response = await app.back(atA, { parameters: { code, iss } })
      expect(response.headers.get('location')).toContain('connect_error=refused')
      expect(app.tokenRequests()).toBe(0)
    }
  })

  it('an honest server that does not name itself is believed only at the redirect URI of its own server', async () => {
    const app = house()
    app.one.metadata = { authorization_response_iss_parameter_supported: undefined }
    const atA = await app.begin()
    const swapped: Begun = { ...atA, server: 'notes' }
    expect((await app.back(swapped, { parameters: { iss: undefined } })).status).toBe(400)
    expect(app.tokenRequests()).toBe(0)
    expect((await app.back(atA, { parameters: { iss: undefined } })).headers.get('location')).toBe(
      'https://app.example/chat?thread=1',
    )
  })
})

describe('an authorization server', () => {
  const failing = async (app: House): Promise<[number, number]> => {
    const response = await app.connections.start(
      new Request('https://app.example/x'),
      alice,
      'tasks',
      '/',
    )
    return [response.status, app.tokenRequests()]
  }

  it.each<[string, Record<string, unknown>]>([
    ['does not say that it takes PKCE', { code_challenge_methods_supported: undefined }],
    ['takes only plain PKCE', { code_challenge_methods_supported: ['plain'] }],
    ['has no authorization endpoint', { authorization_endpoint: undefined }],
    ['has no token endpoint', { token_endpoint: undefined }],
    ['is about another issuer', { issuer: 'https://evil.example' }],
    ['names a script', { authorization_endpoint: 'javascript:alert(1)' }],
    ['names a script in disguise', { authorization_endpoint: ' JaVaScript:alert(1)' }],
    ['names data', { authorization_endpoint: 'data:text/html,x' }],
    ['names a file', { authorization_endpoint: 'file:///etc/passwd' }],
    ['names a command', { authorization_endpoint: 'https://login.example$(calc.exe)/' }],
    ['names PowerShell', { authorization_endpoint: 'http://127.0.0.1/";Start-Process calc;"' }],
    ['names a program’s own scheme', { authorization_endpoint: 'ms-msdt:/id' }],
    ['names plain http', { authorization_endpoint: 'http://login.example/authorize' }],
    ['names another origin', { authorization_endpoint: 'https://evil.example/authorize' }],
    ['names another origin for tokens', { token_endpoint: 'https://evil.example/token' }],
    ['names user-info', { authorization_endpoint: 'https://login.example@evil.example/' }],
  ])('an authorization server is not gone to when it %s', async (_, metadata) => {
    const app = house()
    app.one.metadata = metadata
    expect(await failing(app)).toEqual([503, 0])
  })

  it('an authorization server may have its endpoints elsewhere when the operator says so', async () => {
    const endpoints = {
      authorization: 'https://evil.example/authorize',
      token: 'https://evil.example/token',
    }
    const app = house({ tasks: { endpoints } })
    const begun = await app.begin()
    expect(begun.location.origin).toBe('https://evil.example')
    await app.back(begun, { parameters: { iss: 'https://login.example' } })
    expect(await tokenOf(app.connections.credential(alice, 'tasks'))).toMatch(/^access-/)
  })

  it.each([301, 302, 303, 307, 308])(
    'an authorization server that redirects the token request (%d) gets nothing more, and nobody else does',
    async (status) => {
      const app = house()
      const begun = await app.begin()
      app.one.answer = () =>
        new Response(null, { status, headers: { location: 'https://evil.example/token' } })
      expect((await app.back(begun)).headers.get('location')).toContain('connect_error=')
      expect([app.one.requests.length, app.other.requests.length, await app.record()]).toEqual([
        1,
        0,
        undefined,
      ])
    },
  )

  it.each<[string, Response]>([
    [
      'an error that quotes',
      Response.json({ error: 'invalid_grant', error_description: 'code-1 evil' }, { status: 400 }),
    ],
    ['no JSON', new Response('<html>evil')],
    ['no token', Response.json({ token_type: 'Bearer' })],
    ['a token that breaks lines', Response.json({ access_token: 'a\r\nb', token_type: 'Bearer' })],
    ['a token bound to a key', Response.json({ access_token: 'a', token_type: 'DPoP' })],
    [
      'a life that is none',
      Response.json({ access_token: 'a', token_type: 'Bearer', expires_in: -1 }),
    ],
    [
      'a refresh token that is none',
      Response.json({ access_token: 'a', token_type: 'Bearer', refresh_token: 'a\nb' }),
    ],
    [
      'a scope that is none',
      Response.json({ access_token: 'a', token_type: 'Bearer', scope: { x: 1 } }),
    ],
    ['an outage', new Response('evil', { status: 500 })],
  ])(
    'an authorization server that answers %s connects nothing, and is not quoted',
    async (_, answer) => {
      const app = house()
      const begun = await app.begin()
      app.one.answer = () => answer.clone()
      const response = await app.back(begun)
      expect(await text(response)).toMatch(
        /^https:\/\/app\.example\/chat\?thread=1&connect_error=(refused|unavailable) $/,
      )
      expect(await app.record()).toBeUndefined()
      expect(JSON.stringify(app.events)).not.toContain('code-1')
    },
  )

  it('an authorization server may grant other scopes than were asked for', async () => {
    const app = house()
    const begun = await app.begin()
    app.one.answer = () =>
      Response.json({ access_token: 'a', token_type: 'bearer', scope: 'tasks:read more "no' })
    await app.back(begun)
    const issued = await app.connections.credential(alice, 'tasks')
    // The answer does not say how long the token lives, so it is looked for in answers for good.
    expect(issued).toMatchObject({
      value: { scopes: ['tasks:read', 'more'], endsAt: Number.POSITIVE_INFINITY },
    })
  })

  it('a token that comes back as a scope is shown to nobody', async () => {
    const app = house()
    const begun = await app.begin()
    const tokens = { access_token: 'canary-access-0123', refresh_token: 'canary-refresh-0123' }
    const scope = `${Object.values(tokens).join(' ')} more x:canary-access-0123 nary-refresh-0123`
    app.one.answer = () => Response.json({ ...tokens, token_type: 'bearer', scope })
    await app.back(begun)
    expect(await app.connections.list(alice)).toMatchObject([{ scopes: ['more'] }])
    expect((await app.record())?.facts.scopes).toEqual(['more'])
    expect(JSON.stringify(app.events)).not.toContain('canary')
  })
})

describe('the way back', () => {
  it.each([
    '/',
    '/chat',
    '/chat/1?a=b&c=%20d#e',
    '/a/b.c/d',
    '/~x/@me',
    '/?u=https://x.example//y',
  ])('the return path may be %s', async (path) => {
    const response = await house().connections.start(
      new Request('https://app.example/x'),
      alice,
      'tasks',
      path,
    )
    expect(response.status).toBe(302)
  })

  it.each([
    '',
    'chat',
    '//evil.example',
    '///evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '/\\/evil.example',
    '/a\\b',
    '/a//b',
    'https://evil.example',
    'https:evil.example',
    'javascript:alert(1)',
    'https://app.example@evil.example',
    'app.example.evil.example',
    '/%2fevil.example',
    '/%2Fevil.example',
    '/%5cevil.example',
    '/%2e%2e/x',
    '/%252fevil.example',
    '/..//evil.example',
    '/./x',
    '/a/../b',
    '/%00',
    '/%0d%0aset-cookie:a=b',
    '/a\r\nset-cookie: a=b',
    '/a b',
    '/\t/evil.example',
    '/．．/evil.example',
    '/。evil.example',
    '／／evil.example',
    '/\u2028',
    ' /chat',
    `/${'a'.repeat(2048)}`,
  ])('the return path may not be %j', async (path) => {
    const app = house()
    const response = await app.connections.start(
      new Request('https://app.example/x'),
      alice,
      'tasks',
      path,
    )
    expect([response.status, app.asked]).toEqual([400, []])
    expect(response.headers.get('location')).toBeNull()
  })
})

describe('the app’s own identity', () => {
  const clientDocument = { url: 'https://app.example/client.json', name: 'The app' }

  it('the app’s own identity is its metadata document, where the server takes one', async () => {
    const app = house({ tasks: { client: { type: 'document' } }, clientDocument })
    app.one.metadata = { client_id_metadata_document_supported: true }
    const { location } = await app.begin()
    expect(location.searchParams.get('client_id')).toBe(clientDocument.url)
    await app.connect()
    const answer = app.connections.clientMetadata(new Request(clientDocument.url))
    expect(await answer?.json()).toEqual({
      client_id: clientDocument.url,
      client_name: 'The app',
      redirect_uris: [`${REDIRECT}/tasks`],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
      application_type: 'web',
    })
    expect(app.connections.clientMetadata(new Request('https://app.example/other'))).toBeUndefined()
    expect(
      app.connections.clientMetadata(new Request(clientDocument.url, { method: 'POST' }))?.status,
    ).toBe(405)
  })

  it('the app’s own identity is not its document, where the server does not say that it takes one', async () => {
    const app = house({ tasks: { client: { type: 'document' } }, clientDocument })
    expect(
      (await app.connections.start(new Request('https://app.example/x'), alice, 'tasks', '/'))
        .status,
    ).toBe(400)
  })

  it('the app’s own identity is registered once, by itself, for all people and instances, where the operator allows it', async () => {
    const app = house({ tasks: { client: { type: 'dynamic' } } })
    app.one.metadata = { registration_endpoint: 'https://login.example/register' }
    app.one.answer = ({ path }) =>
      path === '/register'
        ? Response.json(
            { client_id: 'madeup', client_secret: 'oftheapp', client_secret_expires_at: 0 },
            { status: 201 },
          )
        : undefined
    await app.connect()
    await app.connect(bob)
    const begun = await app
      .instance()
      .start(new Request('https://app.example/x'), alice, 'tasks', '/')
    expect(begun.headers.get('location')).toContain('client_id=madeup')
    const registrations = app.one.requests.filter(({ path }) => path === '/register')
    expect(registrations.map(({ json }) => json)).toEqual([
      {
        client_name: 'onbehalf',
        redirect_uris: [`${REDIRECT}/tasks`],
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        token_endpoint_auth_method: 'none',
        application_type: 'web',
      },
    ])
    const token = app.one.requests.find(({ path }) => path === '/token')
    expect(token?.authorization).toBe(`Basic ${btoa('madeup:oftheapp')}`)
  })

  it('the app’s own identity is not registered at another origin, and a client of another issuer is not used', async () => {
    const app = house({ tasks: { client: { type: 'dynamic' } } })
    app.one.metadata = { registration_endpoint: 'https://evil.example/register' }
    expect(
      (await app.connections.start(new Request('https://app.example/x'), alice, 'tasks', '/'))
        .status,
    ).toBe(400)
    expect(app.other.requests).toEqual([])
    const key = { owner: 'deployment', resource: TASKS, kind: 'connection' } as const
    const facts = {
      clientId: 'planted',
      method: 'client_secret_basic',
      expiresAt: 0,
      redirectUri: `${REDIRECT}/tasks`,
    }
    await app.store.write({
      ...key,
      issuer: 'https://evil.example',
      version: 1,
      secrets: { clientSecret: new Credential('x') },
      facts,
    })
    expect(
      (await app.connections.start(new Request('https://app.example/x'), alice, 'tasks', '/'))
        .status,
    ).toBe(400)
  })
})

describe('a configuration is refused', () => {
  const valid = {
    resource: TASKS,
    issuer: 'https://login.example',
    scopes: [],
    client: { type: 'registered', id: 'app' },
  } as const
  const make = (server: object, others: object = {}) => {
    const app = house()
    return () =>
      connections({
        store: app.store,
        servers: { tasks: { ...valid, ...server } },
        redirectUri: REDIRECT,
        fetch: globalThis.fetch,
        audit: { record: () => {} },
        ...others,
      })
  }
  it.each<[string, object, object?]>([
    ['a resource over http', { resource: 'http://tasks.example' }],
    ['an issuer over http', { issuer: 'http://login.example' }],
    ['no issuer', { issuer: '' }],
    ['a script as endpoint', { endpoints: { authorization: 'javascript:alert(1)' } }],
    ['a scope with a space', { scopes: ['a b'] }],
    ['no client id', { client: { type: 'registered', id: '' } }],
    ['a document that is not there', { client: { type: 'document' } }],
    [
      'a document without a path',
      {},
      { clientDocument: { url: 'https://app.example/', name: 'x' } },
    ],
    ['a document over http', {}, { clientDocument: { url: 'http://app.example/x', name: 'x' } }],
    ['a redirect over http', {}, { redirectUri: 'http://app.example/x' }],
    ['a redirect with a query', {}, { redirectUri: 'https://app.example/x?y' }],
    ['a redirect that ends in a slash', {}, { redirectUri: 'https://app.example/x/' }],
    ['a deadline longer than a lease', {}, { deadline: 60_000 }],
    ['two connections for one resource', {}, { servers: { a: valid, b: valid } }],
    ['a name that is none', {}, { servers: { '../x': valid } }],
  ])('a configuration is refused: %s', (_, server, others) => {
    expect(make(server, others)).toThrow(TypeError)
  })
})
