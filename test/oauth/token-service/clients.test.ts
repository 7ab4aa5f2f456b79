// The token endpoint: how a client proves who it is, and what else a request must be.

import { exportJWK, generateKeyPair } from 'jose'
import { describe, expect, it, vi } from 'vitest'
import { Credential } from '../../../src/core/credential.ts'
import {
  clientSecretPost,
  discoverAuthorizationServer,
  privateKeyJwt,
  tokenExchanger,
} from '../../../src/oauth/index.ts'
import {
  API,
  assertion,
  basic,
  EXCHANGE,
  type House,
  house,
  SECRET,
  SERVICE,
  TASKS,
} from './house.ts'

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

/** A request for notes, with this assertion. */
async function byAssertion(made: House, text: string, more: Record<string, string> = {}) {
  const first = await made.firstHop({}, 'https://notes.example/mcp')
  const proof = { client_assertion_type: ASSERTION_TYPE, client_assertion: text, ...more }
  const { status, body } = await made.post(made.form(first, proof), {})
  return status === 200 ? 'granted' : body.error
}

describe('a secret', () => {
  it.each<[string, (made: House) => Promise<[Record<string, string>, Record<string, string>]>]>([
    ['in the header', async () => [{}, { authorization: basic('tasks-mcp', SECRET) }]],
    [
      'in the header, with the client id in the form',
      async () => [{ client_id: 'tasks-mcp' }, { authorization: basic('tasks-mcp', SECRET) }],
    ],
    ['in the form', async () => [{ client_id: 'tasks-mcp', client_secret: SECRET }, {}]],
  ])('a secret %s opens the endpoint', async (_, shown) => {
    const made = await house()
    const [form, headers] = await shown(made)
    const answer = await made.post(made.form(await made.firstHop(), form), headers)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(answer.body).toEqual({
      access_token: expect.any(String),
      issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      token_type: 'Bearer',
      expires_in: 300,
      scope: 'api:read',
    })
  })

  it('a secret with odd characters is read as it is and as a form encodes it', async () => {
    const secret = 'p%ss wörd+/&=:0123456789'
    const clients = {
      'tasks-mcp': { subject: TASKS, audiences: { [API]: [] }, secret: new Credential(secret) },
      chat: { subject: 'sign-in', audiences: { [TASKS]: ['tasks:read'] } },
    } as const
    const made = await house({ clients })
    const first = await made.firstHop()
    for (const shown of [secret, encodeURIComponent(secret)])
      expect(
        (await made.post(made.form(first), { authorization: basic('tasks-mcp', shown) })).status,
      ).toBe(200)
  })

  it('a secret may be replaced while the old one still works', async () => {
    const [old, next] = ['old-secret-0123456789', 'new-secret-0123456789']
    const made = await house({
      clients: {
        'tasks-mcp': {
          subject: TASKS,
          audiences: { [API]: [] },
          secret: [new Credential(old), new Credential(next)],
        },
        chat: { subject: 'sign-in', audiences: { [TASKS]: ['tasks:read'] } },
      },
    })
    const first = await made.firstHop()
    for (const shown of [old, next])
      expect(
        (await made.post(made.form(first), { authorization: basic('tasks-mcp', shown) })).status,
      ).toBe(200)
  })

  it.each<[string, Record<string, string>, Record<string, string>]>([
    ['none', {}, {}],
    ['a wrong one', {}, { authorization: basic('tasks-mcp', `${SECRET}x`) }],
    ['an empty one', {}, { authorization: basic('tasks-mcp', '') }],
    ['the beginning of it', {}, { authorization: basic('tasks-mcp', SECRET.slice(0, -1)) }],
    ['that of another client', {}, { authorization: basic('notes-mcp', SECRET) }],
    ['that of an unknown client', {}, { authorization: basic('nobody', SECRET) }],
    ['one of a client that works in process only', {}, { authorization: basic('chat', '') }],
    ['the client id alone', { client_id: 'tasks-mcp' }, {}],
    ['a secret without a client', { client_secret: SECRET }, {}],
    [
      'two ways',
      { client_id: 'tasks-mcp', client_secret: SECRET },
      { authorization: basic('tasks-mcp', SECRET) },
    ],
    [
      'another client in the form',
      { client_id: 'notes-mcp' },
      { authorization: basic('tasks-mcp', SECRET) },
    ],
    ['a bearer token', {}, { authorization: `Bearer ${SECRET}` }],
    ['no colon', {}, { authorization: `Basic ${Buffer.from('tasks-mcp').toString('base64')}` }],
    ['a name of all objects', {}, { authorization: basic('__proto__', SECRET) }],
  ])(
    'a secret that is %s opens nothing, and every such answer is alike',
    async (_, form, headers) => {
      const made = await house()
      const answer = await made.post(made.form(await made.firstHop(), form), headers)
      expect([answer.status, answer.body]).toEqual([
        401,
        { error: 'invalid_client', error_description: 'The client is not authenticated' },
      ])
      expect(answer.headers.get('www-authenticate')).toBe('Basic realm="token service"')
      expect(made.events.at(-1)).toMatchObject({
        hop: 'issue',
        outcome: 'refused',
        reason: 'exchange_client_refused',
      })
    },
  )
})

