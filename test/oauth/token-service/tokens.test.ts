// The tokens of the token service: what they say, for whom they are, and who may have them.

import { describe, expect, it } from 'vitest'
import { Credential } from '../../../src/core/credential.ts'
import { refused } from '../../../src/core/errors.ts'
import { jwtVerifier } from '../../../src/jwt/index.ts'
import type { TokenServiceOptions } from '../../../src/oauth/index.ts'
import { tokenService } from '../../../src/oauth/index.ts'
import { reasonOf } from '../../core/parts.ts'
import { fakeIssuer, ISSUER, mint, signingKey } from '../../jwt/issuer.ts'
import {
  API,
  APP,
  claimsOf,
  type House,
  house,
  NOTES,
  OTHER_ISSUER,
  SERVICE,
  TASKS,
} from './house.ts'

/** The claims of the token that the chat gets for a sign-in with these claims. */
async function issuedFor(made: House, claims: Record<string, unknown> = {}) {
  const result = await made.inProcess(await made.signedIn(claims))
  if (!result.ok) throw new Error(JSON.stringify(result.refusal))
  return { claims: claimsOf(result.value.credential), token: result.value }
}

describe('a token of the token service', () => {
  it('a token of the token service is one of RFC 9068, for one audience, with the person, the actor and 5 minutes', async () => {
    const made = await house()
    const { claims, token } = await issuedFor(made, {
      auth_time: 1_767_225_000,
      acr: 'gold',
      amr: ['pwd', 'otp'],
      email: 'alice@example.com',
    })
    const now = made.time.now() / 1000
    expect(claims).toEqual({
      iss: SERVICE,
      sub: 'alice',
      sub_id: { format: 'iss_sub', iss: ISSUER, sub: 'alice' },
      aud: TASKS,
      client_id: 'chat',
      scope: 'tasks:read',
      act: { sub: 'chat', iss: SERVICE },
      auth_time: 1_767_225_000,
      acr: 'gold',
      amr: ['pwd', 'otp'],
      iat: now,
      exp: now + 300,
      jti: expect.any(String),
    })
    expect(token).toMatchObject({ expiresAt: now + 300, scopes: ['tasks:read'] })
    const [header = ''] = token.credential.reveal().split('.')
    expect(JSON.parse(Buffer.from(header, 'base64url').toString())).toEqual({
      alg: 'ES256',
      typ: 'at+jwt',
      kid: expect.any(String),
    })
  })

  it('a token of the token service is admitted where it is for, and nowhere else', async () => {
    const made = await house()
    const token = await made.firstHop()
    expect(await made.receive(token, TASKS)).toMatchObject({
      ok: true,
      value: { principal: { issuer: SERVICE, subject: 'alice', actor: { subject: 'chat' } } },
    })
    for (const audience of [NOTES, API, APP, SERVICE])
      expect(reasonOf(await made.receive(token, audience))).toBe('audience_mismatch')
  })

  it('a token of the token service does not outlive the subject token', async () => {
    const made = await house()
    const now = made.time.now() / 1000
    const { claims, token } = await issuedFor(made, { exp: now + 42 })
    expect([claims.exp, token.expiresAt]).toEqual([now + 42, now + 42])
  })

  it('a token of the token service names the actors of all hops, and the person of the first', async () => {
    const made = await house()
    const first = await made.firstHop({ act: { sub: 'gateway' } })
    const second = await made
      .kitExchanger()
      .exchange(first, { resource: API, scopes: ['api:read'] })
    if (!second.ok) throw new Error(JSON.stringify(second.refusal))
    expect(claimsOf(second.value.credential)).toMatchObject({
      aud: API,
      sub: 'alice',
      sub_id: { iss: ISSUER, sub: 'alice' },
      client_id: 'tasks-mcp',
      scope: 'api:read',
      act: {
        sub: 'tasks-mcp',
        iss: SERVICE,
        act: { sub: 'chat', iss: SERVICE, act: { sub: 'gateway' } },
      },
    })
    expect(
      made.events.map(({ hop, subject, issuer, actors }) => [hop, issuer, subject, actors]),
    ).toEqual([
      ['issue', ISSUER, 'alice', ['chat', 'gateway']],
      ['issue', ISSUER, 'alice', ['tasks-mcp', 'chat', 'gateway']],
    ])
    expect(JSON.stringify(made.events)).not.toMatch(/eyJ|secret-of/)
  })

  it('a token of the token service is not issued when that cannot be recorded', async () => {
    const audit = {
      record() {
        throw new Error('full')
      },
    }
    const made = await house({ audit })
    expect(reasonOf(await made.inProcess(await made.signedIn()))).toBe('audit_unavailable')
  })
})

