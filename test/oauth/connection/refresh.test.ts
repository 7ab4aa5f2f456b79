// Tokens kept good: early, once, also across instances, and what happens when it goes wrong in the
// middle. And F1: credentials of one issuer never go to another.

import { describe, expect, it } from 'vitest'
import { Credential } from '../../../src/core/credential.ts'
import { principalKey } from '../../../src/core/principal.ts'
import { memorySecretStore } from '../../../src/core/vault/memory-secret-store.ts'
import type { SecretRecord, SecretStore } from '../../../src/core/vault/secret-store.ts'
import { sqliteSecretStore } from '../../../src/store/index.ts'
import { alice, bob, deferred, reasonOf } from '../../core/parts.ts'
import { ground } from '../../store/ground.ts'
import { type House, house, TASKS, tokenOf } from './house.ts'

const credential = (app: House) => tokenOf(app.connections.credential(alice, 'tasks'))
const reasons = (app: House) =>
  app.events.map(({ outcome, reason, operation }) => [operation, outcome, reason])

async function connected(options: Parameters<typeof house>[0] = {}): Promise<House> {
  const app = house(options)
  await app.connect()
  return app
}

/** A store whose writes a test can look at, hold or break. */
function watched(
  write: (record: SecretRecord, go: () => Promise<boolean>) => Promise<boolean>,
): SecretStore {
  const store = memorySecretStore()
  return { ...store, write: (record) => write(record, () => store.write(record)) }
}

describe('a token', () => {
  it('a token is served without asking anybody, until 10 to 20 % of its life are left', async () => {
    const app = await connected()
    const first = await credential(app)
    app.clock.forward(0.8 * 3600 - 1)
    expect([await credential(app), app.tokenRequests()]).toEqual([first, 1])
    app.clock.forward(0.1 * 3600 + 2)
    expect(await credential(app)).not.toBe(first)
    expect(app.tokenRequests()).toBe(2)
    const sent = app.one.requests.at(-1)?.form
    expect(Object.fromEntries(sent ?? [])).toEqual({
      grant_type: 'refresh_token',
      client_id: 'app',
      refresh_token: expect.stringMatching(/^refresh-login/),
      resource: TASKS,
    })
  })

  it('a token is refreshed at a time of its own, so that people do not come at once', async () => {
    const app = house()
    const times = new Set<unknown>()
    for (let index = 0; index < 50; index++) {
      const person = { ...alice, subject: `person-${index}` }
      const response = await app.back(await app.begin(person), { principal: person })
      expect(response.status).toBe(303)
      const facts = (await app.record(person))?.facts
      const left = (Number(facts?.expiresAt) - Number(facts?.refreshAt)) / 3600
      expect(left).toBeGreaterThanOrEqual(0.1)
      expect(left).toBeLessThanOrEqual(0.2)
      times.add(left)
    }
    expect(times.size).toBeGreaterThan(40)
  })

  it('a token is refreshed again and again, each time with the refresh token that came last', async () => {
    const app = await connected()
    for (let round = 0; round < 5; round++) {
      app.clock.forward(3600)
      expect(await credential(app)).toMatch(/^access-/)
    }
    const sent = app.one.requests.map(({ form }) => form.get('refresh_token'))
    expect(new Set(sent).size).toBe(6)
    expect(app.one.stands(await credential(app))).toBe(true)
  })

  it('a token keeps its refresh token where the server gives no other', async () => {
    const app = await connected()
    app.one.rotates = false
    for (let round = 0; round < 3; round++) {
      app.clock.forward(3600)
      expect(await credential(app)).toMatch(/^access-/)
    }
    expect(
      new Set(app.one.requests.slice(1).map(({ form }) => form.get('refresh_token'))).size,
    ).toBe(1)
  })

  it('a token without a refresh token serves until it ends, and then the person connects again', async () => {
    const app = house()
    app.one.answer = () =>
      Response.json({ access_token: 'a', token_type: 'Bearer', expires_in: 100 })
    await app.connect()
    app.clock.forward(94)
    expect(await credential(app)).toBe('a')
    app.clock.forward(1)
    expect([await credential(app), app.tokenRequests()]).toEqual(['connection_needed', 1])
  })

  it('a token whose life the server does not say serves on, and is looked at again', async () => {
    const app = house()
    app.one.answer = () => Response.json({ access_token: 'a', token_type: 'Bearer' })
    await app.connect()
    app.clock.forward(100_000)
    const issued = await app.connections.credential(alice, 'tasks')
    expect(issued.ok && issued.value.expiresAt).toBe(app.clock.now() / 1000 + 300)
  })
})