describe('an assertion', () => {
  it('an assertion of our own client opens the endpoint', async () => {
    const made = await house()
    const exchanger = tokenExchanger({
      issuer: SERVICE,
      clientId: 'notes-mcp',
      client: privateKeyJwt(made.notesKey.privateKey, { kid: 'notes-1' }),
      fetch: made.fetch,
      now: made.time.now,
    })
    const first = await made.firstHop({}, 'https://notes.example/mcp')
    expect(
      await exchanger.exchange(first, { resource: API, scopes: ['notes:read'] }),
    ).toMatchObject({ ok: true })
  })

  it('an assertion is good once', async () => {
    const made = await house()
    const text = await assertion(made.notesKey.privateKey, made.time.now)
    expect(await byAssertion(made, text)).toBe('granted')
    expect(await byAssertion(made, text)).toBe('invalid_client')
    const results = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const one = await assertion(made.notesKey.privateKey, made.time.now, { jti: 'same' })
        return byAssertion(made, one)
      }),
    )
    expect(results.filter((result) => result === 'granted')).toHaveLength(1)
  })

  it('an assertion stays used until nobody would take it any more', async () => {
    const made = await house()
    const text = await assertion(made.notesKey.privateKey, made.time.now)
    expect(await byAssertion(made, text)).toBe('granted')
    for (let second = 0; second < 100; second += 10) {
      expect(await byAssertion(made, text)).toBe('invalid_client')
      made.time.advance(10)
    }
  })

  const far = 1_767_225_600 + 3600
  it.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ['for another server', { aud: 'https://other.example' }, {}],
    ['for several servers', { aud: [SERVICE, 'https://other.example'] }, {}],
    ['for nobody', { aud: undefined }, {}],
    ['of another client', { iss: 'tasks-mcp', sub: 'tasks-mcp' }, {}],
    ['of two clients', { iss: 'tasks-mcp' }, {}],
    ['that has expired', { exp: 1_767_225_600 - 31 }, {}],
    ['that lives for an hour', { exp: far }, {}],
    ['without an end', { exp: undefined }, {}],
    ['from the future', { iat: far }, {}],
    ['not yet good', { nbf: far }, {}],
    ['without an id', { jti: undefined }, {}],
    ['with an endless id', { jti: 'x'.repeat(257) }, {}],
    ['of an unknown key id', {}, { kid: 'notes-2' }],
    ['with a critical extension', {}, { crit: ['b64'], b64: true }],
  ])('an assertion %s opens nothing', async (_, claims, header) => {
    const made = await house()
    const text = await assertion(made.notesKey.privateKey, made.time.now, claims, header)
    expect(await byAssertion(made, text)).toBe('invalid_client')
  })

  it('an assertion of another key, or of none, opens nothing', async () => {
    const made = await house()
    const { privateKey } = await generateKeyPair('ES256')
    const forged = await assertion(privateKey, made.time.now)
    expect(await byAssertion(made, forged)).toBe('invalid_client')
    const [, payload = ''] = forged.split('.')
    const header = (alg: string) =>
      Buffer.from(JSON.stringify({ alg, kid: 'notes-1' })).toString('base64url')
    for (const text of [
      `${header('none')}.${payload}.`,
      `${header('HS256')}.${payload}.c2ln`,
      'x',
      '',
    ])
      expect(await byAssertion(made, text)).toBe('invalid_client')
  })

  it('an assertion for the token endpoint, of a key without an id, opens the endpoint', async () => {
    const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true })
    const { kty, n, e } = await exportJWK(publicKey)
    const made = await house({
      clients: {
        chat: { subject: 'sign-in', audiences: { 'https://notes.example/mcp': ['notes:read'] } },
        'notes-mcp': {
          subject: 'https://notes.example/mcp',
          audiences: { [API]: ['notes:read'] },
          keys: [{ kty: kty as string, n: n as string, e: e as string }],
        },
      },
    })
    const claims = { aud: `${SERVICE}/token` }
    expect(
      await byAssertion(made, await assertion(privateKey, made.time.now, claims, { alg: 'RS256' })),
    ).toBe('granted')
  })

  it.each(['ES256', 'RS256', 'PS256', 'EdDSA'])(
    'an assertion with %s does not tell which clients there are, by the work that it makes',
    async (alg) => {
      const made = await house()
      const work: number[] = []
      for (const id of ['notes-mcp', 'tasks-mcp', 'chat', 'nobody']) {
        const good = await assertion(made.notesKey.privateKey, made.time.now, { iss: id, sub: id })
        const [, payload] = good.split('.')
        const header = Buffer.from(JSON.stringify({ alg })).toString('base64url')
        const verify = vi.spyOn(crypto.subtle, 'verify')
        await byAssertion(made, `${header}.${payload}.${'A'.repeat(86)}`)
        work.push(verify.mock.calls.length)
        verify.mockRestore()
      }
      // The other one is the sign-in, before the exchange.
      expect(work).toEqual([2, 2, 2, 2])
    },
  )

  it('an assertion of another type, or beside a secret, opens nothing', async () => {
    const made = await house()
    const text = () => assertion(made.notesKey.privateKey, made.time.now)
    expect(await byAssertion(made, await text(), { client_assertion_type: 'x' })).toBe(
      'invalid_client',
    )
    expect(await byAssertion(made, await text(), { client_secret: SECRET })).toBe('invalid_client')
    expect(await byAssertion(made, await text(), { client_id: 'tasks-mcp' })).toBe('invalid_client')
  })
})

