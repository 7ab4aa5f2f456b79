// What each of the three doors of a running TaskFlow must refuse: with the right status, a
// challenge that leads to metadata, a sentence, and nothing stored. Most forged tokens are signed
// with the issuer's own key: no attacker without it can make better ones.
import { createHmac, createPublicKey } from 'node:crypto'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import {
  decodeJwt,
  decodeProtectedHeader,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
  SignJWT,
} from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { signInWithCode } from '../../examples/taskflow/issuer/code-flow.ts'
import { loadKeys, type PrivateKey } from '../../examples/taskflow/keys.ts'
import { signIn } from '../examples/taskflow/sign-in.ts'
import { type House, startHouse } from './house.ts'
import { message, signedIn } from './person.ts'
import type { Visit, VisitOptions } from './visit.ts'

const DOORS = ['chat', 'mcp', 'api'] as const
type Door = (typeof DOORS)[number]

const SCOPES = 'tasks:read tasks:write'

let house: House
let issuerKey: PrivateKey
/** alice's good tokens, one for each door. */
let good: Readonly<Record<Door, string>>
let idToken: string
let refreshToken: string

beforeAll(async () => {
  house = await startHouse()
  issuerKey = (await loadKeys(house.dataDir)).issuerKey
  const { issuer, web, chatkit, mcp, api } = house.urls
  const as = 'alice'
  good = {
    chat: await signIn({ issuer, as, resource: chatkit }),
    mcp: await signIn({ issuer, as, resource: mcp }),
    api: await signIn({ issuer, as, resource: api }),
  }
  const page = {
    clientId: 'taskflow-page',
    redirectUri: `${web}/`,
    scope: `openid ${SCOPES}`,
    resources: [chatkit],
  }
  const whole = await signInWithCode({ issuer, as, ...page })
  idToken = whole.idToken?.reveal() ?? ''
  refreshToken = whole.refreshToken?.reveal() ?? ''
})
afterAll(() => house.close())

const resourceOf = (door: Door) =>
  ({ chat: house.urls.chatkit, mcp: house.urls.mcp, api: house.urls.api })[door]

/**
 * Sends a request that stores something if the door admits it: a thread and a task in the chat, a
 * task by tool call, a task in the API.
 */
function knock(door: Door, headers: VisitOptions['headers'], query = ''): Promise<Visit> {
  const { chatkit, mcp, api } = house.urls
  const title = 'Get in'
  const asked = {
    chat: {
      url: chatkit,
      body: { type: 'threads.create', params: { input: message(`Add a task to ${title}`) } },
    },
    mcp: {
      url: mcp,
      body: {
        jsonrpc: '2.0',
        id: 1,
        method: 'tools/call',
        params: { name: 'taskflow_add_task', arguments: { title } },
      },
    },
    api: { url: `${api}/tasks`, body: { title } },
  }[door]
  return house.visit(asked.url + query, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...headers,
    },
    body: JSON.stringify(asked.body),
  })
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

/** Counts the rows of every table that holds conversations, tasks or their audit. */
function stored(): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const file of ['chat.db', 'tasks.db']) {
    const database = new DatabaseSync(join(house.dataDir, file), { readOnly: true })
    for (const { name } of database
      .prepare("select name from sqlite_master where type = 'table'")
      .all())
      counts[`${file} ${name}`] = Number(
        database.prepare(`select count(*) as n from "${name}"`).get()?.n,
      )
    database.close()
  }
  return counts
}

/** Parses the parameters of a challenge. */
function challengeOf({ headers }: Visit): Readonly<Record<string, string>> {
  const header = String(headers['www-authenticate'] ?? '')
  expect(header).toMatch(/^Bearer /)
  return Object.fromEntries(
    [...header.matchAll(/(\w+)="([^"]*)"/g)].map(([, name = '', value = '']) => [name, value]),
  )
}

const problem = z.object({ code: z.string().min(1), message: z.string().regex(/^[A-Z].*\.$/) })

