// A limit that instances share, in a table of PostgreSQL. Who asked is in it as a digest only.

import RateLimiterPostgres from 'rate-limiter-flexible/lib/RateLimiterPostgres.js'
import { withDeadline } from '../../core/http/deadline.ts'
import {
  memoryRateLimit,
  type Rate,
  type RateLimit,
  type Rates,
  type RateTaken,
  ratesOf,
  take,
} from './rate-limit.ts'

/** What is needed of a `Pool` of `pg`. */
export interface RatePool {
  query(query: { readonly text: string; readonly values?: unknown[] }): Promise<unknown>
}

/** Options of {@link postgresRateLimit}. */
export interface PostgresRateLimitOptions extends Rates {
  /** The table; it is made when it is not there. Default `onbehalf_rate`. */
  readonly table?: string
  /** Milliseconds to wait for PostgreSQL. Default 2,000. */
  readonly patience?: number
}

/**
 * A limit over a pool of connections. Nothing is connected before the first request. While PostgreSQL is away or slow, each process counts by
 * itself: then nearly every request fails anyway, and what does not must neither be unlimited nor be refused for that. Rows whose time is over are
 * deleted within some 65 minutes.
 *
 * @throws TypeError for a rate that is none, or a table whose name is no plain one.
 *
 * @example
 * ```ts
 * const rateLimit = postgresRateLimit(new pg.Pool({ connectionString }), { runs: { most: 30, per: 60 } })
 * ```
 */
export function postgresRateLimit(
  pool: RatePool,
  options: PostgresRateLimitOptions = {},
): RateLimit {
  const { table = 'onbehalf_rate', patience = 2000, ...rates } = options
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(table))
    throw new TypeError('table takes a plain name: a-z, 0-9 and _')
  const each = ratesOf(rates)
  const alone = memoryRateLimit(rates)
  const limiter = (kind: string, { most, per }: Rate) =>
    new RateLimiterPostgres({
      storeClient: pool,
      storeType: 'pool',
      tableName: table,
      // The library would make the table once, now, and never again.
      tableCreated: true,
      clearExpiredByTimeout: kind === 'request',
      keyPrefix: kind,
      points: most,
      duration: per,
    })
  const limiters = { run: limiter('run', each.run), request: limiter('request', each.request) }
  let made: Promise<unknown> | undefined

  /** Makes the table, with the columns that the library works with. What failed is tried again. */
  function ready(): Promise<unknown> {
    made ??= pool.query({ text: tableOf(table) }).catch((error) => {
      // Another instance made it at the same moment: PostgreSQL's "if not exists" does not cover that.
      if (saysThatItExists(error)) return
      made = undefined
      throw error
    })
    return made
  }

  return {
    async take(owner, kind): Promise<RateTaken> {
      const key = await digestOf(owner)
      const taken = await withDeadline(patience, undefined, async () => {
        await ready()
        return take(limiters[kind], key)
      })
      return taken.ok ? taken.value : alone.take(key, kind)
    },
  }
}

function tableOf(table: string): string {
  return `create table if not exists "${table}" (key varchar(255) primary key, points integer not null default 0, expire bigint)`
}

/** What PostgreSQL says to the later of two who make a table, depending on how far the earlier one is: unique violation, duplicate object, duplicate table. */
const EXISTS: ReadonlySet<unknown> = new Set(['23505', '42710', '42P07'])

function saysThatItExists(error: unknown): boolean {
  return error instanceof Error && 'code' in error && EXISTS.has(error.code)
}

async function digestOf(owner: string): Promise<string> {
  return Buffer.from(
    await crypto.subtle.digest('SHA-256', new TextEncoder().encode(owner)),
  ).toString('hex')
}