describe('two people', () => {
  /** A house where people of two issuers sign in, one of which has tenants. */
  async function two() {
    const otherKey = await signingKey('other-1')
    const other = fakeIssuer([otherKey])
    other.answer = (url) =>
      url === `${OTHER_ISSUER}/.well-known/oauth-authorization-server`
        ? Response.json({ issuer: OTHER_ISSUER, jwks_uri: `${OTHER_ISSUER}/jwks` })
        : url === `${OTHER_ISSUER}/jwks`
          ? Response.json({ keys: other.keys })
          : undefined
    const made = await house()
    const now = made.time.now
    const service = tokenService({
      ...made.options,
      signIn: [
        made.options.signIn as never,
        {
          issuer: OTHER_ISSUER,
          authorizationServers: [OTHER_ISSUER],
          audience: [APP],
          verifier: {
            async verify(credential, audience, options) {
              const claims = claimsOf(credential)
              const verifier = jwtVerifier({
                issuer: OTHER_ISSUER,
                fetch: other.fetch,
                now,
                ...(claims.tid ? { tenantClaim: 'tid' } : {}),
              })
              return verifier.verify(credential, audience, options)
            },
          },
        },
      ],
    })
    const subjectFor = async (claims: Record<string, unknown>) => {
      const token = await made.signedIn(claims, claims.iss === OTHER_ISSUER ? otherKey : made.key)
      const result = await service
        .exchanger('chat')
        .exchange(token, { resource: TASKS, scopes: [] })
      return result.ok ? claimsOf(result.value.credential) : result.refusal.reason
    }
    return { subjectFor }
  }

  it('two people of two issuers or tenants are never written alike, whatever their subjects are', async () => {
    const { subjectFor } = await two()
    const people = [
      { sub: 'alice' },
      { iss: OTHER_ISSUER, sub: 'alice' },
      { iss: OTHER_ISSUER, sub: 'alice', tid: 't1' },
      { iss: OTHER_ISSUER, sub: 'alice', tid: 't2' },
      { iss: OTHER_ISSUER, sub: 't1:alice' },
      { iss: OTHER_ISSUER, sub: 'alice', tid: 't1:' },
      { iss: OTHER_ISSUER, sub: encodeURIComponent('t1:alice') },
    ]
    const claims = await Promise.all(people.map(subjectFor))
    const subjects = claims.map((one) => (typeof one === 'string' ? one : one.sub))
    expect(subjects[0]).toBe('alice')
    expect(new Set(subjects).size).toBe(people.length)
    expect(claims[2]).toMatchObject({
      sub_id: { iss: OTHER_ISSUER, sub: 'alice' },
      tenant: 't1',
    })
    // Somebody of the first issuer who calls themselves as somebody of the other one is written.
    expect(await subjectFor({ sub: String(subjects[1]) })).toBe('exchange_invalid_request')
  })
})