/** Sends a request, and checks what all refusals have in common. */
async function refusedAt(door: Door, send: () => Promise<Visit>, secrets: readonly string[] = []) {
  const before = stored()
  const sent = house.exchanges.length
  const logged = house.logLines.length
  const answer = await send()
  expect(stored()).toEqual(before)
  // The door sent no request for a person. It may have fetched keys or metadata.
  const tried = house.exchanges.slice(sent).filter(({ method }) => method !== 'GET')
  expect(tried).toEqual([])
  const events = house.logLines.slice(logged).map((line) => JSON.parse(line))
  const hop = door === 'chat' ? 'door' : 'server-door'
  const refusals = events.filter(({ outcome }) => outcome !== 'allowed')
  expect(refusals).toMatchObject([
    { level: 'audit', hop, outcome: 'refused', destination: resourceOf(door) },
  ])
  expect(answer.headers['cache-control']).toBe('no-store')
  const { message: sentence } = problem.parse(JSON.parse(answer.body))
  for (const secret of secrets) if (secret.length > 8) expect(answer.raw).not.toContain(secret)
  expect(answer.raw).not.toMatch(/node_modules|\.ts:\d|^\s+at /m)

  const challenge = challengeOf(answer)
  // RFC 9728 section 3.3: the document must name exactly the resource that was asked for.
  const { origin, pathname } = new URL(resourceOf(door))
  expect(challenge.resource_metadata).toBe(
    `${origin}/.well-known/oauth-protected-resource${pathname}`,
  )
  const metadata = await house.visit(challenge.resource_metadata ?? '')
  expect([metadata.status, metadata.headers['content-type']]).toEqual([
    200,
    expect.stringContaining('application/json'),
  ])
  expect(JSON.parse(metadata.body)).toMatchObject({
    resource: resourceOf(door),
    authorization_servers: [house.urls.issuer],
    scopes_supported: ['tasks:read', 'tasks:write'],
    bearer_methods_supported: ['header'],
  })
  return { status: answer.status, error: challenge.error, scope: challenge.scope, sentence }
}

const base64url = (value: string | object) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')

type Claims = Readonly<Record<string, unknown>>

/**
 * Makes a token from alice's good one for a door, with other claims or another header. The issuer's
 * own key signs it, or the given one.
 */
async function forged(
  door: Door,
  claims: Claims = {},
  header: object = {},
  key: JWK = issuerKey,
): Promise<string> {
  return await new SignJWT({ ...decodeJwt(good[door]), ...claims })
    .setProtectedHeader({ ...decodeProtectedHeader(good[door]), alg: 'ES256', ...header })
    .sign(await importJWK(key, 'ES256'))
}

/** The same, with a header and a signature that the test makes itself. */
function handmade(door: Door, header: object, signature: (input: string) => string): string {
  const input = `${base64url({ ...decodeProtectedHeader(good[door]), ...header })}.${base64url(decodeJwt(good[door]))}`
  return `${input}.${signature(input)}`
}

/** Signs with a key that stands in the header, as anybody could (RFC 7515 section 4.1.3). */
async function broughtAlong(door: Door): Promise<string> {
  const key = await strangersKey()
  const { kty, crv, x, y } = key
  return await forged(door, {}, { kid: undefined, jwk: { kty, crv, x, y } }, key)
}

async function strangersKey(): Promise<JWK> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true })
  return { ...(await exportJWK(privateKey)), alg: 'ES256' }
}

const now = () => Math.floor(Date.now() / 1000)
const publicPem = () =>
  createPublicKey({ key: { ...issuerKey }, format: 'jwk' })
    .export({ type: 'spki', format: 'pem' })
    .toString()
const publicJwk = () =>
  JSON.stringify({ kty: issuerKey.kty, crv: issuerKey.crv, x: issuerKey.x, y: issuerKey.y })
const hmac = (key: string) => (input: string) =>
  createHmac('sha256', key).update(input).digest('base64url')

