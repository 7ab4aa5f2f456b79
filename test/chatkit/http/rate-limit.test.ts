import pg from 'pg'
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
  onTestFinished,
  vi,
} from 'vitest'
import { postgresRateLimit, type RatePool } from '../../../src/chatkit/http/postgres-rate-limit.ts'
import {
  memoryRateLimit,
  type RateLimit,
  type Rates,
} from '../../../src/chatkit/http/rate-limit.ts'
import { type PostgresServer, startPostgres } from '../../store/postgres/server.ts'

const RATES: Rates = { runs: { most: 2, per: 10 }, requests: { most: 4, per: 60 } }
const OK = { ok: true }

// The clock alone: real connections need their timers.
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2026, 0, 1) })
})
afterEach(() => {
  vi.useRealTimers()
})

function pass(milliseconds: number): void {
  vi.setSystemTime(Date.now() + milliseconds)
}

function contract(make: () => Promise<RateLimit>): void {
  it('allows so many in a time, and says when the next one is', async () => {
    const limit = await make()
    expect(await limit.take('alice', 'run')).toEqual(OK)
    pass(3000)
    expect(await limit.take('alice', 'run')).toEqual(OK)
    expect(await limit.take('alice', 'run')).toEqual({ ok: false, retryAfter: 7 })
    pass(6600)
    expect(await limit.take('alice', 'run')).toEqual({ ok: false, retryAfter: 1 })
    pass(400)
    expect(await limit.take('alice', 'run')).toEqual(OK)
  })

  it('counts each kind and each owner apart', async () => {
    const limit = await make()
    for (let count = 0; count < 3; count += 1) await limit.take('alice', 'run')
    expect(await limit.take('alice', 'request')).toEqual(OK)
    expect(await limit.take('bob', 'run')).toEqual(OK)
    for (let count = 0; count < 3; count += 1)
      expect(await limit.take('alice', 'request')).toEqual(OK)
    expect(await limit.take('alice', 'request')).toEqual({ ok: false, retryAfter: 60 })
    expect(await limit.take('alice', 'run')).toEqual({ ok: false, retryAfter: 10 })
  })

  it('lets no more through when all come at once', async () => {
    const limit = await make()
    const taken = await Promise.all(
      Array.from({ length: 20 }, () => limit.take('alice', 'request')),
    )
    expect(taken.filter(({ ok }) => ok)).toHaveLength(4)
  })
}

describe('a rate limit in memory', () => {
  contract(async () => memoryRateLimit(RATES))

  it('a rate limit in memory needs no timer', async () => {
    vi.useFakeTimers()
    const limit = memoryRateLimit(RATES)
    for (let count = 0; count < 100; count += 1) await limit.take(`person ${count}`, 'run')
    expect(vi.getTimerCount()).toBe(0)
  })

  it.each([
    { most: 0, per: 1 },
    { most: 1.5, per: 1 },
    { most: Number.NaN, per: 1 },
    { most: 1, per: 0 },
    { most: 1, per: Number.NaN },
    // The timer of a longer one would end at once.
    { most: 1, per: 2_147_484 },
  ])('a rate limit in memory of %j is refused', (rate) => {
    expect(() => memoryRateLimit({ runs: rate })).toThrow(TypeError)
    expect(() => memoryRateLimit({ requests: rate })).toThrow(TypeError)
  })
})

describe('a rate limit in PostgreSQL', () => {
  let server: PostgresServer

  beforeAll(async () => {
    server = await startPostgres()
  })
  afterAll(() => server.close())

  function poolOf(database: string): pg.Pool {
    const { host, port, user } = server
    const pool = new pg.Pool({ host, port, user, database })
    pool.on('error', () => {})
    onTestFinished(() => pool.end())
    return pool
  }

  contract(async () => postgresRateLimit(poolOf(await server.database()), RATES))

  it('a rate limit in PostgreSQL is one for all instances, which may begin at the same moment', async () => {
    const database = await server.database()
    const limits = Array.from({ length: 5 }, () => postgresRateLimit(poolOf(database), RATES))
    const taken = await Promise.all(
      [...limits, ...limits].map((limit) => limit.take('alice', 'request')),
    )
    expect(taken.filter(({ ok }) => ok)).toHaveLength(4)
  })

  it.each(['23505', '42710', '42P07'])(
    'a rate limit in PostgreSQL goes on when another instance has made the table at the same moment: %s',
    async (code) => {
      const pool: RatePool = {
        async query({ text }) {
          if (text.startsWith('create')) throw Object.assign(new Error('duplicate'), { code })
          return { rows: [{ points: 3, expire: Date.now() + 5000 }] }
        },
      }
      expect(await postgresRateLimit(pool, RATES).take('alice', 'run')).toEqual({
        ok: false,
        retryAfter: 5,
      })
    },
  )

  it('a rate limit in PostgreSQL deletes the rows of people who have long been away', async () => {
    const pool = poolOf(await server.database())
    const limit = postgresRateLimit(pool, RATES)
    await limit.take('alice', 'run')
    pass(2 * 3_600_000)
    await limit.take('bob', 'run')
    await vi.waitFor(async () => {
      const { rows } = await pool.query('select count(*)::int as count from onbehalf_rate')
      expect(rows[0].count).toBe(1)
    })
  })

  it('a rate limit in PostgreSQL keeps no name of anybody', async () => {
    const pool = poolOf(await server.database())
    const owner = '["https://issuer.example",null,"alice@company.example"]'
    await postgresRateLimit(pool, RATES).take(owner, 'run')
    const { rows } = await pool.query('select * from onbehalf_rate')
    expect(rows).toHaveLength(1)
    expect(rows[0].key).toMatch(/^run:[0-9a-f]{64}$/)
    expect(JSON.stringify(rows)).not.toMatch(/alice|issuer/)
  })

  it('a rate limit in PostgreSQL is kept by each process alone while PostgreSQL is gone, and shared again when it is back', async () => {
    const pool = poolOf(await server.database())
    const [one, other] = [postgresRateLimit(pool, RATES), postgresRateLimit(pool, RATES)]
    await server.crash()
    try {
      for (const limit of [one, other]) {
        expect(await limit.take('alice', 'run')).toEqual(OK)
        expect(await limit.take('alice', 'run')).toEqual(OK)
        expect(await limit.take('alice', 'run')).toEqual({ ok: false, retryAfter: 10 })
      }
    } finally {
      await server.start()
    }
    expect(await one.take('alice', 'run')).toEqual(OK)
    expect(await other.take('alice', 'run')).toEqual(OK)
    expect(await one.take('alice', 'run')).toMatchObject({ ok: false })
  })

  it('a rate limit in PostgreSQL does not wait for a PostgreSQL that does not answer', async () => {
    vi.useFakeTimers()
    let ask = () => {}
    const asked = new Promise<void>((resolve) => {
      ask = resolve
    })
    const silent: RatePool = {
      query() {
        ask()
        return new Promise(() => {})
      },
    }
    const taken = postgresRateLimit(silent, { ...RATES, patience: 500 }).take('alice', 'run')
    await asked
    await vi.advanceTimersByTimeAsync(500)
    expect(await taken).toEqual(OK)
  })

  it('a rate limit in PostgreSQL is not made over a table whose name is no plain one', () => {
    expect(() =>
      postgresRateLimit({ query: async () => undefined }, { table: 'a"; drop table b; --' }),
    ).toThrow(TypeError)
  })
})
