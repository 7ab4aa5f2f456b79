// Introspection: the request of RFC 7662, and claims that meet the same rules as a JWT's.

import { describe, expect, it } from 'vitest'
import {
  clientSecretBasic,
  type IntrospectionVerifierOptions,
  introspectionVerifier,
} from '../../src/oauth/index.ts'
import { type FakeServer, fakeServer, ISSUER, NOW, secret } from './server.ts'

const RESOURCE = 'https://tasks.example/mcp'
const opaque = secret('opaque-token')
const active = {
  active: true,
  sub: 'alice',
  aud: RESOURCE,
  exp: NOW + 300,
  iat: NOW,
  client_id: 'app',
  scope: 'tasks:read',
  token_type: 'Bearer',
  jti: 'id-1',
}

function verifier(server: FakeServer, options: Partial<IntrospectionVerifierOptions> = {}) {
  return introspectionVerifier({
    issuer: ISSUER,
    clientId: 'tasks-api',
    client: clientSecretBasic(secret('s3cr3t')),
    fetch: server.fetch,
    now: () => NOW * 1000,
    ...options,
  })
}

const answering = (body: unknown, status = 200) => fakeServer(() => Response.json(body, { status }))

async function reasonFor(server: FakeServer): Promise<string> {
  const result = await verifier(server).verify(opaque, RESOURCE)
  return result.ok ? 'granted' : result.refusal.reason
}

it('asks by an authenticated form, and gives the principal of the answer, under the issuer that was asked', async () => {
  const server = answering(active)
  const result = await verifier(server).verify(opaque, RESOURCE)
  expect(server.requests[0]?.url).toBe(`${ISSUER}/introspect`)
  expect(Object.fromEntries(server.requests[0]?.form ?? [])).toEqual({
    token: 'opaque-token',
    token_type_hint: 'access_token',
  })
  expect(server.requests[0]?.headers.get('authorization')).toBe(`Basic ${btoa('tasks-api:s3cr3t')}`)
  expect(server.requests[0]?.init).toMatchObject({
    method: 'POST',
    redirect: 'manual',
    credentials: 'omit',
  })
  expect(result).toMatchObject({
    ok: true,
    value: {
      principal: { issuer: ISSUER, subject: 'alice', client: 'app' },
      scopes: ['tasks:read'],
      tokenId: 'id-1',
      expiresAt: NOW + 300,
    },
  })
})

describe('an answer', () => {
  it.each<[string, unknown, string]>([
    ['with our issuer', { ...active, iss: ISSUER }, 'granted'],
    ['without a token type', { ...active, token_type: undefined }, 'granted'],
    ['with an audience list', { ...active, aud: ['x', RESOURCE] }, 'granted'],
    ['that says inactive', { active: false }, 'token_inactive'],
    ['that says inactive with claims', { ...active, active: false }, 'token_inactive'],
    ['that says active as text', { ...active, active: 'true' }, 'issuer_unavailable'],
    ['that says active as a number', { ...active, active: 1 }, 'issuer_unavailable'],
    ['that does not say', { ...active, active: undefined }, 'issuer_unavailable'],
    ['with another issuer', { ...active, iss: 'https://evil.example' }, 'issuer_mismatch'],
    ['with a null issuer', { ...active, iss: null }, 'issuer_mismatch'],
    ['with another audience', { ...active, aud: 'https://api.example' }, 'audience_mismatch'],
    ['without an audience', { ...active, aud: undefined }, 'audience_mismatch'],
    ['without an expiry', { ...active, exp: undefined }, 'claim_missing'],
    ['without a subject', { ...active, sub: undefined }, 'claim_missing'],
    ['for a token that expired 29 s ago', { ...active, exp: NOW - 29 }, 'granted'],
    ['for a token that expired 31 s ago', { ...active, exp: NOW - 31 }, 'token_expired'],
    ['for a refresh token', { ...active, token_type: 'refresh_token' }, 'type_refused'],
    ['for a refresh token of Keycloak', { ...active, typ: 'Refresh' }, 'type_refused'],
    ['for an offline token of Keycloak', { ...active, typ: 'Offline' }, 'type_refused'],
    ['for an ID token of Keycloak', { ...active, typ: 'ID' }, 'type_refused'],
    ['for a refresh token of Hydra', { ...active, token_use: 'refresh_token' }, 'type_refused'],
    ['for an access token of Keycloak', { ...active, typ: 'Bearer' }, 'granted'],
    ['for an access token of Hydra', { ...active, token_use: 'access_token' }, 'granted'],
    ['for a sender-constrained token', { ...active, token_type: 'DPoP' }, 'type_refused'],
    ['that is a list', [active], 'issuer_unavailable'],
    ['that is null', null, 'issuer_unavailable'],
  ])('an answer %s', async (_, body, expected) => {
    expect(await reasonFor(answering(body))).toBe(expected)
  })

  it.each<[number, string]>([
    [401, 'exchange_client_refused'],
    [403, 'exchange_client_refused'],
    [400, 'issuer_unavailable'],
    [404, 'issuer_unavailable'],
    [429, 'issuer_unavailable'],
    [500, 'issuer_unavailable'],
  ])(
    'an answer with status %i says nothing about the token, and gives none of its text',
    async (status, reason) => {
      const result = await verifier(
        answering({ ...active, error_description: 'opaque-token' }, status),
      ).verify(opaque, RESOURCE)
      expect(result).toEqual({ ok: false, refusal: { reason } })
    },
  )

  it('an answer that redirects or never comes is no answer', async () => {
    expect(
      await reasonFor(
        fakeServer(
          () => new Response(null, { status: 307, headers: { location: 'https://evil.example' } }),
        ),
      ),
    ).toBe('redirect_refused')
    expect(await reasonFor(fakeServer(() => Promise.reject(new Error('opaque-token'))))).toBe(
      'issuer_unavailable',
    )
  })
})

it('remembers an answer for ten seconds, for its audience only; a refusal not at all', async () => {
  let now = NOW
  let body: unknown = active
  const server = fakeServer(() => Response.json(body))
  const one = verifier(server, { now: () => now * 1000 })
  await one.verify(opaque, RESOURCE)
  await one.verify(opaque, RESOURCE)
  expect(server.requests).toHaveLength(1)
  expect(await one.verify(opaque, 'https://api.example')).toMatchObject({
    refusal: { reason: 'audience_mismatch' },
  })
  body = { active: false }
  now += 9
  expect((await one.verify(opaque, RESOURCE)).ok).toBe(true)
  now += 1
  expect(await one.verify(opaque, RESOURCE)).toMatchObject({
    refusal: { reason: 'token_inactive' },
  })
  body = active
  expect((await one.verify(opaque, RESOURCE)).ok).toBe(true)
})

it('ends when the caller gives up', async () => {
  const server = fakeServer(() => new Promise(() => {}))
  const controller = new AbortController()
  const waiting = verifier(server).verify(opaque, RESOURCE, { signal: controller.signal })
  controller.abort()
  expect(await waiting).toMatchObject({ refusal: { reason: 'cancelled' } })
})

it('refuses an endpoint over http and an empty client id at creation', () => {
  expect(() =>
    verifier(answering(active), { introspectionEndpoint: 'http://login.example/i' }),
  ).toThrow(TypeError)
  expect(() => verifier(answering(active), { clientId: '' })).toThrow(TypeError)
})
