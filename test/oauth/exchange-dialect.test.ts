// Token exchange in the dialects of authorization servers: what is sent, and what may be answered.

import { describe, expect, it } from 'vitest'
import type { ExchangeTarget } from '../../src/core/source/exchange.ts'
import { clientSecretPost, type ExchangeDialect, tokenExchanger } from '../../src/oauth/index.ts'
import { fakeServer, ISSUER, NOW, secret } from './server.ts'

const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token'
const JWT = 'urn:ietf:params:oauth:token-type:jwt'
const RESOURCE = 'https://tasks.example/mcp'
const target: ExchangeTarget = { resource: RESOURCE, scopes: ['tasks:read'] }
const good = {
  access_token: 'new-token',
  issued_token_type: ACCESS_TOKEN,
  token_type: 'Bearer',
  expires_in: 300,
}

async function exchangeIn(
  dialect: ExchangeDialect,
  body: object = good,
  to: ExchangeTarget = target,
) {
  const server = fakeServer(() => Response.json(body))
  const exchanger = tokenExchanger({
    issuer: ISSUER,
    clientId: 'app',
    client: clientSecretPost(secret('s3cr3t')),
    fetch: server.fetch,
    now: () => NOW * 1000,
    dialect,
  })
  const result = await exchanger.exchange(secret('subject.token.here'), to)
  const form = Object.fromEntries(server.requests[0]?.form ?? [])
  return { result, form, exchanger }
}

describe('the target', () => {
  const withAudience = { ...target, audience: 'tasks' }
  it.each<[ExchangeDialect['target'], ExchangeTarget, object]>([
    [undefined, target, { resource: RESOURCE }],
    [undefined, withAudience, { resource: RESOURCE, audience: 'tasks' }],
    ['resource', withAudience, { resource: RESOURCE }],
    ['audience', withAudience, { audience: 'tasks' }],
    ['audience', target, { audience: RESOURCE }],
    ['both', target, { resource: RESOURCE, audience: RESOURCE }],
    ['neither', withAudience, {}],
    ['scope', withAudience, {}],
  ])('the target is named by %s', async (name, to, expected) => {
    const { form } = await exchangeIn(name === undefined ? {} : { target: name }, good, to)
    const { resource, audience } = form
    expect(JSON.parse(JSON.stringify({ resource, audience }))).toEqual(expected)
  })

  it('the target is named by a default scope where none is named', async () => {
    const dialect: ExchangeDialect = { target: 'scope', defaultScope: '/.default' }
    const to = { resource: RESOURCE, scopes: [], audience: 'api://tasks' }
    expect((await exchangeIn(dialect, good, to)).form.scope).toBe('api://tasks/.default')
    expect((await exchangeIn(dialect)).form.scope).toBe('tasks:read')
  })
})

it('the types of tokens and further parameters are the dialect’s', async () => {
  const { form } = await exchangeIn({
    subjectTokenType: 'urn:acme:token',
    requestedTokenType: JWT,
    parameters: { connection: 'enterprise' },
  })
  expect(form).toMatchObject({
    subject_token_type: 'urn:acme:token',
    requested_token_type: JWT,
    connection: 'enterprise',
  })
})

it.each(['subject_token', 'scope', 'audience', 'client_secret', 'grant_type', 'assertion'])(
  'a parameter cannot replace %s',
  (name) => {
    expect(() =>
      tokenExchanger({
        issuer: ISSUER,
        clientId: 'app',
        client: clientSecretPost(secret('s')),
        dialect: { parameters: { [name]: 'x' } },
      }),
    ).toThrow(new RegExp(`dialect\\.parameters\\.${name} `))
  },
)

it('on-behalf-of is the form that Microsoft documents, and its answer says no issued type', async () => {
  const { result, form } = await exchangeIn(
    { grant: 'jwt-bearer-obo', target: 'scope' },
    { token_type: 'Bearer', access_token: 'new-token', expires_in: '3599', ext_expires_in: 3599 },
    { resource: RESOURCE, scopes: ['api://tasks/Tasks.Read'] },
  )
  expect(form).toEqual({
    grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
    assertion: 'subject.token.here',
    requested_token_use: 'on_behalf_of',
    scope: 'api://tasks/Tasks.Read',
    client_id: 'app',
    client_secret: 's3cr3t',
  })
  expect(result).toMatchObject({ ok: true, value: { expiresAt: NOW + 3599 } })
})