describe('a request', () => {
  it.each<[string, Record<string, string>, string]>([
    ['another grant', { grant_type: 'client_credentials' }, 'unsupported_grant_type'],
    ['no grant', { grant_type: '' }, 'unsupported_grant_type'],
    ['no subject token', { subject_token: '' }, 'invalid_request'],
    ['a subject token that is none', { subject_token: 'a b' }, 'invalid_request'],
    ['an endless subject token', { subject_token: 'a'.repeat(16_385) }, 'invalid_request'],
    [
      'a refresh token',
      { subject_token_type: 'urn:ietf:params:oauth:token-type:refresh_token' },
      'invalid_request',
    ],
    ['no type', { subject_token_type: '' }, 'invalid_request'],
    [
      'an ID token to be issued',
      { requested_token_type: 'urn:ietf:params:oauth:token-type:id_token' },
      'invalid_request',
    ],
    ['an actor token', { actor_token: 'x' }, 'invalid_request'],
  ])('a request with %s is refused', async (_, more, error) => {
    const made = await house()
    const { status, body } = await made.post(made.form(await made.firstHop(), more))
    expect([status, body.error]).toEqual([400, error])
    expect(JSON.stringify(body)).not.toMatch(/eyJ|secret-of/)
  })

  it.each<[string, RequestInit]>([
    ['a parameter twice', { body: `grant_type=${EXCHANGE}&resource=${API}&resource=${TASKS}` }],
    ['JSON', { body: '{}', headers: { 'content-type': 'application/json' } }],
    ['a body that is too long', { body: `a=${'x'.repeat(70_000)}` }],
  ])('a request with %s is refused', async (_, init) => {
    const made = await house()
    const headers = { 'content-type': 'application/x-www-form-urlencoded', ...init.headers }
    const response = await made.service.fetch(
      new Request(`${SERVICE}/token`, { method: 'POST', ...init, headers }),
    )
    expect([response.status, await response.json()]).toMatchObject([
      400,
      { error: 'invalid_request' },
    ])
  })

  it.each<[string, string, number]>([
    ['GET', '/tokens/token', 405],
    ['POST', '/tokens/jwks', 405],
    ['GET', '/tokens', 404],
    ['GET', '/tokens/token/x', 404],
    ['GET', '/.well-known/oauth-authorization-server', 404],
  ])('a request of %s %s is answered with %i', async (method, path, status) => {
    const made = await house()
    const response = await made.service.fetch(
      new Request(`https://any-host.example${path}`, { method }),
    )
    expect(response.status).toBe(status)
  })

  it('a request for the metadata is answered as RFC 8414 says, whatever the host', async () => {
    const made = await house()
    const url = 'https://evil.example/.well-known/oauth-authorization-server/tokens'
    const metadata = await (await made.service.fetch(new Request(url))).json()
    expect(metadata).toEqual({
      issuer: SERVICE,
      token_endpoint: `${SERVICE}/token`,
      jwks_uri: `${SERVICE}/jwks`,
      response_types_supported: [],
      grant_types_supported: [EXCHANGE],
      token_endpoint_auth_methods_supported: [
        'client_secret_basic',
        'client_secret_post',
        'private_key_jwt',
      ],
      token_endpoint_auth_signing_alg_values_supported: [
        'ES256',
        'RS256',
        'PS256',
        'EdDSA',
        'Ed25519',
      ],
    })
    const found = await discoverAuthorizationServer({
      issuer: SERVICE,
      fetch: made.fetch,
    }).current()
    expect(found).toMatchObject({ ok: true, value: { tokenEndpoint: `${SERVICE}/token` } })
  })

  it('a request is refused as the exchanger of this package tells it', async () => {
    const made = await house()
    const exchanger = tokenExchanger({
      issuer: SERVICE,
      clientId: 'tasks-mcp',
      client: clientSecretPost(new Credential('wrong-0123456789')),
      fetch: made.fetch,
      now: made.time.now,
    })
    expect(
      await exchanger.exchange(await made.firstHop(), { resource: API, scopes: [] }),
    ).toMatchObject({
      refusal: { reason: 'exchange_client_refused', authorizationServerError: 'invalid_client' },
    })
  })
})
