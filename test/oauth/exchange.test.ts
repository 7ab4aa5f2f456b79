// Token exchange: what is sent, byte for byte, and how every answer is judged.

import { createLocalJWKSet, exportJWK, generateKeyPair, jwtVerify } from 'jose'
import { describe, expect, it, vi } from 'vitest'
import { toError } from '../../src/core/sentences.ts'
import type { ExchangeTarget } from '../../src/core/source/exchange.ts'
import {
  clientSecretBasic,
  clientSecretPost,
  privateKeyJwt,
  type TokenExchangerOptions,
  tokenExchanger,
} from '../../src/oauth/index.ts'
import { type FakeServer, fakeServer, ISSUER, NOW, secret } from './server.ts'

const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token'
const target: ExchangeTarget = {
  resource: 'https://tasks.example/mcp',
  scopes: ['tasks:read', 'tasks:write'],
}
const subjectToken = secret('subject.token.here')
const goodBody = {
  access_token: 'new-token',
  issued_token_type: ACCESS_TOKEN,
  token_type: 'Bearer',
  expires_in: 300,
}

function exchanger(server: FakeServer, options: Partial<TokenExchangerOptions> = {}) {
  return tokenExchanger({
    issuer: ISSUER,
    clientId: 'taskflow-mcp',
    client: clientSecretBasic(secret('s3cr3t')),
    fetch: server.fetch,
    now: () => NOW * 1000,
    ...options,
  })
}

const answering = (body: unknown, status = 200) => fakeServer(() => Response.json(body, { status }))
const exchangeWith = (
  server: FakeServer,
  options: Partial<TokenExchangerOptions> = {},
  to = target,
) => exchanger(server, options).exchange(subjectToken, to)

async function reasonFor(server: FakeServer): Promise<string> {
  const result = await exchangeWith(server)
  return result.ok ? 'granted' : result.refusal.reason
}

describe('the request', () => {
  it('the exchange request is the form of RFC 8693 section 2.1, for an access token, the resource and the scopes', async () => {
    const server = answering(goodBody)
    await exchangeWith(server)
    const [request] = server.requests
    expect(request?.url).toBe(`${ISSUER}/token`)
    expect(Object.fromEntries(request?.form ?? [])).toEqual({
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token: 'subject.token.here',
      subject_token_type: ACCESS_TOKEN,
      requested_token_type: ACCESS_TOKEN,
      resource: 'https://tasks.example/mcp',
      scope: 'tasks:read tasks:write',
    })
    expect(request?.headers.get('content-type')).toMatch(/^application\/x-www-form-urlencoded/)
    expect(request?.headers.get('accept')).toBe('application/json')
    expect(request?.init).toMatchObject({
      method: 'POST',
      redirect: 'manual',
      credentials: 'omit',
      cache: 'no-store',
      signal: expect.any(AbortSignal),
    })
  })

  it('the exchange request names the audience when the target has one, and no scope when none is named', async () => {
    const server = answering(goodBody)
    await exchangeWith(server, {}, { resource: target.resource, scopes: [], audience: 'tasks' })
    expect(server.requests[0]?.form.get('audience')).toBe('tasks')
    expect(server.requests[0]?.form.has('scope')).toBe(false)
  })

  it('the exchange request carries the actor token where there is one', async () => {
    const server = answering(goodBody)
    await exchangeWith(server, { actorToken: async () => secret('actor-token') })
    expect(server.requests[0]?.form.get('actor_token')).toBe('actor-token')
    expect(server.requests[0]?.form.get('actor_token_type')).toBe(ACCESS_TOKEN)
  })

  it('the exchange request is not sent when the actor token cannot be had', async () => {
    const server = answering(goodBody)
    const result = await exchangeWith(server, {
      actorToken: () => Promise.reject(new Error('actor-token')),
    })
    expect(result).toEqual({ ok: false, refusal: { reason: 'exchange_failed' } })
    expect(server.requests).toEqual([])
  })

  it('the exchange request goes to a configured endpoint without asking for metadata', async () => {
    const server = answering(goodBody)
    await exchangeWith(server, { tokenEndpoint: 'https://tokens.example/exchange' })
    expect(server.requests[0]?.url).toBe('https://tokens.example/exchange')
    expect(server.metadataRequests).toBe(0)
  })

  const elsewhere = 'https://evil.example/token'
  it.each<[string, Record<string, unknown>, string]>([
    ['names a token endpoint elsewhere', { token_endpoint: elsewhere }, 'endpoint_elsewhere'],
    [
      'names a token endpoint over http',
      { token_endpoint: 'http://login.example/token' },
      'endpoint_elsewhere',
    ],
    ['names no token endpoint', { token_endpoint: undefined }, 'endpoint_missing'],
    ['is about another issuer', { issuer: 'https://evil.example' }, 'issuer_mismatch_metadata'],
  ])('the exchange request is not sent when the metadata %s', async (_, metadata, why) => {
    const server = fakeServer(() => Response.json(goodBody), metadata)
    expect(await reasonFor(server)).toBe(why)
    expect(server.requests).toEqual([])
  })

  it('the exchange request asks for the metadata once, for exchanges at the same time too', async () => {
    const server = answering(goodBody)
    const one = exchanger(server)
    await Promise.all(Array.from({ length: 20 }, () => one.exchange(subjectToken, target)))
    expect(server.requests).toHaveLength(20)
    expect(server.metadataRequests).toBe(1)
  })
})

