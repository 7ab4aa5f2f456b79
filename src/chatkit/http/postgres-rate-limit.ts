// A rate limit that instances share, in a table of PostgreSQL. The table names a person by a digest
// only.

import { withDeadline } from '../../core/http/deadline.ts'
import { isObject } from '../../core/json.ts'
import { checkOptions, type OptionNames } from '../../core/known-options.ts'
import { checkArgument, hasMethods } from '../../core/option-values.ts'
import {
  memoryRateLimit,
  RATES,
  type Rate,
  type RateLimit,
  type Rates,
  type RateTaken,
  ratesOf,
  takenOf,
} from './rate-limit.ts'

/** The part of a `Pool` of `pg` that this uses. */
export interface RatePool {
  query(query: { readonly text: string; readonly values?: unknown[] }): Promise<unknown>
}

/** Options of {@link postgresRateLimit}. */
export interface PostgresRateLimitOptions extends Rates {
  /** The table. It is created when it does not exist. Default `onbehalf_rate`. */
  readonly table?: string
  /** Milliseconds to wait for PostgreSQL. Default 2,000. */
  readonly patience?: number
}

/** Every option of the factory. A new one does not compile until it is here. */
const POSTGRES_RATE_LIMIT_OPTIONS: OptionNames<PostgresRateLimitOptions> = {
  ...RATES,
  table: 'optional',
  patience: 'optional',
}

const isPool = hasMethods(['query'], 'a Pool of the package pg')

/**
 * Makes a limit over a pool of connections. It does not connect before the first request. While
 * PostgreSQL is slow or away, each process counts alone: the few requests that then succeed stay
 * limited, and none is refused because of the outage. Rows are deleted within about two hours after
 * their time is over.
 *
 * @throws TypeError for a rate out of bounds, or a table's name with characters other than a-z, 0-9
 *   and _.
 *
 * @example
 * ```ts
 * const pool = new pg.Pool({ connectionString })
 * const rateLimit = postgresRateLimit(pool, { runs: { most: 30, per: 60 } })
 * ```
 */
export function postgresRateLimit(
  pool: RatePool,
  options: PostgresRateLimitOptions = {},
): RateLimit {
  checkArgument('postgresRateLimit: the pool', pool, isPool)
  checkOptions('postgresRateLimit', '', options, POSTGRES_RATE_LIMIT_OPTIONS)
  const { table = 'onbehalf_rate', patience = 2000, ...rates } = options
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(table))
    throw new TypeError('table takes a plain name: a-z, 0-9 and _')
  const each = ratesOf('postgresRateLimit', rates)
  const alone = memoryRateLimit(rates)
  let sweepAt = 0
  let made: Promise<unknown> | undefined

  /** Creates the table. After a failure, the next call tries again. */
  function ready(): Promise<unknown> {
    made ??= pool.query({ text: tableOf(table) }).catch((error) => {
      // Another instance created it at the same moment, which "if not exists" does not cover.
      if (saysThatItExists(error)) return
      made = undefined
      throw error
    })
    return made
  }

  /** Deletes the rows whose time is over, now and then. A failure is for the next sweep. */
  function sweep(now: number): void {
    if (now < sweepAt) return
    sweepAt = now + SWEEP_MS
    const text = `delete from "${table}" where expire < $1`
    pool.query({ text, values: [now - SWEEP_MS] }).catch(() => {})
  }

  async function count(key: string, rate: Rate): Promise<RateTaken> {
    const now = Date.now()
    const values = [key, now + rate.per * 1000, now]
    const answer = await pool.query({ text: countIn(table), values })
    sweep(now)
    const { points, until } = countOf(answer)
    return takenOf(points, until - now, rate)
  }

  return {
    async take(owner, kind): Promise<RateTaken> {
      const key = await digestOf(owner)
      const taken = await withDeadline(patience, undefined, async () => {
        await ready()
        return count(`${kind}:${key}`, each[kind])
      })
      return taken.ok ? taken.value : alone.take(key, kind)
    },
  }
}

/** An hour: the time of a rate may be over on one machine's clock and not on another's. */
const SWEEP_MS = 3_600_000

/** One statement, so that instances that count at the same moment count one after the other. */
function countIn(table: string): string {
  return `insert into "${table}" as counted (key, points, expire) values ($1, 1, $2)
    on conflict (key) do update set
      points = case when counted.expire <= $3 then 1 else counted.points + 1 end,
      expire = case when counted.expire <= $3 then $2 else counted.expire end
    returning points, expire`
}

/** PostgreSQL's driver gives a bigint as a text. */
function countOf(answer: unknown): { readonly points: number; readonly until: number } {
  const row = isObject(answer) && Array.isArray(answer.rows) ? answer.rows[0] : undefined
  if (!isObject(row)) throw new TypeError('the pool gave no row')
  return { points: Number(row.points), until: Number(row.expire) }
}

function tableOf(table: string): string {
  return `create table if not exists "${table}" (key varchar(255) primary key, points integer not null default 0, expire bigint)`
}

/**
 * PostgreSQL's codes when two connections create one table at the same moment: unique violation,
 * duplicate object, duplicate table.
 */
const EXISTS: ReadonlySet<unknown> = new Set(['23505', '42710', '42P07'])

function saysThatItExists(error: unknown): boolean {
  return error instanceof Error && 'code' in error && EXISTS.has(error.code)
}

async function digestOf(owner: string): Promise<string> {
  return Buffer.from(
    await crypto.subtle.digest('SHA-256', new TextEncoder().encode(owner)),
  ).toString('hex')
}