describe('a client', () => {
  it.each<[string, string, string, readonly string[], string]>([
    ['another client’s audience', 'chat', API, [], 'exchange_target_refused'],
    ['an unknown audience', 'chat', 'https://evil.example', [], 'exchange_target_refused'],
    ['an audience that begins alike', 'chat', `${TASKS}/x`, [], 'exchange_target_refused'],
    ['wider scopes', 'chat', TASKS, ['tasks:read', 'admin'], 'exchange_scope_refused'],
    ['the scopes of another audience', 'chat', TASKS, ['notes:read'], 'exchange_scope_refused'],
    ['scopes that the person lacks', 'chat', NOTES, ['notes:read'], 'exchange_scope_refused'],
    ['people’s tokens, which are not for it', 'tasks-mcp', API, [], 'exchange_invalid_request'],
  ])('a client that asks for %s is refused', async (_, client, resource, scopes, reason) => {
    const made = await house()
    expect(reasonOf(await made.inProcess(await made.signedIn(), resource, scopes, client))).toBe(
      reason,
    )
    expect(made.events.every(({ outcome }) => outcome === 'refused')).toBe(true)
  })

  it('a client gets what it asked for as far as the person has it, and all of that when it asks for nothing', async () => {
    const made = await house()
    const token = await made.signedIn({ scope: 'tasks:read openid' })
    const both = await made.inProcess(token, TASKS, ['tasks:read', 'tasks:write'])
    expect(both).toMatchObject({ ok: true, value: { scopes: ['tasks:read'] } })
    expect(await made.inProcess(token, TASKS, [])).toMatchObject({
      value: { scopes: ['tasks:read'] },
    })
  })

  it('a client gets the scopes that the operator says for a sign-in that knows none', async () => {
    const made = await house({
      scopesOf: ({ claims }) =>
        claims.role === 'admin' ? ['tasks:read', 'tasks:write'] : ['tasks:read'],
    })
    const scopesFor = async (role: string) =>
      made.inProcess(await made.signedIn({ role, scope: undefined }), TASKS, [])
    expect(await scopesFor('admin')).toMatchObject({
      value: { scopes: ['tasks:read', 'tasks:write'] },
    })
    expect(await scopesFor('guest')).toMatchObject({ value: { scopes: ['tasks:read'] } })
  })

  it('a client cannot exchange what was issued for another one', async () => {
    const made = await house()
    const forNotes = await made.firstHop({}, NOTES)
    const { status, body } = await made.post(made.form(forNotes))
    expect([status, body]).toEqual([
      400,
      {
        error: 'invalid_request',
        error_description: 'subject_token was not issued for this client',
      },
    ])
  })

  it('a client cannot exchange what people sign in to the app with, and is not told that they have left', async () => {
    const made = await house()
    const { body } = await made.post(made.form(await made.signedIn({ aud: TASKS })))
    expect(body.error_description).toBe('subject_token was not issued for this client')
  })

  it('a client cannot turn its own token into a wider one', async () => {
    const made = await house()
    const first = await made.firstHop()
    expect((await made.post(made.form(first, { scope: 'api:write' }))).body.error).toBe(
      'invalid_scope',
    )
    expect((await made.post(made.form(first))).body.scope).toBe('api:read')
    expect((await made.post(made.form(first, { scope: 'a"b' }))).body.error).toBe('invalid_scope')
  })

  it.each<[string, Record<string, string>]>([
    ['resource and audience that are two servers', { resource: API, audience: TASKS }],
    ['an audience of its own and a resource of another', { resource: TASKS, audience: API }],
    ['none', { resource: '' }],
  ])('a client that names %s gets no token', async (_, target) => {
    const made = await house()
    const { body } = await made.post(made.form(await made.firstHop(), target))
    expect(body.error).toBe('invalid_target')
  })

  it('a client that may not act for the person by may_act gets no token', async () => {
    const made = await house()
    const reason = async (may_act: unknown) =>
      reasonOf(await made.inProcess(await made.signedIn({ may_act })))
    expect([
      await reason({ sub: 'chat' }),
      await reason({ sub: 'chat', iss: ISSUER }),
      await reason({ sub: 'other' }),
      await reason({ sub: 'chat', iss: 'https://evil.example' }),
      await reason('chat'),
    ]).toEqual([
      'granted',
      'granted',
      'exchange_invalid_request',
      'exchange_invalid_request',
      'exchange_invalid_request',
    ])
  })

  it('a client does not make a chain of actors longer than receivers read', async () => {
    const made = await house()
    const chain = (length: number): object =>
      length === 1 ? { sub: 'a' } : { sub: 'a', act: chain(length - 1) }
    const reason = async (length: number) =>
      reasonOf(await made.inProcess(await made.signedIn({ act: chain(length) })))
    expect([await reason(7), await reason(8)]).toEqual(['granted', 'exchange_invalid_request'])
  })
})