describe('client authentication', () => {
  it('client_secret_basic form-encodes id and secret before base64 (RFC 6749 section 2.3.1)', async () => {
    const server = answering(goodBody)
    await exchangeWith(server, {
      clientId: 'my client:1',
      client: clientSecretBasic(secret('p%ss wörd:+/')),
    })
    const [scheme, value = ''] = (server.requests[0]?.headers.get('authorization') ?? '').split(' ')
    expect(scheme).toBe('Basic')
    expect(Buffer.from(value, 'base64').toString()).toBe(
      'my%20client%3A1:p%25ss%20w%C3%B6rd%3A%2B%2F',
    )
    expect(server.requests[0]?.form.has('client_secret')).toBe(false)
  })

  it('client_secret_basic leaves alone what a server that decodes nothing must find as it is', async () => {
    const server = answering(goodBody)
    const plain = '-._*~AZaz09'
    await exchangeWith(server, { clientId: `c${plain}`, client: clientSecretBasic(secret(plain)) })
    const [, value = ''] = (server.requests[0]?.headers.get('authorization') ?? '').split(' ')
    expect(Buffer.from(value, 'base64').toString()).toBe(`c${plain}:${plain}`)
  })

  it('client_secret_basic is read back by a server that decodes, whatever the characters', async () => {
    const server = answering(goodBody)
    const all = Array.from({ length: 95 }, (_, at) => String.fromCharCode(32 + at)).join('')
    await exchangeWith(server, { clientId: all, client: clientSecretBasic(secret(all)) })
    const [, value = ''] = (server.requests[0]?.headers.get('authorization') ?? '').split(' ')
    const decoded = Buffer.from(value, 'base64')
      .toString()
      .split(':')
      .map((part) => new URLSearchParams(`x=${part}`).get('x'))
    expect(decoded).toEqual([all, all])
  })

  it('client_secret_post puts id and secret into the form only', async () => {
    const server = answering(goodBody)
    await exchangeWith(server, { client: clientSecretPost(secret('s3cr3t')) })
    expect(server.requests[0]?.form.get('client_id')).toBe('taskflow-mcp')
    expect(server.requests[0]?.form.get('client_secret')).toBe('s3cr3t')
    expect(server.requests[0]?.headers.has('authorization')).toBe(false)
  })

  it.each(['ES256', 'PS256', 'Ed25519'])(
    'private_key_jwt signs an assertion for this issuer, by %s',
    async (alg) => {
      const { privateKey, publicKey } = await generateKeyPair(alg)
      const exported = { ...(await exportJWK(publicKey)), kid: 'client-key', alg }
      const server = answering(goodBody)
      const one = exchanger(server, { client: privateKeyJwt(privateKey, { kid: 'client-key' }) })
      await one.exchange(subjectToken, target)
      await one.exchange(subjectToken, target)
      const [form, next] = server.requests.map((request) => request.form)
      expect(form?.get('client_id')).toBe('taskflow-mcp')
      expect(form?.get('client_assertion_type')).toBe(
        'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      )
      const { payload, protectedHeader } = await jwtVerify(
        form?.get('client_assertion') ?? '',
        createLocalJWKSet({ keys: [exported] }),
        {
          currentDate: new Date(NOW * 1000),
        },
      )
      expect(protectedHeader).toEqual({ alg, kid: 'client-key' })
      expect(payload).toEqual({
        iss: 'taskflow-mcp',
        sub: 'taskflow-mcp',
        aud: ISSUER,
        iat: NOW,
        exp: NOW + 60,
        jti: expect.any(String),
      })
      expect(next?.get('client_assertion')).not.toBe(form?.get('client_assertion'))
    },
  )

  it('private_key_jwt addresses its assertion to whom the server wants, such as the token endpoint', async () => {
    const { privateKey } = await generateKeyPair('ES256')
    const server = answering(goodBody)
    const audience = `${ISSUER}/token`
    await exchangeWith(server, { client: privateKeyJwt(privateKey, { kid: 'k', audience }) })
    const [, payload = ''] = (server.requests[0]?.form.get('client_assertion') ?? '').split('.')
    expect(JSON.parse(Buffer.from(payload, 'base64url').toString()).aud).toBe(audience)
  })

  it('private_key_jwt refuses a key that cannot sign', async () => {
    const { publicKey } = await generateKeyPair('ES256')
    expect(() => privateKeyJwt(publicKey, { kid: 'x' })).toThrow(TypeError)
  })

  it('client authentication that throws sends nothing and tells nothing', async () => {
    const server = answering(goodBody)
    const result = await exchangeWith(server, { client: () => Promise.reject(new Error('s3cr3t')) })
    expect(result).toEqual({ ok: false, refusal: { reason: 'exchange_failed' } })
    expect(server.requests).toEqual([])
  })
})

describe('a good answer', () => {
  it('a good answer gives the token, its expiry from when it was asked for, and the scopes asked for', async () => {
    const result = await exchangeWith(answering(goodBody))
    expect(result).toMatchObject({
      ok: true,
      value: { expiresAt: NOW + 300, scopes: target.scopes },
    })
    expect(result.ok && result.value.credential.reveal()).toBe('new-token')
    expect(result.ok && 'tokenId' in result.value).toBe(false)
  })

  it('a good answer may narrow the scopes', async () => {
    const result = await exchangeWith(answering({ ...goodBody, scope: 'tasks:read' }))
    expect(result).toMatchObject({ value: { scopes: ['tasks:read'] } })
  })

  it('a good answer names the scopes when none were asked for', async () => {
    const result = await exchangeWith(
      answering({ ...goodBody, scope: 'a b' }),
      {},
      { resource: target.resource, scopes: [] },
    )
    expect(result).toMatchObject({ value: { scopes: ['a', 'b'] } })
  })

  it('a good answer is used for an hour at most, and known to live longer', async () => {
    expect(await exchangeWith(answering({ ...goodBody, expires_in: 1e9 }))).toMatchObject({
      value: { expiresAt: NOW + 3600, endsAt: NOW + 1e9 },
    })
  })

  it('a good answer gives the id of a JWT, for the audit', async () => {
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const token = `${part({ alg: 'ES256' })}.${part({ jti: 'id-1', sub: 'alicé~~~???' })}.c2ln`
    expect(await exchangeWith(answering({ ...goodBody, access_token: token }))).toMatchObject({
      value: { tokenId: 'id-1' },
    })
    const odd = `${part({})}.${part({ jti: { a: 1 } })}.c2ln`
    const result = await exchangeWith(answering({ ...goodBody, access_token: odd }))
    expect(result.ok && 'tokenId' in result.value).toBe(false)
  })

  it('a good answer shows its token nowhere', async () => {
    expect(JSON.stringify(await exchangeWith(answering(goodBody)))).not.toContain('new-token')
  })
})

describe('an answer that is not good enough', () => {
  it.each<[string, unknown]>([
    ['no token', { ...goodBody, access_token: undefined }],
    ['an empty token', { ...goodBody, access_token: '' }],
    ['a token that is a number', { ...goodBody, access_token: 1 }],
    ['a token with a line break', { ...goodBody, access_token: 'a\r\nx-admin: 1' }],
    ['a token with a space', { ...goodBody, access_token: 'a b' }],
    ['a token beyond 16 KB', { ...goodBody, access_token: 'a'.repeat(16_385) }],
    ['the subject token handed back', { ...goodBody, access_token: 'subject.token.here' }],
    ['no token type', { ...goodBody, token_type: undefined }],
    ['a token for DPoP', { ...goodBody, token_type: 'DPoP' }],
    ['a token that is not for use', { ...goodBody, token_type: 'N_A' }],
    ['no issued type', { ...goodBody, issued_token_type: undefined }],
    [
      'an ID token',
      { ...goodBody, issued_token_type: 'urn:ietf:params:oauth:token-type:id_token' },
    ],
    [
      'a refresh token',
      { ...goodBody, issued_token_type: 'urn:ietf:params:oauth:token-type:refresh_token' },
    ],
    ['no expiry', { ...goodBody, expires_in: undefined }],
    ['an expiry that is a word', { ...goodBody, expires_in: 'soon' }],
    ['an expiry of 0', { ...goodBody, expires_in: 0 }],
    ['an expiry in the past', { ...goodBody, expires_in: -1 }],
    ['scopes in a list', { ...goodBody, scope: ['tasks:read'] }],
    ['a list', [goodBody]],
    ['null', null],
    ['text', 'new-token'],
  ])('an unusable answer is refused: %s', async (_, body) => {
    expect(await reasonFor(answering(body))).toBe('exchange_failed')
  })

  it('an unusable answer is refused: HTML', async () => {
    expect(
      await reasonFor(
        fakeServer(() => new Response('<html>', { headers: { 'content-type': 'text/html' } })),
      ),
    ).toBe('exchange_failed')
  })

  it('an unusable answer is refused: scopes that are none, when none were asked for', async () => {
    const result = await exchangeWith(
      answering({ ...goodBody, scope: 'a"b' }),
      {},
      { resource: target.resource, scopes: [] },
    )
    expect(result).toMatchObject({ refusal: { reason: 'exchange_failed' } })
  })
})

describe('an OAuth error', () => {
  const description = 'subject.token.here and s3cr3t are bad \u001b[31m'
  it.each<[number, string, string]>([
    [400, 'invalid_grant', 'exchange_grant_refused'],
    [400, 'invalid_scope', 'exchange_scope_refused'],
    [400, 'invalid_target', 'exchange_target_refused'],
    [401, 'invalid_client', 'exchange_client_refused'],
    [400, 'invalid_client', 'exchange_client_refused'],
    [400, 'unauthorized_client', 'exchange_client_refused'],
    [400, 'unsupported_grant_type', 'exchange_client_refused'],
    [400, 'invalid_request', 'exchange_invalid_request'],
    [400, 'something_new', 'exchange_failed'],
    [403, 'access_denied', 'exchange_access_denied'],
    [400, 'interaction_required', 'exchange_interaction_required'],
    [400, 'login_required', 'exchange_interaction_required'],
    [400, 'mfa_required', 'exchange_interaction_required'],
    [400, 'consent_required', 'exchange_consent_required'],
    [400, 'temporarily_unavailable', 'issuer_unavailable'],
    [400, 'server_error', 'issuer_unavailable'],
    [503, 'invalid_grant', 'issuer_unavailable'],
    [500, '', 'issuer_unavailable'],
    [429, 'slow_down', 'issuer_unavailable'],
    [401, '', 'exchange_client_refused'],
    [404, '', 'exchange_failed'],
    [201, '', 'exchange_failed'],
  ])(
    'an OAuth error of %i %s is %s, and its words go to the operator without what was sent',
    async (status, error, reason) => {
      const result = await exchangeWith(
        answering(
          { error, error_description: description, error_uri: 'https://evil.example' },
          status,
        ),
      )
      expect(result).toMatchObject({
        ok: false,
        refusal: {
          reason,
          authorizationServerErrorDescription: '[credential] and [credential] are bad \\u001b[31m',
        },
      })
      expect(JSON.stringify(result)).not.toMatch(/subject|s3cr3t|evil/)
      if (result.ok) throw new Error('granted')
      const shown = toError({ ...result.refusal, server: 'tasks' })
      expect(
        `${shown.message} ${JSON.stringify(shown)} ${JSON.stringify(shown.refusal)}`,
      ).not.toMatch(/bad|credential\]/)
    },
  )

  it('an OAuth error of Microsoft that wants consent is no end of the sign-in', async () => {
    const server = answering({ error: 'invalid_grant', suberror: 'consent_required' }, 400)
    expect(await reasonFor(server)).toBe('exchange_consent_required')
  })

  it.each([
    [400, 'Audience not found', 'exchange_target_refused'],
    [400, 'Requested audience not available: tasks', 'exchange_target_refused'],
    [401, 'Audience not found', 'exchange_client_refused'],
    [400, 'Client not found', 'exchange_client_refused'],
    [400, undefined, 'exchange_client_refused'],
  ])('an OAuth error %i invalid_client that says "%s" is %s', async (status, words, reason) => {
    const server = answering({ error: 'invalid_client', error_description: words }, status)
    expect(await reasonFor(server)).toBe(reason)
  })

  it.each([
    undefined,
    'Invalid token',
    'subject_token is invalid',
    'The subject token has expired',
    'Session not active',
    'User disabled',
    'Token verification failed',
    'The assertion is no longer valid',
    'subject_token validation failure: token is expired',
  ])(
    'an OAuth error of invalid_request that says %j is the end of the sign-in (RFC 8693 section 2.2.2)',
    async (error_description) => {
      const server = answering({ error: 'invalid_request', error_description }, 400)
      expect(await reasonFor(server)).toBe('exchange_grant_refused')
    },
  )

  it.each([
    'Standard token exchange is not enabled for the requested client',
    'Requested audience not available: mcp',
    'Parameter subject_token is missing',
    'subject_token_type is invalid',
    'requested_token_type unsupported',
    'Invalid scopes: tasks:read',
    'audience parameter is required',
    'code is required',
    'Feature not enabled',
    'Something else',
  ])('an OAuth error of invalid_request that says %j asks nobody to sign in', async (words) => {
    const server = answering({ error: 'invalid_request', error_description: words }, 400)
    expect(await exchangeWith(server)).toMatchObject({
      refusal: {
        reason: 'exchange_invalid_request',
        authorizationServerErrorDescription: words,
      },
    })
  })

  it('an OAuth error about scopes names those that were asked for', async () => {
    const result = await exchangeWith(answering({ error: 'invalid_scope', scope: 'foreign' }, 400))
    expect(result).toEqual({
      ok: false,
      refusal: {
        reason: 'exchange_scope_refused',
        scopes: target.scopes,
        authorizationServerError: 'invalid_scope',
      },
    })
  })

  it('a token that comes back as a scope is none', async () => {
    const access_token = 'the-new-token-0123'
    const scope = `subject.token.here tasks:read ${access_token}-1 token.here`
    const server = answering({ ...goodBody, access_token, scope })
    const result = await exchangeWith(server, {}, { resource: target.resource, scopes: [] })
    expect(result).toMatchObject({ ok: true, value: { scopes: ['tasks:read', 'token.here'] } })
  })

  it('an OAuth error that is no JSON or no text is a failure', async () => {
    expect(
      await reasonFor(fakeServer(() => new Response('{"error":"invalid_gr', { status: 400 }))),
    ).toBe('exchange_failed')
    expect(await reasonFor(answering({ error: { toString: 'invalid_grant' } }, 400))).toBe(
      'exchange_failed',
    )
  })
})