describe.each(DOORS)('at the %s door', (door) => {
  const others = DOORS.filter((one) => one !== door)

  it('a good token is admitted, and so is one from the forging helper with nothing changed', async () => {
    for (const token of [good[door], await forged(door)]) {
      const before = stored()
      const answer = await knock(door, bearer(token))
      expect([200, 201]).toContain(answer.status)
      expect(stored()['tasks.db tasks']).toBe((before['tasks.db tasks'] ?? 0) + 1)
    }
  })

  it('a request without a token, or with a credential of another kind or place, is asked for a token', async () => {
    const token = good[door]
    for (const headers of [
      {},
      { authorization: 'Basic YWxpY2U6YWxpY2U=' },
      { authorization: `DPoP ${token}` },
      { cookie: `access_token=${token}` },
      { 'x-access-token': token },
      { 'proxy-authorization': `Bearer ${token}` },
      { 'x-user-id': 'alice' },
    ]) {
      const { status, error, scope } = await refusedAt(door, () => knock(door, headers), [token])
      // RFC 6750 section 3.1: without a token there is no error code.
      expect({ status, error, scope }).toEqual({ status: 401, error: undefined, scope: SCOPES })
    }
    const form = {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: `access_token=${token}`,
    }
    const url = door === 'api' ? `${house.urls.api}/tasks` : resourceOf(door)
    expect(await refusedAt(door, () => house.visit(url, form), [token])).toMatchObject({
      status: 401,
    })
  })

  const rows: readonly [string, () => string | Promise<string>][] = [
    ...others.map((other): [string, () => string] => [
      `a good token for the ${other}`,
      () => good[other],
    ]),
    ['an ID token', () => idToken],
    ['an ID token with the right audience', () => forged(door, {}, { typ: 'JWT' })],
    ['a token without a type', () => forged(door, {}, { typ: undefined })],
    ['a refresh token', () => refreshToken],
    ['no JWT', () => 'let-me-in'],
    ['an audience that only begins alike', () => forged(door, { aud: `${resourceOf(door)}/x` })],
    ['an audience with two slashes more', () => forged(door, { aud: `${resourceOf(door)}//` })],
    ['no audience', () => forged(door, { aud: [] })],
    ['an expired token', () => forged(door, { exp: now() - 60 })],
    ['a token without expiry', () => forged(door, { exp: undefined })],
    ['a token that is not yet valid', () => forged(door, { nbf: now() + 120 })],
    ['a token from the future', () => forged(door, { iat: now() + 120 })],
    ['another issuer', () => forged(door, { iss: 'https://login.example' })],
    ['the issuer with a slash', () => forged(door, { iss: `${house.urls.issuer}/` })],
    ['no subject', () => forged(door, { sub: undefined })],
    ['a token that is bound to a key', () => forged(door, { cnf: { jkt: 'of-somebody' } })],
    ['an unknown key', async () => forged(door, {}, { kid: 'unknown' }, await strangersKey())],
    [
      "an unknown key under the issuer's name",
      async () => forged(door, {}, {}, await strangersKey()),
    ],
    ['a key that the token brings along', () => broughtAlong(door)],
    ['a changed claim under the old signature', () => tampered(good[door])],
    ['alg none', () => handmade(door, { alg: 'none' }, () => '')],
    ['alg None, with a signature', () => handmade(door, { alg: 'None' }, () => 'AAAA')],
    [
      'alg none over the old signature',
      () => handmade(door, { alg: 'none' }, () => good[door].split('.')[2] ?? ''),
    ],
    ['HS256 with the public key as PEM', () => handmade(door, { alg: 'HS256' }, hmac(publicPem()))],
    ['HS256 with the public key as JWK', () => handmade(door, { alg: 'HS256' }, hmac(publicJwk()))],
    ['an extension that must be understood', () => forged(door, {}, { crit: ['b64'], b64: true })],
  ]
  it.each(rows)('a token is refused as invalid: %s', async (_, token) => {
    const text = await token()
    expect(text).not.toBe('')
    const { status, error, scope, sentence } = await refusedAt(
      door,
      () => knock(door, bearer(text)),
      [text],
    )
    expect({ status, error, scope }).toEqual({ status: 401, error: 'invalid_token', scope: SCOPES })
    expect(sentence).toMatch(/^The access token (is not valid here|has expired)\.$/)
  })

  it('two Authorization headers are refused, even if one of them is good', async () => {
    const token = good[door]
    for (const authorization of [
      [`Bearer ${token}`, `Bearer ${token}`],
      [`Bearer ${token}`, 'Bearer other'],
      ['Bearer other', `Bearer ${token}`],
      [`Bearer ${token}`, 'Basic YWxpY2U6YWxpY2U='],
      [`Bearer ${token}, Bearer ${token}`],
    ]) {
      const { status, error } = await refusedAt(door, () => knock(door, { authorization }), [token])
      expect({ status, error }).toEqual({ status: 400, error: 'invalid_request' })
    }
  })

  it('a token in the URL is refused, alone or beside a good header', async () => {
    const token = good[door]
    for (const headers of [{}, bearer(token)]) {
      const { status, error } = await refusedAt(
        door,
        () => knock(door, headers, `?access_token=${token}`),
        [token],
      )
      expect({ status, error }).toEqual({ status: 400, error: 'invalid_request' })
    }
  })

  it('a malformed Authorization header is refused as malformed', async () => {
    for (const authorization of [
      'Bearer',
      'Bearer  ',
      `Bearer ${good[door]} more`,
      'Bearer no§token',
      `Bearer ${'a'.repeat(8193)}`,
    ]) {
      const { status, error } = await refusedAt(door, () =>
        knock(door, { authorization: Buffer.from(authorization).toString('latin1') }),
      )
      expect({ status, error }).toEqual({ status: 400, error: 'invalid_request' })
    }
  })
})