describe('a subject token', () => {
  it.each<[string, Record<string, unknown>, string]>([
    ['has expired', { exp: 1_767_225_000 }, 'exchange_grant_refused'],
    ['is for another app', { aud: 'another-app' }, 'exchange_invalid_request'],
    ['is for the server already', { aud: TASKS }, 'exchange_invalid_request'],
    ['has no subject', { sub: undefined }, 'exchange_invalid_request'],
    ['is of another issuer', { iss: 'https://evil.example' }, 'exchange_invalid_request'],
    ['says that it is ours', { iss: SERVICE }, 'exchange_invalid_request'],
  ])('a subject token that %s is refused', async (_, claims, reason) => {
    const made = await house()
    expect(reasonOf(await made.inProcess(await made.signedIn(claims)))).toBe(reason)
  })

  it('a subject token whose end is now gives no token, although the verifier is lenient', async () => {
    const made = await house()
    const token = await made.signedIn({ exp: made.time.now() / 1000 - 5 })
    expect(reasonOf(await made.inProcess(token))).toBe('exchange_grant_refused')
  })

  it('a subject token that another key signed as ours is refused', async () => {
    const made = await house()
    const first = claimsOf(await made.firstHop())
    const [header = ''] = (await made.firstHop()).reveal().split('.')
    const { kid } = JSON.parse(Buffer.from(header, 'base64url').toString())
    const forged = await mint(await signingKey(kid), first)
    const { body } = await made.post(made.form(forged))
    expect(body).toEqual({
      error: 'invalid_request',
      error_description: 'subject_token is invalid',
    })
  })

  it.each<[string, object]>([
    ['none', { alg: 'none' }],
    ['HS256 with the public key', { alg: 'HS256' }],
    ['another type', { typ: 'JWT' }],
    ['a critical extension', { crit: ['b64'], b64: false }],
  ])('a subject token as ours with the header of %s is refused', async (_, changes) => {
    const made = await house()
    const [header = '', payload, signature] = (await made.firstHop()).reveal().split('.')
    const changed = { ...JSON.parse(Buffer.from(header, 'base64url').toString()), ...changes }
    const text = `${Buffer.from(JSON.stringify(changed)).toString('base64url')}.${payload}.${signature}`
    expect((await made.post(made.form(new Credential(text)))).body.error).toBe('invalid_request')
  })

  it('a subject token of an earlier hop ends when it says so', async () => {
    const made = await house()
    const first = await made.firstHop()
    made.time.advance(306)
    expect(await made.kitExchanger().exchange(first, { resource: API, scopes: [] })).toMatchObject({
      refusal: { reason: 'exchange_grant_refused' },
    })
  })

  it('a subject token that cannot be verified now is no dead sign-in', async () => {
    const made = await house({
      signIn: {
        issuer: ISSUER,
        authorizationServers: [ISSUER],
        audience: [APP],
        verifier: { verify: async () => refused('issuer_unavailable') },
      },
    })
    expect(reasonOf(await made.inProcess(await made.signedIn()))).toBe('issuer_unavailable')
  })

  it('a subject token that is bound to a key was proved at the door', async () => {
    const made = await house()
    expect(
      reasonOf(await made.inProcess(await made.signedIn({ cnf: { jkt: 'thumbprint' } }))),
    ).toBe('granted')
    expect(reasonOf(await made.inProcess(await made.signedIn({ cnf: { 'x5t#S256': 'x' } })))).toBe(
      'exchange_invalid_request',
    )
  })
})

describe('a configuration', () => {
  it.each<[string, (made: House) => Partial<TokenServiceOptions>, RegExp]>([
    ['an issuer over http', () => ({ issuer: 'http://app.example' }), /^issuer/],
    ['an issuer with a query', () => ({ issuer: `${SERVICE}?a` }), /^issuer/],
    ['the issuer of the sign-in', () => ({ issuer: ISSUER }), /^issuer/],
    ['no sign-in', () => ({ signIn: [] }), /^signIn/],
    ['a longer life', () => ({ lifetime: 301 }), /^lifetime/],
    ['too many rotations', () => ({ rotateAfter: 60 }), /^rotateAfter/],
    ['no store', () => ({ keys: undefined as never }), /^keys/],
    ['no audit', () => ({ audit: undefined as never }), /^audit/],
    [
      'a short secret',
      () => ({
        clients: {
          a: { subject: 'sign-in', audiences: { b: [] }, secret: new Credential('short') },
        },
      }),
      /^clients\.a\.secret/,
    ],
    [
      'a secret that is text',
      () => ({
        clients: {
          a: { subject: 'sign-in', audiences: { b: [] }, secret: 'x'.repeat(20) as never },
        },
      }),
      /^clients\.a\.secret must be a Credential/,
    ],
    [
      'a symmetric key',
      () => ({
        clients: {
          a: { subject: 'sign-in', audiences: { b: [] }, keys: [{ kty: 'oct', k: 'x' }] },
        },
      }),
      /^clients\.a\.keys/,
    ],
    [
      'no audience',
      () => ({ clients: { a: { subject: 'sign-in', audiences: {} } } }),
      /^clients\.a\.audiences/,
    ],
    [
      'a scope that is none',
      () => ({ clients: { a: { subject: 'sign-in', audiences: { b: ['a b'] } } } }),
      /^clients\.a\.audiences\.b/,
    ],
  ])('a configuration with %s is refused at the start', async (_, changes, message) => {
    const made = await house()
    expect(() => tokenService({ ...made.options, ...changes(made) })).toThrow(message)
  })

  it('a configuration does not have a client that nobody named', async () => {
    const made = await house()
    expect(() => made.service.exchanger('chats')).toThrow(/chat, tasks-mcp, notes-mcp/)
  })
})