describe('a server in trouble', () => {
  it.each<[string, () => Response | Promise<Response>, string]>([
    [
      'cannot be reached',
      () => Promise.reject(new TypeError('fetch failed subject.token.here')),
      'issuer_unavailable',
    ],
    ['answers too much', () => new Response('x'.repeat(256 * 1024 + 1)), 'issuer_unavailable'],
    [
      'breaks off',
      () => new Response(new ReadableStream({ start: (stream) => stream.error(new Error('x')) })),
      'issuer_unavailable',
    ],
    [
      'redirects by 302',
      () => new Response(null, { status: 302, headers: { location: 'https://evil.example' } }),
      'redirect_refused',
    ],
    [
      'redirects by 307, which would repeat the form',
      () => new Response(null, { status: 307, headers: { location: 'https://evil.example' } }),
      'redirect_refused',
    ],
    [
      'redirects by 308',
      () => new Response(null, { status: 308, headers: { location: `${ISSUER}/other` } }),
      'redirect_refused',
    ],
  ])(
    'a server in trouble gets one request, and the reason says what happened: %s',
    async (_, answer, reason) => {
      const server = fakeServer(answer)
      expect(await exchangeWith(server)).toEqual({ ok: false, refusal: { reason } })
      expect(server.requests).toHaveLength(1)
    },
  )

  it.each<[string, () => Promise<Response>]>([
    ['the answer', () => new Promise(() => {})],
    [
      'the end of the answer',
      async () => new Response(new ReadableStream({ pull: () => new Promise(() => {}) })),
    ],
  ])(
    'a server in trouble is waited for until the deadline, even when the fetch ignores its signal: %s',
    async (_, answer) => {
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
      try {
        const server = fakeServer(answer)
        const waiting = exchangeWith(server)
        await vi.advanceTimersByTimeAsync(9_999)
        expect(server.requests[0]?.init.signal?.aborted).toBe(false)
        await vi.advanceTimersByTimeAsync(1)
        expect(await waiting).toEqual({ ok: false, refusal: { reason: 'issuer_unavailable' } })
        expect(server.requests[0]?.init.signal?.aborted).toBe(true)
        expect(vi.getTimerCount()).toBe(0)
      } finally {
        vi.useRealTimers()
      }
    },
  )

  it('an actor token that never comes delays nobody beyond the deadline', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    try {
      const waiting = exchangeWith(answering(goodBody), { actorToken: () => new Promise(() => {}) })
      await vi.advanceTimersByTimeAsync(10_000)
      expect(await waiting).toEqual({ ok: false, refusal: { reason: 'issuer_unavailable' } })
    } finally {
      vi.useRealTimers()
    }
  })
})