describe('a token that its server refused', () => {
  it('a token that its server refused is refreshed once for all who saw the refusal', async () => {
    const app = await connected()
    app.clock.forward(60)
    const first = await app.connections.credential(alice, 'tasks')
    if (!first.ok) throw new Error('no token')
    const again = await Promise.all(
      Array.from({ length: 20 }, () =>
        tokenOf(app.connections.credential(alice, 'tasks', { refused: first.value })),
      ),
    )
    expect(new Set(again).size).toBe(1)
    expect(again[0]).not.toBe(first.value.credential.reveal())
    expect(app.tokenRequests()).toBe(2)
    // One who comes late with the old refusal gets the new token, too.
    expect(
      await tokenOf(app.connections.credential(alice, 'tasks', { refused: first.value })),
    ).toBe(again[0])
    expect(app.tokenRequests()).toBe(2)
  })

  it('a token that its server refused and that is new costs no request: a server that refuses everything would cost one for each call', async () => {
    const app = await connected()
    for (let call = 0; call < 10; call++) {
      const issued = await app.connections.credential(alice, 'tasks')
      if (!issued.ok) throw new Error('no token')
      expect(
        await tokenOf(app.connections.credential(alice, 'tasks', { refused: issued.value })),
      ).toBe('server_refused')
    }
    expect(app.tokenRequests()).toBe(1)
  })

  it('a token that its server refused and that cannot be refreshed needs a new connection', async () => {
    const app = house()
    app.one.answer = () => Response.json({ access_token: 'a', token_type: 'Bearer' })
    await app.connect()
    const issued = await app.connections.credential(alice, 'tasks')
    const refused = issued.ok ? { refused: issued.value } : {}
    expect(await tokenOf(app.connections.credential(alice, 'tasks', refused))).toBe(
      'connection_needed',
    )
  })
})

describe('200 callers at each of 3 instances', () => {
  const stores: readonly [string, () => { stores: readonly SecretStore[]; close(): void }][] = [
    [
      'one memory',
      () => {
        const store = memorySecretStore()
        return { stores: [store, store, store], close: () => {} }
      },
    ],
    [
      'one SQLite file',
      () => {
        const place = ground()
        return {
          stores: [0, 1, 2].map(() => sqliteSecretStore(place.open(), place.masterKeys)),
          close: () => place.close(),
        }
      },
    ],
  ]
  it.each(stores)(
    '200 callers at each of 3 instances over %s make exactly one token request',
    async (_, open) => {
      const { stores: shared, close } = open()
      try {
        const [first] = shared
        if (!first) throw new Error('no store')
        const app = await connected({ store: first })
        app.clock.forward(3600)
        const instances = shared.map((store) => {
          const other = house({ store })
          other.clock.forward(3600)
          other.one.fetch = (url, init) => app.one.fetch(url, init)
          return other.connections
        })
        const tokens = await Promise.all(
          instances.flatMap((instance) =>
            Array.from({ length: 200 }, () => tokenOf(instance.credential(alice, 'tasks'))),
          ),
        )
        expect(tokens).toHaveLength(600)
        expect(new Set(tokens).size).toBe(1)
        expect(app.one.stands(tokens[0] ?? '')).toBe(true)
        expect(app.tokenRequests()).toBe(2)
      } finally {
        close()
      }
    },
  )

  it('200 callers at each of 3 instances over a slow authorization server are not kept waiting while the token is still good', async () => {
    const app = await connected()
    app.clock.forward(0.95 * 3600)
    const held = deferred<void>()
    app.one.answer = () => held.promise.then(() => undefined as never)
    const refreshing = credential(app)
    while (app.tokenRequests() < 2) await new Promise((next) => setImmediate(next))
    const elsewhere = await tokenOf(app.instance().credential(alice, 'tasks'))
    expect(elsewhere).toMatch(/^access-/)
    held.resolve()
    expect(await refreshing).not.toBe(elsewhere)
    expect(app.tokenRequests()).toBe(2)
  })
})

