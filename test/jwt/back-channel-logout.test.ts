// Back-channel logout: which tokens end a sign-in.

import { beforeAll, describe, expect, it } from 'vitest'
import type { AuditEvent } from '../../src/core/audit.ts'
import type { EndedSignIn } from '../../src/index.ts'
import { type BackChannelLogoutOptions, backChannelLogout } from '../../src/jwt/index.ts'
import { ISSUER, mint, type SigningKey, START, signingKey } from './issuer.ts'

const EVENT = 'http://schemas.openid.net/event/backchannel-logout'
let key: SigningKey
let other: SigningKey
beforeAll(async () => {
  key = await signingKey('k1')
  other = await signingKey('k1')
})

const claims = (changes: object = {}) => ({
  iss: ISSUER,
  aud: 'app',
  iat: START,
  exp: START + 120,
  jti: 'logout-1',
  sub: 'alice',
  events: { [EVENT]: {} },
  ...changes,
})

function setUp(options: Partial<BackChannelLogoutOptions> = {}) {
  const ended: EndedSignIn[] = []
  const events: AuditEvent[] = []
  let at = START
  const handler = backChannelLogout({
    issuer: ISSUER,
    clientId: 'app',
    onLogout: (one) => void ended.push(one),
    audit: { record: (event) => void events.push(event) },
    now: () => at * 1000,
    fetch: async (input) =>
      String(input).endsWith('/jwks')
        ? Response.json({ keys: [key.publicJwk] })
        : Response.json({ issuer: ISSUER, jwks_uri: `${ISSUER}/jwks` }),
    ...options,
  })
  const send = (body: string, type = 'application/x-www-form-urlencoded') =>
    handler(
      new Request('https://app.example/logout', {
        method: 'POST',
        headers: { 'content-type': type },
        body,
      }),
    )
  return {
    ended,
    events,
    send,
    handler,
    advance: (seconds: number) => {
      at += seconds
    },
    async sendToken(changes: object = {}, header: object = {}, by = key) {
      const token = await mint(by, claims(changes), { typ: 'logout+jwt', ...header })
      return send(new URLSearchParams({ logout_token: token.reveal() }).toString())
    },
  }
}