describe('a caller who gives up', () => {
  it('a caller who gives up before the exchange begins sends nothing', async () => {
    const server = answering(goodBody)
    const result = await exchanger(server).exchange(subjectToken, target, {
      signal: AbortSignal.abort(),
    })
    expect(result).toEqual({ ok: false, refusal: { reason: 'cancelled' } })
    expect(server.requests).toEqual([])
  })

  it('a caller who gives up during the exchange aborts the request', async () => {
    const server = fakeServer(() => new Promise(() => {}))
    const controller = new AbortController()
    const waiting = exchanger(server).exchange(subjectToken, target, { signal: controller.signal })
    await vi.waitFor(() => expect(server.requests).toHaveLength(1))
    controller.abort(new Error('subject.token.here'))
    expect(await waiting).toEqual({ ok: false, refusal: { reason: 'cancelled' } })
    expect(server.requests[0]?.init.signal?.aborted).toBe(true)
  })
})

describe('options', () => {
  it.each<[string, Partial<TokenExchangerOptions>]>([
    ['an issuer over http', { issuer: 'http://login.example' }],
    ['an endpoint over http', { tokenEndpoint: 'http://login.example/token' }],
    ['an endpoint with a password', { tokenEndpoint: 'https://a:b@login.example/token' }],
    ['an empty client id', { clientId: '' }],
  ])('wrong exchange options are refused at creation: %s', (_, options) => {
    expect(() => exchanger(answering(goodBody), options)).toThrow(TypeError)
  })
})