describe('a refresh', () => {
  it('a refresh is stored as under way before it is asked for, and its tokens before they are used', async () => {
    const order: string[] = []
    const store = watched(async (record, go) => {
      if (record.kind === 'connection') order.push(`${record.facts.state}`)
      return go()
    })
    const app = await connected({ store })
    app.one.answer = () => void order.push('asked') as never
    app.clock.forward(3600)
    await credential(app)
    expect(order).toEqual(['connected', 'refreshing', 'asked', 'connected'])
  })

  it('a refresh is begun once for all callers of an instance, who do not fight over it in the store', async () => {
    let leases = 0
    const store = watched(async (record, go) => {
      if (record.facts.state === 'refreshing') leases++
      return go()
    })
    const app = await connected({ store })
    app.clock.forward(3600)
    await Promise.all(Array.from({ length: 200 }, () => credential(app)))
    expect([leases, app.tokenRequests()]).toEqual([1, 2])
  })

  it('a refresh that the server refuses for good ends the connection: nothing is asked again, and no other instance does', async () => {
    const app = await connected()
    app.clock.forward(3600)
    app.one.answer = () => Response.json({ error: 'invalid_grant' }, { status: 400 })
    for (let call = 0; call < 10; call++) expect(await credential(app)).toBe('connection_needed')
    expect(await tokenOf(app.instance().credential(alice, 'tasks'))).toBe('connection_needed')
    expect(app.tokenRequests()).toBe(2)
    expect((await app.connections.list(alice)).map(({ state }) => state)).toEqual(['reconnect'])
    app.one.answer = undefined
    await app.connect()
    expect(await credential(app)).toMatch(/^access-/)
  })

  it('a refresh whose process died between the answer and the writing ends in one more request, and then in a new connection', async () => {
    let dying = false
    const store = watched((record, go) => {
      // The process is gone: the write never returns.
      if (dying && record.kind === 'connection' && record.facts.state === 'connected')
        return new Promise(() => {})
      return go()
    })
    const app = await connected({ store })
    app.clock.forward(3600)
    dying = true
    void app.connections.credential(alice, 'tasks')
    while (app.tokenRequests() < 2) await new Promise((next) => setImmediate(next))
    dying = false
    const survivor = app.instance()
    // While the lease runs, the others wait for the one who wrote it.
    const waiting = tokenOf(survivor.credential(alice, 'tasks'))
    app.clock.forward(31)
    expect(await waiting).toBe('connection_needed')
    for (let call = 0; call < 10; call++)
      expect(await tokenOf(survivor.credential(alice, 'tasks'))).toBe('connection_needed')
    expect(app.tokenRequests()).toBe(3)
    expect((await app.record())?.facts.state).toBe('needs_reconnect')
  })

  it('a refresh whose answer was lost is tried again later, and a server that rotated ends the grant', async () => {
    const app = await connected()
    app.clock.forward(3600)
    const { fetch } = app.one
    app.one.fetch = async (url, init) => {
      const answer = await fetch(url, init)
      if (url.pathname === '/token') throw new Error(`the connection broke: ${String(init.body)}`)
      return answer
    }
    expect(await credential(app)).toBe('issuer_unavailable')
    app.one.fetch = fetch
    for (let call = 0; call < 10; call++) expect(await credential(app)).toBe('issuer_unavailable')
    expect(app.tokenRequests()).toBe(2)
    app.clock.forward(5)
    expect(await credential(app)).toBe('connection_needed')
    expect(await credential(app)).toBe('connection_needed')
    expect(app.tokenRequests()).toBe(3)
  })

  it('a refresh that fails for a time leaves a good token in use, and waits longer each time', async () => {
    const app = await connected()
    app.one.answer = () => new Response('evil', { status: 503 })
    app.clock.forward(0.9 * 3600 + 1)
    expect(await credential(app)).toMatch(/^access-/)
    const asked: number[] = []
    for (let second = 0; second < 300; second++) {
      const before = app.tokenRequests()
      expect(await credential(app)).toMatch(/^access-/)
      if (app.tokenRequests() > before) asked.push(second)
      app.clock.forward(1)
    }
    expect(asked).toEqual([5, 15, 35, 65, 95, 125, 155, 185, 215, 245, 275])
    app.clock.forward(60)
    expect(await credential(app)).toBe('issuer_unavailable')
    // Back within 30 seconds after the issuer is.
    app.clock.forward(30)
    app.one.answer = undefined
    expect(await credential(app)).toMatch(/^access-/)
  })

  it('a refresh ends in time for a caller who gives up, and goes on for the others', async () => {
    const app = await connected()
    app.clock.forward(3600)
    const held = deferred<void>()
    app.one.answer = () => held.promise.then(() => undefined as never)
    const controller = new AbortController()
    const impatient = app.connections.credential(alice, 'tasks', { signal: controller.signal })
    const patient = credential(app)
    while (app.tokenRequests() < 2) await new Promise((next) => setImmediate(next))
    controller.abort()
    expect(reasonOf(await impatient)).toBe('cancelled')
    held.resolve()
    expect(await patient).toMatch(/^access-/)
  })

  it('a refresh is not made when it cannot be recorded', async () => {
    const app = await connected()
    app.clock.forward(3600)
    app.audit = () => {
      throw new Error('full')
    }
    expect([await credential(app), app.tokenRequests()]).toEqual(['audit_unavailable', 1])
  })

  it('a refresh is recorded before it is made, and when it fails', async () => {
    const app = await connected()
    app.clock.forward(3600)
    app.one.answer = () =>
      Response.json(
        { error: 'invalid_grant', error_description: 'It was revoked' },
        { status: 400 },
      )
    await app.connections.credential(alice, 'tasks', { trace: 'a'.repeat(32) })
    expect(reasons(app)).toEqual([
      ['connect', 'allowed', undefined],
      ['refresh', 'allowed', undefined],
      ['refresh', 'refused', 'connection_needed'],
    ])
    expect(app.events.at(-1)).toMatchObject({
      trace: 'a'.repeat(32),
      subject: 'alice',
      destination: 'https://login.example',
      authorizationServerErrorDescription: 'It was revoked',
    })
    expect(JSON.stringify(app.events)).not.toMatch(/refresh-/)
  })

  it('a refresh is not made by a client that the tokens were not issued to', async () => {
    const app = await connected()
    app.clock.forward(3600)
    const changed = house({
      store: app.store,
      tasks: { client: { type: 'registered', id: 'another-app' } },
    })
    changed.clock.forward(3600)
    expect([await credential(changed), changed.tokenRequests()]).toEqual(['connection_needed', 0])
  })

  it('a refresh does not follow a token endpoint that redirects', async () => {
    const app = await connected()
    app.clock.forward(3600)
    app.one.answer = () =>
      new Response(null, { status: 307, headers: { location: 'https://evil.example/token' } })
    expect(await credential(app)).toBe('redirect_refused')
    expect(app.other.requests).toEqual([])
  })

  it('a refresh over a store that fails says nothing of it', async () => {
    const app = house({
      store: {
        read: () => Promise.reject(new Error('secret of the store')),
        write: () => Promise.reject(new Error('secret of the store')),
        remove: () => Promise.reject(new Error('secret of the store')),
      },
    })
    expect(await credential(app)).toBe('issuer_unavailable')
    const response = await app.connections.start(
      new Request('https://app.example/x'),
      alice,
      'tasks',
      '/',
    )
    expect([response.status, await response.text()]).toEqual([
      503,
      expect.not.stringContaining('secret'),
    ])
    expect(reasonOf(await app.connections.disconnect(alice, 'tasks'))).toBe('issuer_unavailable')
  })
})

