import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Principal } from '../../src/core/principal.ts'
import { sessionPool } from '../../src/mcp/pool.ts'
import type { PoolCaller, SessionPoolOptions } from '../../src/mcp/pool-options.ts'
import { alice, bob, deferred, handClock, ISSUER, MCP, START } from '../core/parts.ts'

interface Session {
  readonly number: number
  readonly server: string
  readonly fetch: typeof globalThis.fetch
}

const callerOf = (
  principal: Principal,
  changes: Partial<PoolCaller['token']> = {},
): PoolCaller => ({
  principal,
  token: { scopes: ['tasks:read'], expiresAt: START + 3600, ...changes },
  fetch: (server) => async () => new Response(`${principal.subject} at ${server}`),
})
const person = (number: number): Principal => ({ issuer: ISSUER, subject: `person-${number}` })

function pool(changes: Partial<SessionPoolOptions<Session>> = {}) {
  const clock = handClock()
  const live = new Set<Session>()
  let opened = 0
  const made = sessionPool<Session>({
    async open(server, fetch) {
      const session = { number: ++opened, server, fetch }
      live.add(session)
      return session
    },
    async close(session) {
      live.delete(session)
    },
    now: clock.now,
    patience: 50,
    ...changes,
  })
  const number = (caller: PoolCaller, server = 'tasks') =>
    made.use(caller, server, async (session) => session.number)
  return { pool: made, clock, live, number, opened: () => opened }
}

afterEach(() => vi.useRealTimers())