describe('the scopes of the answer', () => {
  const widened = { ok: false, refusal: { reason: 'exchange_scope_widened', found: 'admin' } }
  it.each<[string, ExchangeDialect, readonly string[], string | null, object]>([
    ['OpenID’s own', {}, ['tasks:read'], 'tasks:read profile email', { ok: true }],
    ['others', {}, ['tasks:read'], 'tasks:read admin', widened],
    ['others than those', {}, ['tasks:read'], 'admin', widened],
    ['in other case', {}, ['admin:read'], 'ADMIN:READ', { ok: false }],
    ['allowed ones', { allowScopes: ['admin'] }, ['tasks:read'], 'tasks:read admin', { ok: true }],
    ['null', {}, ['tasks:read'], null, { ok: true, value: { scopes: ['tasks:read'] } }],
    [
      'those of a resource that was asked for as a whole',
      { allowScopes: ['/.default'] },
      ['api://tasks/.default'],
      'api://tasks/Read Write',
      { ok: true },
    ],
    [
      'those of another resource',
      { allowScopes: ['/.default'] },
      ['api://tasks/.default'],
      'api://other/Read',
      { ok: false, refusal: { reason: 'exchange_scope_widened', found: 'api://other/Read' } },
    ],
    [
      'those of a resource that was not asked for as a whole',
      { allowScopes: ['/.default'] },
      ['api://tasks/Read'],
      'api://tasks/Write',
      { ok: false, refusal: { reason: 'exchange_scope_widened' } },
    ],
  ])('the scopes of the answer may be %s', async (_, dialect, scopes, scope, expected) => {
    const { result } = await exchangeIn(dialect, { ...good, scope }, { ...target, scopes })
    expect(result).toMatchObject(expected)
  })
})

describe('what the answer issued', () => {
  const typeOf = (issued_token_type: unknown) => ({ ...good, issued_token_type })
  it.each<[string, ExchangeDialect, unknown, boolean]>([
    ['what was asked for', { requestedTokenType: JWT }, JWT, true],
    ['another type', {}, JWT, false],
    ['a type of the list', { issuedTokenTypes: [ACCESS_TOKEN, JWT] }, JWT, true],
    ['no type, where any is fine', { issuedTokenTypes: 'any' }, undefined, true],
    ['null, where any is fine', { issuedTokenTypes: 'any' }, null, true],
    ['no type', {}, undefined, false],
    ['an ID token', { issuedTokenTypes: 'any' }, ACCESS_TOKEN.replace('access', 'id'), false],
    [
      'a refresh token',
      { issuedTokenTypes: 'any' },
      ACCESS_TOKEN.replace('access', 'refresh'),
      false,
    ],
  ])('what the answer issued may be %s', async (_, dialect, type, ok) => {
    expect((await exchangeIn(dialect, typeOf(type))).result.ok).toBe(ok)
  })
})

describe('the life of the token', () => {
  const encode = (json: unknown) => Buffer.from(JSON.stringify(json)).toString('base64url')
  const jwtWith = (claims: object) => `${encode({ alg: 'ES256' })}.${encode(claims)}.c2ln`
  const optional: ExchangeDialect = { expiresIn: 'optional' }
  it.each<[string, ExchangeDialect, object, object | undefined]>([
    ['a number in a text', {}, { expires_in: '300' }, { expiresAt: NOW + 300 }],
    ['nothing', {}, { expires_in: undefined }, undefined],
    ['null', {}, { expires_in: null }, undefined],
    [
      'nothing, where it need not: 5 minutes, and nobody knows its end',
      optional,
      { expires_in: undefined },
      { expiresAt: NOW + 300, endsAt: Number.POSITIVE_INFINITY },
    ],
    [
      'null, and the token itself says when',
      optional,
      { expires_in: null, access_token: jwtWith({ exp: NOW + 90 }) },
      { expiresAt: NOW + 90 },
    ],
    [
      'nothing, and the token itself has expired',
      optional,
      { expires_in: null, access_token: jwtWith({ exp: NOW - 1 }) },
      undefined,
    ],
    ['0', optional, { expires_in: 0 }, undefined],
    ['less than nothing', optional, { expires_in: '-5' }, undefined],
    ['an object', optional, { expires_in: {} }, undefined],
  ])('the life of the token is %s', async (_, dialect, changes, expected) => {
    const { result } = await exchangeIn(dialect, { ...good, ...changes })
    if (expected) expect(result).toMatchObject({ ok: true, value: expected })
    else
      expect(result).toMatchObject({ refusal: { reason: 'exchange_failed', claim: 'expires_in' } })
  })
})

it('an exchanger says when its issuer decides on scopes', async () => {
  expect((await exchangeIn({ scopesFromIssuer: true })).exchanger.scopesFromIssuer).toBe(true)
  expect((await exchangeIn({})).exchanger).not.toHaveProperty('scopesFromIssuer')
})