/** Changes the subject of a good token, and leaves its signature. */
function tampered(token: string): string {
  const [header, , signature] = token.split('.')
  const claims = decodeJwt(token)
  return `${header}.${base64url({ ...claims, sub: 'bob' })}.${signature}`
}

describe('X-User-ID', () => {
  it('X-User-ID is refused at the chat door when it is not the subject', async () => {
    const headers = { ...bearer(good.chat), 'x-user-id': 'bob' }
    const { status, error } = await refusedAt('chat', () => knock('chat', headers), [good.chat])
    expect({ status, error }).toEqual({ status: 400, error: 'invalid_request' })
  })

  it('X-User-ID changes nothing when it is the subject', async () => {
    expect((await knock('chat', { ...bearer(good.chat), 'x-user-id': 'alice' })).status).toBe(200)
  })

  it.each(['mcp', 'api'] as const)(
    'X-User-ID is never the identity at the %s door',
    async (door) => {
      const bob = await signIn({ issuer: house.urls.issuer, as: 'bob', resource: house.urls.api })
      const list = () => house.visit(`${house.urls.api}/tasks`, { headers: bearer(bob) })
      const before = await list()
      await knock(door, { ...bearer(good[door]), 'x-user-id': 'bob' })
      expect((await list()).body).toBe(before.body)
    },
  )
})

it.each(['trail', 'model-requests'])(
  'the page learns nothing of /%s without a token for the chat',
  async (kind) => {
    const url = `${house.urls.web}/${kind}/00000000000000000000000000000001`
    expect(await refusedAt('chat', () => house.visit(url))).toMatchObject({ status: 401 })
    expect(
      await refusedAt('chat', () => house.visit(url, { headers: bearer(good.api) })),
    ).toMatchObject({ status: 401 })
  },
)

describe('a scope that is missing', () => {
  const readOnly = (resource: string) =>
    signIn({ issuer: house.urls.issuer, as: 'alice', resource, scope: 'tasks:read' })

  it.each(['mcp', 'api'] as const)('a missing scope is named by the %s door', async (door) => {
    const token = await readOnly(resourceOf(door))
    const { status, error, scope, sentence } = await refusedAt(
      door,
      () => knock(door, bearer(token)),
      [token],
    )
    expect({ status, error, scope }).toEqual({
      status: 403,
      error: 'insufficient_scope',
      scope: 'tasks:write',
    })
    expect(sentence).toContain('tasks:write')
  })

  it('a missing scope is named in the chat: no task is added, and reading tasks still works', async () => {
    const person = await signedIn(house, 'alice', 'tasks:read')
    const before = stored()['tasks.db tasks']
    const { thread, answer } = await person.say('Add a task to wash the car')
    expect(answer).toContain('tasks:write')
    expect(answer).toContain('permission')
    expect(answer).not.toContain('Added')
    expect(stored()['tasks.db tasks']).toBe(before)
    const list = await person.say('List all tasks', thread)
    expect(list.answer).toMatch(/^You have \d+ tasks/)
    expect(list.answer).not.toContain('wash the car')
  })
})