describe('a pool', () => {
  it('gives a person the same session again, and another with another server', async () => {
    const { number } = pool()
    const caller = callerOf(alice)
    expect([
      await number(caller),
      await number(caller, 'mail'),
      await number(callerOf(alice)),
      await number(caller, 'mail'),
    ]).toEqual([1, 2, 1, 2])
  })

  it.each<[string, PoolCaller]>([
    ['another subject', callerOf(bob)],
    ['the same subject of another issuer', callerOf({ ...alice, issuer: 'https://other.example' })],
    ['the same subject of another tenant', callerOf({ ...alice, tenant: 'b' })],
    ['another client, whose rights may differ', callerOf({ ...alice, client: 'cli' })],
    [
      'another sign-in with other scopes',
      callerOf(alice, { scopes: ['tasks:read', 'tasks:write'] }),
    ],
  ])('never gives a person’s session to %s', async (_, other) => {
    const { number } = pool()
    await number(callerOf(alice))
    expect(await number(other)).toBe(2)
  })

  it('never mixes the sessions of two people in 10,000 turns at the same time', async () => {
    const { pool: made, opened } = pool({ patience: 20_000 })
    const owners = new Map<number, string>()
    const wrong: string[] = []
    const turn = async (index: number) => {
      const principal = index % 2 === 0 ? alice : bob
      await made.use(callerOf(principal), 'tasks', async ({ number, fetch }) => {
        const owner = owners.get(number) ?? principal.subject
        owners.set(number, owner)
        const carried = await (await fetch(MCP)).text()
        if (owner !== principal.subject || carried !== `${principal.subject} at tasks`)
          wrong.push(`${number} ${carried}`)
      })
    }
    for (let from = 0; from < 10_000; from += 100)
      await Promise.all(Array.from({ length: 100 }, (_, index) => turn(from + index)))
    expect(wrong).toEqual([])
    expect(opened()).toBeLessThanOrEqual(16)
  })

  it('gives a session to one request at a time, and carries the credential of that request', async () => {
    const { pool: made } = pool()
    const hold = deferred<void>()
    const said: string[] = []
    const turn = (name: string, until?: Promise<void>) =>
      made.use(
        { ...callerOf(alice), fetch: () => async () => new Response(name) },
        'tasks',
        async ({ number, fetch }) => {
          await until
          said.push(`${number} carries ${await (await fetch(MCP)).text()}`)
        },
      )
    await turn('first')
    const second = turn('second', hold.promise)
    await turn('third')
    hold.resolve()
    await second
    await turn('fourth')
    expect(said.slice(0, 3)).toEqual(['1 carries first', '2 carries third', '1 carries second'])
    expect(said[3]).toMatch(/^[12] carries fourth$/)
  })

  it('ends a session when it is too old, idle too long, or its token ends', async () => {
    const { number, clock, live } = pool({ ttl: 100_000, idle: 60_000 })
    const caller = callerOf(alice)
    await number(caller)
    clock.forward(59)
    expect(await number(caller)).toBe(1)
    clock.forward(50)
    expect(await number(caller)).toBe(2)
    clock.forward(61)
    expect(await number(caller)).toBe(3)
    expect(await number(callerOf(bob, { expiresAt: START + 180 }))).toBe(4)
    clock.forward(15)
    expect(await number(callerOf(bob, { expiresAt: START + 3600 }))).toBe(5)
    expect([...live].map((session) => session.number)).toEqual([3, 5])
  })

  it('closes idle sessions also when no more requests come', async () => {
    vi.useFakeTimers()
    const { number, live } = pool({ idle: 60_000, now: Date.now })
    await number({ ...callerOf(alice), token: { scopes: [], expiresAt: Number.POSITIVE_INFINITY } })
    await vi.advanceTimersByTimeAsync(59_000)
    expect(live.size).toBe(1)
    await vi.advanceTimersByTimeAsync(1_001)
    expect(live.size).toBe(0)
  })

  it('keeps its limits under 10,000 people, and closes the longest idle session first', async () => {
    const { number, live, opened } = pool({ max: 100 })
    let most = 0
    for (let index = 0; index < 10_000; index++) {
      await number(callerOf(person(index)))
      most = Math.max(most, live.size)
    }
    expect([most, live.size, opened()]).toEqual([100, 100, 10_000])
    expect(await number(callerOf(person(9_999)))).toBe(10_000)
    expect(await number(callerOf(person(9_900)))).toBe(9_901)
    expect(await number(callerOf(person(0)))).toBe(10_001)
  })

  it('lets no person have more sessions than their share', async () => {
    const { pool: made, number, live } = pool({ maxPerPrincipal: 2 })
    const hold = deferred<void>()
    const held = ['a', 'b'].map((server) => made.use(callerOf(alice), server, () => hold.promise))
    await expect(number(callerOf(alice), 'c')).rejects.toMatchObject({ code: 'server_unavailable' })
    expect(await number(callerOf(bob), 'c')).toBe(3)
    const waiting = number(callerOf(alice), 'c')
    hold.resolve()
    await Promise.all(held)
    expect(await waiting).toBe(4)
    expect(live.size).toBe(3)
  })

  it('stops waiting when the caller gives up', async () => {
    const { pool: made } = pool({ max: 1, patience: 60_000 })
    const hold = deferred<void>()
    const held = made.use(callerOf(alice), 'a', () => hold.promise)
    const gaveUp = new AbortController()
    const waiting = made.use(callerOf(bob), 'a', async () => {}, gaveUp.signal)
    gaveUp.abort()
    await expect(waiting).rejects.toMatchObject({ code: 'cancelled' })
    hold.resolve()
    await held
  })

  it('keeps no session that failed to open, and none whose work failed', async () => {
    let fails = true
    const {
      pool: made,
      number,
      live,
    } = pool({
      max: 1,
      async open(server, fetch) {
        if (fails) throw new Error('no such server')
        const session = { number: 7, server, fetch }
        live.add(session)
        return session
      },
    })
    for (let index = 0; index < 3; index++)
      await expect(number(callerOf(alice))).rejects.toThrow('no such server')
    fails = false
    const broken = made.use(callerOf(alice), 'tasks', () => Promise.reject(new Error('broken')))
    await expect(broken).rejects.toThrow('broken')
    await expect.poll(() => live.size).toBe(0)
    expect(await number(callerOf(bob))).toBe(7)
  })

  /** Callers whose server has lost all sessions that were opened before its restart. */
  function restartable() {
    let started = 0
    const answered: string[] = []
    const fetch: typeof globalThis.fetch = async (_, init) => {
      const id = new Headers(init?.headers).get('mcp-session-id')
      const isKnown = id === null || id === `of-start-${started}`
      answered.push(`${init?.method ?? 'GET'} ${isKnown ? 'known' : 'lost'}`)
      return new Response(null, { status: isKnown ? 200 : 404 })
    }
    const made = sessionPool<{ id: string; fetch: typeof globalThis.fetch }>({
      async open(_, fetch) {
        await fetch(MCP, { method: 'POST' })
        return { id: `of-start-${started}`, fetch }
      },
      close: async () => undefined,
    })
    const caller = { ...callerOf(alice), fetch: () => fetch }
    /** As an SDK does: what is not found is an error. */
    const work = (methods: readonly string[]) =>
      made.use(caller, 'tasks', async ({ id, fetch }) => {
        for (const method of methods) {
          const headers = { 'mcp-session-id': id }
          const { status } = await fetch(MCP, { method, headers })
          if (status === 404) throw new Error('not found')
        }
        return id
      })
    return { work, made, answered, restart: () => void started++, caller }
  }

  it('does the first work after a restart of the server in a new session, once', async () => {
    const { work, answered, restart } = restartable()
    await Promise.all([work(['POST']), work(['POST'])])
    restart()
    answered.length = 0
    expect(await work(['POST'])).toBe('of-start-1')
    expect(answered).toEqual(['POST lost', 'POST known', 'POST known'])
    expect(await work(['GET', 'POST'])).toBe('of-start-1')
  })

  it('does not repeat work of which a part may have been done', async () => {
    const { made, restart, caller } = restartable()
    await made.use(caller, 'tasks', async () => undefined)
    const works: string[] = []
    const broken = made.use(caller, 'tasks', async ({ id, fetch }) => {
      works.push(id)
      const init = { method: 'POST', headers: { 'mcp-session-id': id } }
      await fetch(MCP, init)
      restart()
      const { status } = await fetch(MCP, init)
      if (status === 404) throw new Error('not found')
    })
    await expect(broken).rejects.toThrow('not found')
    expect(works).toHaveLength(1)
  })

  it('ends a person’s sessions at sign-out, and those in use after their work', async () => {
    const { pool: made, number, live } = pool()
    const hold = deferred<void>()
    const held = made.use(callerOf(alice), 'a', () => hold.promise)
    await number(callerOf(alice), 'b')
    await number(callerOf(bob), 'b')
    made.end({ issuer: alice.issuer, subject: alice.subject })
    await expect.poll(() => live.size).toBe(2)
    hold.resolve()
    await held
    await expect.poll(() => [...live].map(({ server }) => server)).toEqual(['b'])
    expect(await number(callerOf(alice), 'a')).toBe(4)
  })

  it('opens no session after it was closed', async () => {
    const { pool: made, number, live } = pool()
    await number(callerOf(alice))
    await made.close()
    expect(live.size).toBe(0)
    await expect(number(callerOf(alice))).rejects.toMatchObject({ code: 'server_unavailable' })
  })

  it.each(['ttl', 'idle', 'max', 'maxPerPrincipal', 'patience'])('wants a positive %s', (name) => {
    expect(() => pool({ [name]: 0 })).toThrow(new TypeError(`${name} must be a positive number`))
  })
})