describe('CVE-2026-104850 (F1): the issuer of what is stored', () => {
  const key = { owner: principalKey(alice), resource: TASKS, kind: 'connection' } as const
  const planted = (issuer: string): SecretRecord => ({
    ...key,
    issuer,
    version: 1,
    secrets: {
      accessToken: new Credential('stolen-access'),
      refreshToken: new Credential('stolen-refresh'),
    },
    facts: {
      state: 'connected',
      clientId: 'app',
      scopes: ['tasks:read'],
      expiresAt: 1,
      refreshAt: 1,
    },
  })

  it.each([
    ['without a stamp', ''],
    ['with the stamp of another', 'https://evil.example'],
    ['with a stamp that differs in a slash', 'https://login.example/'],
    ['with a stamp in capitals', 'https://LOGIN.EXAMPLE'],
  ])(
    '%s: nothing is sent to anybody, neither served nor refreshed nor revoked',
    async (_, issuer) => {
      let stored: SecretRecord | undefined = planted(issuer)
      const app = house({
        store: {
          read: async (asked) =>
            asked.kind === 'connection' && asked.resource === TASKS ? stored : undefined,
          write: async () => true,
          remove: async () => {
            stored = undefined
          },
        },
      })
      expect(await credential(app)).toBe('connection_needed')
      expect(await app.connections.list(alice)).toEqual([])
      expect(await app.connections.disconnect(alice, 'tasks')).toEqual({
        ok: true,
        value: { revoked: false },
      })
      expect(app.asked).toEqual([])
      expect(stored).toBeUndefined()
    },
  )

  it('when the operator pins another issuer, what the old one gave is not sent to the new one', async () => {
    const app = await connected()
    app.clock.forward(3600)
    const moved = house({ store: app.store, tasks: { issuer: 'https://evil.example' } })
    moved.clock.forward(3600)
    expect(await credential(moved)).toBe('connection_needed')
    expect(moved.asked).toEqual([])
  })

  it('when the issuer’s metadata names another token endpoint, nothing is sent there', async () => {
    const app = await connected()
    app.clock.forward(7200)
    app.one.metadata = { token_endpoint: 'https://evil.example/token' }
    expect(await credential(app)).toBe('endpoint_elsewhere')
    // Nor is it told as an outage while nobody asks.
    expect(await credential(app)).toBe('endpoint_elsewhere')
    expect(app.other.requests).toEqual([])
  })
})