describe('a logout token', () => {
  it.each<[string, object, object, EndedSignIn]>([
    ['of a subject', {}, {}, { issuer: ISSUER, subject: 'alice' }],
    ['of a session', { sub: undefined, sid: 's1' }, {}, { issuer: ISSUER, sessionId: 's1' }],
    ['of both', { sid: 's1' }, {}, { issuer: ISSUER, subject: 'alice', sessionId: 's1' }],
    ['for several clients', { aud: ['x', 'app'] }, {}, { issuer: ISSUER, subject: 'alice' }],
    ['with typ JWT', {}, { typ: 'JWT' }, { issuer: ISSUER, subject: 'alice' }],
    ['without typ', {}, { typ: undefined }, { issuer: ISSUER, subject: 'alice' }],
    [
      'with a media type',
      {},
      { typ: 'application/logout+jwt' },
      { issuer: ISSUER, subject: 'alice' },
    ],
    ['without exp', { exp: undefined }, {}, { issuer: ISSUER, subject: 'alice' }],
  ])('a logout token %s ends the sign-in', async (_, changes, header, expected) => {
    const app = setUp()
    const response = await app.sendToken(changes, header)
    expect([response.status, response.headers.get('cache-control')]).toEqual([200, 'no-store'])
    expect(app.ended).toEqual([expected])
    expect(app.events).toMatchObject([{ outcome: 'allowed', destination: ISSUER }])
  })

  it.each<[string, object, object, string]>([
    ['of another issuer', { iss: 'https://evil.example' }, {}, 'issuer_mismatch'],
    ['for another client', { aud: 'other' }, {}, 'audience_mismatch'],
    ['for nobody', { aud: undefined }, {}, 'audience_mismatch'],
    ['that expired', { iat: START - 300, exp: START - 60 }, {}, 'token_expired'],
    ['that is old and has no exp', { iat: START - 300, exp: undefined }, {}, 'token_expired'],
    ['from the future', { iat: START + 300, exp: START + 400 }, {}, 'token_not_yet_valid'],
    ['without iat', { iat: undefined }, {}, 'claim_missing'],
    ['whose exp is a text', { exp: 'never' }, {}, 'claim_invalid'],
    ['without jti', { jti: undefined }, {}, 'claim_missing'],
    ['without events', { events: undefined }, {}, 'claim_missing'],
    ['with other events', { events: { 'urn:other': {} } }, {}, 'claim_missing'],
    ['whose event is no object', { events: { [EVENT]: true } }, {}, 'claim_missing'],
    ['with a nonce', { nonce: 'n' }, {}, 'claim_invalid'],
    ['with a nonce of null', { nonce: null }, {}, 'claim_invalid'],
    ['of nobody', { sub: undefined }, {}, 'claim_missing'],
    ['whose sub is no text', { sub: 7 }, {}, 'claim_missing'],
    ['whose sid is no text', { sid: {} }, {}, 'claim_missing'],
    ['that is an access token', {}, { typ: 'at+jwt' }, 'type_refused'],
    ['whose key id is endless', {}, { kid: 'k'.repeat(257) }, 'token_malformed'],
  ])('a logout token %s ends nothing', async (_, changes, header, reason) => {
    const app = setUp()
    const response = await app.sendToken(changes, header)
    expect(response.status).toBe(400)
    expect(await response.json()).toEqual({
      error: 'invalid_request',
      error_description: 'The logout token is not valid here.',
    })
    expect(app.ended).toEqual([])
    expect(app.events).toMatchObject([{ outcome: 'refused', reason }])
  })

  it('of another key, with an algorithm that is refused, or with none ends nothing', async () => {
    const app = setUp()
    expect((await app.sendToken({}, {}, other)).status).toBe(400)
    const part = (json: object) => Buffer.from(JSON.stringify(json)).toString('base64url')
    for (const alg of ['none', 'HS256', 'ES512'])
      for (const signature of ['', 'AAAA'])
        expect(
          (await app.send(`logout_token=${part({ alg })}.${part(claims())}.${signature}`)).status,
        ).toBe(400)
    expect(app.ended).toEqual([])
  })

  it('is taken once', async () => {
    const app = setUp()
    expect((await app.sendToken()).status).toBe(200)
    expect((await app.sendToken()).status).toBe(400)
    app.advance(149)
    expect((await app.sendToken()).status).toBe(400)
    expect((await app.sendToken({ jti: 'logout-2' })).status).toBe(200)
    expect(app.ended).toHaveLength(2)
    expect(app.events.map(({ reason }) => reason)).toEqual([
      undefined,
      'proof_replayed',
      'proof_replayed',
      undefined,
    ])
  })

  it('may be sent again when the sign-in could not be ended, and its error is told to nobody', async () => {
    let fails = true
    const ended: EndedSignIn[] = []
    const app = setUp({
      onLogout: async (one) => {
        if (fails) throw new Error('s3cr3t')
        ended.push(one)
      },
    })
    const response = await app.sendToken()
    expect([response.status, await response.text()]).toEqual([
      503,
      expect.not.stringContaining('s3'),
    ])
    fails = false
    expect((await app.sendToken()).status).toBe(200)
    expect(ended).toHaveLength(1)
  })

  it('is not judged while the keys cannot be had', async () => {
    const app = setUp({ fetch: () => Promise.reject(new Error('down')) })
    expect((await app.sendToken()).status).toBe(503)
    expect(app.ended).toEqual([])
  })
})

describe('a request for a logout', () => {
  it.each([
    ['', 'application/x-www-form-urlencoded'],
    ['logout_token=', 'application/x-www-form-urlencoded'],
    ['logout_token=x', 'application/x-www-form-urlencoded'],
    ['logout_token=a.b.c&logout_token=a.b.c', 'application/x-www-form-urlencoded'],
    ['{"logout_token":"a.b.c"}', 'application/json'],
    [`logout_token=${'a'.repeat(70_000)}`, 'application/x-www-form-urlencoded'],
  ])('is refused when it is none: %s', async (body, type) => {
    const app = setUp()
    expect((await app.send(body.slice(0, 70_100), type)).status).toBe(400)
    expect(app.ended).toEqual([])
  })

  it('is a POST', async () => {
    const response = await setUp().handler(new Request('https://app.example/logout'))
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST'])
  })

  it.each<[string, Partial<BackChannelLogoutOptions>]>([
    ['no client', { clientId: '' }],
    ['no clients', { clientId: [] }],
    ['no onLogout', { onLogout: undefined as never }],
    ['a symmetric algorithm', { algorithms: ['HS256'] }],
    ['plain http', { issuer: 'http://login.example' }],
  ])('is not served with %s', (_, options) => {
    expect(() => setUp(options)).toThrow(TypeError)
  })
})
