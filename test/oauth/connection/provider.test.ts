// The whole life of a connection against a real authorization server over loopback, through the
// guarded fetch.

import { decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { principalKey } from '../../../src/core/principal.ts'
import { memorySecretStore } from '../../../src/core/vault/memory-secret-store.ts'
import { guardedFetch } from '../../../src/egress/index.ts'
import { type ConnectionClient, type Connections, connections } from '../../../src/oauth/index.ts'
import { alice, bob } from '../../core/parts.ts'
import { tokenOf } from './house.ts'
import { type RunningProvider, startProvider } from './provider.ts'

const RESOURCE = 'https://tasks.example/mcp'
const REDIRECT = 'http://127.0.0.1:3000/connected'

let provider: RunningProvider
beforeAll(async () => {
  provider = await startProvider({ resource: RESOURCE, redirectUri: `${REDIRECT}/tasks` })
})
afterAll(async () => {
  await provider.stop()
  expect(provider.failures).toEqual([])
})

function app(client: ConnectionClient = { type: 'registered', id: 'app' }) {
  const store = memorySecretStore()
  let ahead = 0
  let tokenRequests = 0
  const guarded = guardedFetch({ allowLoopbackForDevelopment: true })
  const made: Connections = connections({
    store,
    servers: {
      tasks: { resource: RESOURCE, issuer: provider.issuer, scopes: ['tasks:read'], client },
    },
    redirectUri: REDIRECT,
    fetch: (input, init) => {
      if (String(input).endsWith('/token')) tokenRequests++
      return guarded(input, init)
    },
    audit: { record: () => {} },
    now: () => Date.now() + ahead * 1000,
  })
  return {
    connections: made,
    store,
    forward(seconds: number) {
      ahead += seconds
    },
    tokenRequests: () => tokenRequests,
    async connect(principal = alice, person: string = principal.subject) {
      const start = await made.start(
        new Request('http://127.0.0.1:3000/x'),
        principal,
        'tasks',
        '/chat',
      )
      const back = await provider.agree(new URL(start.headers.get('location') ?? ''), person)
      const cookie = start.headers.get('set-cookie')?.split(';')[0] ?? ''
      return made.callback(new Request(back, { headers: { cookie } }), principal)
    },
  }
}

describe('with oidc-provider', () => {
  it('each person connects, and gets a token for the resource in their own name', async () => {
    const one = app()
    for (const [principal, person] of [
      [alice, 'alice-at-tasks'],
      [bob, 'bob-at-tasks'],
    ] as const) {
      const response = await one.connect(principal, person)
      expect([response.status, response.headers.get('location')]).toEqual([
        303,
        'http://127.0.0.1:3000/chat',
      ])
      const token = await tokenOf(one.connections.credential(principal, 'tasks'))
      expect(decodeJwt(token)).toMatchObject({
        iss: provider.issuer,
        sub: person,
        aud: RESOURCE,
        client_id: 'app',
      })
    }
  })

  it('tokens are refreshed and rotated, for many callers at once', async () => {
    const one = app()
    await one.connect()
    const seen = new Set([await tokenOf(one.connections.credential(alice, 'tasks'))])
    for (let round = 0; round < 3; round++) {
      one.forward(300)
      const tokens = await Promise.all(
        Array.from({ length: 50 }, () => tokenOf(one.connections.credential(alice, 'tasks'))),
      )
      expect(new Set(tokens).size).toBe(1)
      expect(decodeJwt(tokens[0] ?? '')).toMatchObject({ sub: 'alice', aud: RESOURCE })
      for (const token of tokens) seen.add(token)
    }
    expect([seen.size, one.tokenRequests()]).toEqual([4, 4])
  })

  it('a refresh token that was used before ends the family: the person is asked to connect, and nobody tries on', async () => {
    const one = app()
    await one.connect()
    const key = { owner: principalKey(alice), resource: RESOURCE, kind: 'connection' } as const
    const before = await one.store.read(key)
    one.forward(300)
    await one.connections.credential(alice, 'tasks')
    const after = await one.store.read(key)
    if (!before || !after) throw new Error('not stored')
    // As from a backup that was restored: the refresh token of before.
    await one.store.write({ ...before, version: after.version + 1 })
    for (let call = 0; call < 5; call++)
      expect(await tokenOf(one.connections.credential(alice, 'tasks'))).toBe('connection_needed')
    expect(one.tokenRequests()).toBe(3)
    await one.connect()
    expect(await tokenOf(one.connections.credential(alice, 'tasks'))).toMatch(/^ey/)
  })

  it('the end revokes the grant', async () => {
    const one = app()
    await one.connect()
    const key = { owner: principalKey(alice), resource: RESOURCE, kind: 'connection' } as const
    const stored = await one.store.read(key)
    expect(await one.connections.disconnect(alice, 'tasks')).toEqual({
      ok: true,
      value: { revoked: true },
    })
    if (!stored) throw new Error('not stored')
    await one.store.write({ ...stored, version: 1 })
    one.forward(300)
    expect(await tokenOf(one.connections.credential(alice, 'tasks'))).toBe('connection_needed')
  })

  it('the app registers itself where it may', async () => {
    const one = app({ type: 'dynamic' })
    expect((await one.connect()).headers.get('location')).toBe('http://127.0.0.1:3000/chat')
    const { client_id } = decodeJwt(await tokenOf(one.connections.credential(alice, 'tasks')))
    expect(client_id).not.toBe('app')
  })

  it('a no of the person is a no', async () => {
    const one = app()
    const start = await one.connections.start(
      new Request('http://127.0.0.1:3000/x'),
      alice,
      'tasks',
      '/chat',
    )
    const location = new URL(start.headers.get('location') ?? '')
    location.searchParams.set('prompt', 'none')
    const back = await provider.agree(location, 'alice')
    expect(back.searchParams.get('error')).toBe('login_required')
    const cookie = start.headers.get('set-cookie')?.split(';')[0] ?? ''
    const response = await one.connections.callback(
      new Request(back, { headers: { cookie } }),
      alice,
    )
    expect(response.headers.get('location')).toBe(
      'http://127.0.0.1:3000/chat?connect_error=refused',
    )
  })
})
