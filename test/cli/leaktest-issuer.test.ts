// The authorization server that `onbehalf leaktest` brings, asked by our own clients.

import { Credential, memorySecretStore, type Principal } from 'onbehalf'
import { jwtVerifier } from 'onbehalf/jwt'
import {
  clientCredentials,
  clientSecretBasic,
  connections,
  identityAssertionExchanger,
  introspectionVerifier,
  tokenExchanger,
} from 'onbehalf/oauth'
import { beforeEach, expect, it } from 'vitest'
import { createIssuer, type Issuer } from '../../src/cli/leaktest/house/issuer.ts'
import type { Planted } from '../../src/cli/leaktest/house/issuer-grants.ts'

const ISSUER = 'http://127.0.0.1:9'
const CHAT = 'http://127.0.0.1:8/chatkit'
const NOTES = 'http://127.0.0.1:7/mcp'
const NOW = 1_767_225_600
const now = () => NOW * 1000
const client = clientSecretBasic(new Credential('a secret: of the client'))
const alice: Principal = { issuer: ISSUER, subject: 'alice' }
const asked = { resource: NOTES, scopes: ['tools'] }

let planted: Planted[]
let issuer: Issuer
const fetch = ((input: string | URL | Request, init?: RequestInit) =>
  issuer.fetch(new Request(input, init))) as typeof globalThis.fetch

beforeEach(() => {
  planted = []
  issuer = issuerWith((secret) => planted.push(secret))
})

function issuerWith(plant: (secret: Planted) => void): Issuer {
  const mark = (label: string) => Buffer.from(label.padEnd(40, '.')).toString('base64url')
  return createIssuer({ url: ISSUER, mark, now: NOW, planted: plant })
}

const tokenOf = (subject: string) =>
  new Credential(issuer.token({ subject, audience: CHAT, scope: 'tools' }))

async function claimsOf(credential: Credential, resource = NOTES) {
  const verified = await jwtVerifier({ issuer: ISSUER, fetch, now }).verify(credential, resource)
  return verified.ok ? verified.value : verified.refusal
}

it('signs people in with a token that our verifier takes, by its keys and by introspection', async () => {
  expect(await claimsOf(tokenOf('alice'), CHAT)).toMatchObject({ scopes: ['tools'] })
  const byAsking = introspectionVerifier({ issuer: ISSUER, clientId: 'app', client, fetch, now })
  expect(await byAsking.verify(tokenOf('alice'), CHAT)).toMatchObject({ ok: true })
  expect(planted.map(({ kind, owner }) => `${owner} ${kind}`)).toEqual([
    'alice chat token',
    'alice chat token',
    'undefined client secret',
  ])
})

it('exchanges a token for one of the same person for the server, and plants it', async () => {
  const exchanger = tokenExchanger({ issuer: ISSUER, clientId: 'app', client, fetch, now })
  const issued = await exchanger.exchange(tokenOf('bob'), asked)
  if (!issued.ok) throw new Error(issued.refusal.reason)
  expect(await claimsOf(issued.value.credential)).toMatchObject({
    principal: { subject: 'bob', actor: { subject: 'app' } },
    scopes: ['tools'],
  })
  expect(planted).toContainEqual({ kind: 'client secret', text: 'a secret: of the client' })
  expect(planted).toContainEqual({
    kind: `access token for ${NOTES}`,
    owner: 'bob',
    text: issued.value.credential.reveal(),
    resource: NOTES,
  })
})

it('gives a client its own token, and swaps an assertion of its own for an access token', async () => {
  const registered = { issuer: ISSUER, clientId: 'app', client }
  const own = await clientCredentials({ ...registered, fetch, now }).issue(asked)
  if (!own.ok) throw new Error(own.refusal.reason)
  expect(await claimsOf(own.value.credential)).toMatchObject({ principal: { subject: 'app' } })
  const asserted = await identityAssertionExchanger({
    identityProvider: registered,
    authorizationServer: registered,
    subjectTokenType: 'access-token',
    fetch,
    now,
  }).exchange(tokenOf('alice'), asked)
  if (!asserted.ok) throw new Error(asserted.refusal.reason)
  expect(await claimsOf(asserted.value.credential)).toMatchObject({
    principal: { subject: 'alice' },
  })
  expect(planted.map(({ kind }) => kind)).toContain('identity assertion')
})

it('connects an account without asking, and plants everything of it', async () => {
  const accounts = connections({
    store: memorySecretStore(),
    redirectUri: 'http://127.0.0.1:8/connected',
    fetch,
    audit: { record: () => {} },
    now,
    servers: {
      Notes: {
        resource: NOTES,
        issuer: ISSUER,
        scopes: ['tools'],
        client: { type: 'registered', id: 'app', authentication: client },
      },
    },
  })
  const out = await accounts.start(new Request(CHAT), alice, 'Notes', '/')
  const url = new URL(out.headers.get('location') ?? '')
  url.searchParams.set('login_hint', 'alice')
  const back = await issuer.fetch(new Request(url))
  const cookie = (out.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
  const headers = { cookie }
  const request = new Request(back.headers.get('location') ?? '', { headers })
  expect((await accounts.callback(request, alice)).headers.get('location')).toMatch(/8\/$/)
  const credential = await accounts.credential(alice, 'Notes')
  if (!credential.ok) throw new Error(credential.refusal.reason)
  expect(await claimsOf(credential.value.credential)).toMatchObject({
    principal: { subject: 'alice' },
  })
  expect(new Set(planted.map(({ kind }) => kind))).toEqual(
    new Set([
      'authorization code',
      'state',
      'client secret',
      'PKCE verifier',
      'refresh token',
      `access token for ${NOTES}`,
    ]),
  )
})

it('takes a code, a refresh token and an assertion of somebody else for nothing', async () => {
  const ask = async (values: Record<string, string>) => {
    const body = new URLSearchParams(values)
    return (await fetch(`${ISSUER}/token`, { method: 'POST', body })).status
  }
  const other = issuerWith(() => {})
  const exchange = 'urn:ietf:params:oauth:grant-type:token-exchange'
  const subject_token = other.token({ subject: 'alice', audience: CHAT, scope: '' })
  expect(await ask({ grant_type: exchange, subject_token: `${subject_token}x` })).toBe(400)
  expect(await ask({ grant_type: exchange, subject_token: 'a.b.c' })).toBe(400)
  expect(await ask({ grant_type: 'authorization_code', code: 'none' })).toBe(400)
  expect(await ask({ grant_type: 'refresh_token', refresh_token: 'none' })).toBe(400)
  expect(await ask({ grant_type: 'password' })).toBe(400)
})

it('gives the same tokens for the same labels, whatever was asked for between them', () => {
  const again = issuerWith(() => {})
  const bob = { subject: 'bob', audience: CHAT, scope: 'tools' }
  const first = issuer.token(bob)
  again.token({ ...bob, subject: 'alice' })
  expect(again.token(bob)).toBe(first)
  expect(again.token(bob)).not.toBe(first)
})
