// Client credentials: what is sent, and that its answers meet the one judgement.

import { describe, expect, it, vi } from 'vitest'
import {
  type ClientCredentialsOptions,
  clientCredentials,
  clientSecretBasic,
} from '../../src/oauth/index.ts'
import { type FakeServer, fakeServer, ISSUER, NOW, secret } from './server.ts'

const target = { resource: 'https://tasks.example/mcp', scopes: ['tasks:read', 'tasks:write'] }
const goodBody = { access_token: 'new-token', token_type: 'Bearer', expires_in: 300 }

function issuing(server: FakeServer, options: Partial<ClientCredentialsOptions> = {}) {
  const client = clientSecretBasic(secret('s3cr3t'))
  return clientCredentials({
    issuer: ISSUER,
    clientId: 'nightly',
    client,
    fetch: server.fetch,
    now: () => NOW * 1000,
    ...options,
  })
}

const answering = (body: unknown, status = 200) => fakeServer(() => Response.json(body, { status }))

async function reasonFor(body: unknown, status?: number): Promise<string> {
  const result = await issuing(answering(body, status)).issue(target)
  return result.ok ? 'granted' : result.refusal.reason
}

describe('the request', () => {
  it('the client credentials request is the form of RFC 6749 section 4.4.2 with the resource', async () => {
    const server = answering(goodBody)
    await issuing(server).issue(target)
    const [request] = server.requests
    expect(request?.url).toBe(`${ISSUER}/token`)
    expect([...(request?.form ?? [])].sort()).toEqual([
      ['grant_type', 'client_credentials'],
      ['resource', 'https://tasks.example/mcp'],
      ['scope', 'tasks:read tasks:write'],
    ])
    expect(request?.headers.get('authorization')).toBe(`Basic ${btoa('nightly:s3cr3t')}`)
    expect(request?.init).toMatchObject({ method: 'POST', redirect: 'manual', credentials: 'omit' })
  })

  it('the client credentials request names the audience when the target has one, and no scope when none is named', async () => {
    const server = answering(goodBody)
    await issuing(server).issue({ resource: target.resource, scopes: [], audience: 'tasks' })
    expect(server.requests[0]?.form.get('audience')).toBe('tasks')
    expect(server.requests[0]?.form.has('scope')).toBe(false)
  })
})

describe('the answer', () => {
  it('the answer gives the token, its expiry and its scopes; an issued type is not asked for', async () => {
    const result = await issuing(answering({ ...goodBody, scope: 'tasks:read' })).issue(target)
    expect(result).toMatchObject({
      ok: true,
      value: { expiresAt: NOW + 300, scopes: ['tasks:read'] },
    })
    expect(result.ok && result.value.credential.reveal()).toBe('new-token')
    expect(result.ok && 'proof' in result.value).toBe(false)
  })

  it.each<[string, unknown]>([
    ['no token', { ...goodBody, access_token: undefined }],
    ['a token with a line break', { ...goodBody, access_token: 'a\r\nx-admin: 1' }],
    ['a token for DPoP', { ...goodBody, token_type: 'DPoP' }],
    ['a token that is no access token', { ...goodBody, token_type: 'N_A' }],
    ['no expiry', { ...goodBody, expires_in: undefined }],
    ['a list', [goodBody]],
  ])('the answer is refused: %s', async (_, body) => {
    expect(await reasonFor(body)).toBe('exchange_failed')
  })

  it.each<[number, string, string]>([
    [400, 'invalid_grant', 'exchange_client_refused'],
    [401, 'invalid_client', 'exchange_client_refused'],
    [400, 'unauthorized_client', 'exchange_client_refused'],
    [400, 'invalid_scope', 'exchange_scope_refused'],
    [400, 'invalid_target', 'exchange_target_refused'],
    [503, '', 'issuer_unavailable'],
  ])(
    'the answer of %i %s is %s, never that somebody’s sign-in has ended',
    async (status, error, reason) => {
      expect(await reasonFor({ error, error_description: 's3cr3t' }, status)).toBe(reason)
    },
  )

  it('the answer that redirects is refused', async () => {
    const server = fakeServer(
      () => new Response(null, { status: 307, headers: { location: 'https://evil.example' } }),
    )
    expect(await issuing(server).issue(target)).toEqual({
      ok: false,
      refusal: { reason: 'redirect_refused' },
    })
    expect(server.requests).toHaveLength(1)
  })
})

describe('a token without an audience', () => {
  const jwt = (claims: object) =>
    `${btoa('{"alg":"RS256"}')}.${btoa(JSON.stringify(claims)).replace(/=+$/, '')}.c2ln`
  const issued = (claims: object, options: Partial<ClientCredentialsOptions>) =>
    issuing(answering({ ...goodBody, access_token: jwt(claims) }), options).issue(target)

  it.each<[string, object, Partial<ClientCredentialsOptions>, unknown]>([
    ['has what stands for it', { client_id: 'app' }, { audienceClaim: 'client_id' }, ['app']],
    ['has the first of several', { azp: 'b' }, { audienceClaim: ['client_id', 'azp'] }, ['b']],
    ['has none without the setting', { client_id: 'app' }, {}, undefined],
    [
      'has its own where it names one',
      { aud: 'x', client_id: 'app' },
      { audienceClaim: 'client_id' },
      ['x'],
    ],
  ])('a token without an audience %s', async (_, claims, options, audience) => {
    const result = await issued(claims, options)
    expect(result.ok && result.value.audience).toEqual(audience)
  })
})

describe('a wait', () => {
  it('a wait ends at its deadline', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    try {
      const waiting = issuing(
        fakeServer(() => new Promise(() => {})),
        { deadline: 500 },
      ).issue(target)
      await vi.advanceTimersByTimeAsync(500)
      expect(await waiting).toEqual({ ok: false, refusal: { reason: 'issuer_unavailable' } })
    } finally {
      vi.useRealTimers()
    }
  })

  it('a wait ends when the caller gives up', async () => {
    const server = answering(goodBody)
    const result = await issuing(server).issue(target, { signal: AbortSignal.abort() })
    expect(result).toEqual({ ok: false, refusal: { reason: 'cancelled' } })
    expect(server.requests).toEqual([])
  })
})

describe('options', () => {
  it.each<[string, Partial<ClientCredentialsOptions>]>([
    ['an issuer over http', { issuer: 'http://login.example' }],
    ['an endpoint over http', { tokenEndpoint: 'http://login.example/token' }],
    ['an empty client id', { clientId: '' }],
  ])('wrong client credentials options are refused at creation: %s', (_, options) => {
    expect(() => issuing(answering(goodBody), options)).toThrow(TypeError)
  })
})