describe('clients of the SDK in a pool', () => {
  it('keep a list of tools as long as the server says, and never show it to another person', async () => {
    let lists = 0
    const handler = (subject: string) =>
      createMcpHandler(
        () => {
          const server = new McpServer(
            { name: 'tools', version: '1.0.0' },
            { cacheHints: { 'tools/list': { ttlMs: 60_000, cacheScope: 'public' } } },
          )
          server.registerTool(`only-for-${subject}`, { description: 'One' }, async () => ({
            content: [],
          }))
          return server
        },
        { legacy: 'reject' },
      )
    const handlers = { alice: handler('alice'), bob: handler('bob') }
    const caller = (principal: Principal, subject: 'alice' | 'bob'): PoolCaller => ({
      ...callerOf(principal),
      fetch: () => async (input, init) => {
        const request = new Request(input, init)
        if ((await request.clone().text()).includes('tools/list')) lists++
        return handlers[subject].fetch(request)
      },
    })
    const clients = sessionPool<Client>({
      async open(_, fetch) {
        const client = new Client(
          { name: 'test', version: '1.0.0' },
          { versionNegotiation: { mode: { pin: '2026-07-28' } } },
        )
        await client.connect(new StreamableHTTPClientTransport(new URL(MCP), { fetch }))
        return client
      },
      close: (client) => client.close(),
      now: () => START * 1000,
    })
    const listed = (principal: Principal, subject: 'alice' | 'bob') =>
      clients.use(caller(principal, subject), 'tasks', async (client) =>
        (await client.listTools()).tools.map(({ name }) => name),
      )
    expect([
      await listed(alice, 'alice'),
      await listed(bob, 'bob'),
      await listed(alice, 'alice'),
    ]).toEqual([['only-for-alice'], ['only-for-bob'], ['only-for-alice']])
    expect(lists).toBe(2)
    await clients.close()
  })
})