describe('the end', () => {
  it('the end of a connection removes the account first, then revokes its refresh token', async () => {
    const app = await connected()
    const token = await credential(app)
    let stored: unknown = 'not looked at'
    app.one.answer = async ({ path }) => {
      if (path === '/revoke') stored = await app.record()
      return undefined as never
    }
    expect(await app.connections.disconnect(alice, 'tasks')).toEqual({
      ok: true,
      value: { revoked: true },
    })
    expect([stored, await app.record(), app.one.stands(token)]).toEqual([
      undefined,
      undefined,
      false,
    ])
    const sent = app.one.requests.at(-1)
    expect([sent?.path, sent?.form.get('token_type_hint'), sent?.form.get('client_id')]).toEqual([
      '/revoke',
      'refresh_token',
      'app',
    ])
    expect([await credential(app), await app.connections.list(alice)]).toEqual([
      'connection_needed',
      [],
    ])
    expect(reasons(app).at(-1)).toEqual(['disconnect', 'allowed', undefined])
  })

  it('the end of a connection comes even when the authorization server cannot be reached', async () => {
    for (const answer of [
      () => new Response('', { status: 503 }),
      () => Promise.reject(new Error('down')),
    ]) {
      const app = await connected()
      app.one.answer = answer
      expect(await app.connections.disconnect(alice, 'tasks')).toEqual({
        ok: true,
        value: { revoked: false },
      })
      expect(await app.record()).toBeUndefined()
    }
    const app = await connected()
    app.one.metadata = { revocation_endpoint: undefined }
    app.clock.forward(3601)
    expect(await app.connections.disconnect(alice, 'tasks')).toEqual({
      ok: true,
      value: { revoked: false },
    })
  })

  it('the end of a connection ends only that person’s own', async () => {
    const app = await connected()
    await app.connect(bob)
    await app.connections.disconnect(bob, 'tasks')
    expect(await credential(app)).toMatch(/^access-/)
    expect(await app.connections.disconnect(bob, 'tasks')).toEqual({
      ok: true,
      value: { revoked: false },
    })
  })

  it('the end of a connection in the middle of a refresh lets nothing outlive it', async () => {
    const app = await connected()
    app.clock.forward(3600)
    const held = deferred<void>()
    // The server does not take the first revocation, so the refresh under way gives new tokens.
    app.one.answer = ({ path }) =>
      path === '/token'
        ? held.promise.then(() => undefined as never)
        : new Response(null, { status: 503 })
    const refreshing = credential(app)
    while (app.tokenRequests() < 2) await new Promise((next) => setImmediate(next))
    await app.connections.disconnect(alice, 'tasks')
    held.resolve()
    expect(await refreshing).toBe('connection_needed')
    expect(await app.record()).toBeUndefined()
    const revoked = app.one.requests
      .filter(({ path }) => path === '/revoke')
      .map(({ form }) => form.get('token'))
    expect(new Set(revoked).size).toBe(2)
  })

  it('the end of a connection is refused for a server that nobody declared', async () => {
    const app = house()
    expect(reasonOf(await app.connections.disconnect(alice, 'unknown'))).toBe('server_unbound')
    expect(reasonOf(await app.connections.credential(alice, 'unknown'))).toBe('server_unbound')
    expect(
      (await app.connections.start(new Request('https://app.example/x'), alice, '__proto__', '/'))
        .status,
    ).toBe(404)
  })
})
