// Opens PostgreSQL through `pg`: a pool of connections for statements, and one that listens. It
// knows nothing of threads.

import type { Client } from 'pg'
import type { ThreadStore } from '../../chatkit/threads/thread-store.ts'
import { withDeadline } from '../../core/http/deadline.ts'
import { checkOptions, type OptionNames } from '../../core/known-options.ts'
import {
  isClientSecret,
  isNumber,
  isOneOf,
  isText,
  type ValueChecks,
} from '../../core/option-values.ts'
import type { RunBell } from '../shared/run-bell.ts'
import type { SqlDatabase } from '../statements/sql.ts'
import { lookingBell, postgresBell } from './bell.ts'
import { clientConfig, MIGRATION_WAIT, parseSchema, serverTimeouts } from './client-config.ts'
import { guarded } from './failure.ts'
import { migrate } from './migrations.ts'
import type { PostgresOptions } from './options.ts'
import { pooledDatabase } from './pooled.ts'

/**
 * An open database. When a method has answered, its change is as durable as PostgreSQL is
 * configured.
 */
export interface PostgresDatabase extends SqlDatabase {
  /** How instances hear of each other's runs. */
  readonly bell: RunBell
  /** The thread stores over it: a run can begin in one change with a new thread of theirs. */
  readonly threadStores: WeakSet<ThreadStore>
  /** Closes the connections. It does not wait for those that do not answer. */
  close(): Promise<void>
}

/** The longest time for closing. */
const CLOSE_TIMEOUT_MS = 2000
/** How long a connection of the pool stays open with nothing to do. */
const IDLE_TIMEOUT_MS = 30_000

/** Every option of the factory. A new one does not compile until it is here. */
const OPEN_POSTGRES_OPTIONS: OptionNames<PostgresOptions> = {
  host: 'optional',
  port: 'optional',
  database: 'optional',
  user: 'optional',
  password: 'optional',
  ssl: 'optional',
  schema: 'optional',
  connections: 'optional',
  timeouts: 'optional',
  pooler: 'optional',
  direct: 'optional',
}

const OPEN_POSTGRES_VALUES: ValueChecks = {
  host: isText,
  port: isNumber,
  database: isText,
  user: isText,
  password: isClientSecret,
  connections: isNumber,
  pooler: isOneOf('transaction'),
}

const TIMEOUTS: OptionNames<NonNullable<PostgresOptions['timeouts']>> = {
  connect: 'optional',
  statement: 'optional',
}

const DIRECT: OptionNames<NonNullable<PostgresOptions['direct']>> = {
  host: 'optional',
  port: 'optional',
  database: 'optional',
  user: 'optional',
  password: 'optional',
  ssl: 'optional',
}

const TIMES: ValueChecks = { connect: isNumber, statement: isNumber }

/**
 * Connects, and brings the tables up to date. Several instances may do so at once. If the database
 * goes away later, calls fail within the timeouts until it is back. For a connection pooler in between
 * that does not keep sessions, see `pooler` and `direct`.
 *
 * @throws PostgresError when the database cannot be reached, or refuses.
 * @throws Error when a newer version made the tables, or the package `pg` is not installed.
 * @throws TypeError when the schema is not a plain name.
 *
 * @example
 * ```ts
 * const database = await openPostgres({ host: 'db.example', database: 'app' })
 * const store = postgresThreadStore(database)
 * const runs = postgresRunStore(database)
 * ```
 */
export async function openPostgres(options: PostgresOptions = {}): Promise<PostgresDatabase> {
  checkOptions('openPostgres', '', options, OPEN_POSTGRES_OPTIONS, OPEN_POSTGRES_VALUES)
  if (options.timeouts !== undefined)
    checkOptions('openPostgres', 'timeouts', options.timeouts, TIMEOUTS, TIMES)
  if (options.direct !== undefined)
    checkOptions('openPostgres', 'direct', options.direct, DIRECT, OPEN_POSTGRES_VALUES)
  const schema = parseSchema(options)
  const { default: pg } = await import('pg')
  const { connections = 10, direct = {}, pooler } = options
  const config = clientConfig(options, pg.types)
  await bringUpToDate(new pg.Client({ ...config, ...MIGRATION_WAIT }), schema)

  const keepsSession = pooler === undefined
  const pool = new pg.Pool({
    ...config,
    max: connections,
    idleTimeoutMillis: IDLE_TIMEOUT_MS,
    ...(keepsSession
      ? {
          onConnect: async (client) =>
            void (await client.query(serverTimeouts(options, 'session'))),
        }
      : {}),
  })
  // The pool replaces an idle connection that breaks.
  pool.on('error', ignore)
  const listens = keepsSession || options.direct !== undefined
  const bell = listens
    ? await postgresBell(
        () => new pg.Client(clientConfig({ ...options, ...direct }, pg.types)),
        serverTimeouts(options, 'session'),
      )
    : lookingBell()
  return {
    ...pooledDatabase(pool, {
      schema,
      keepsSession,
      begin: keepsSession ? 'begin' : `begin; ${serverTimeouts(options, 'transaction')}`,
    }),
    bell,
    threadStores: new WeakSet(),
    async close(): Promise<void> {
      bell.close()
      await withDeadline(CLOSE_TIMEOUT_MS, undefined, () => pool.end())
    },
  }
}

/** Makes or changes the tables over a connection that is closed afterwards. */
async function bringUpToDate(migrator: Client, schema: string): Promise<void> {
  // Without a listener, the error event of a broken connection would end the process.
  migrator.on('error', ignore)
  const isUpToDate = await guarded(async () => {
    await migrator.connect()
    return await migrate(migrator, schema)
  }).finally(() => void migrator.end().catch(ignore))
  if (!isUpToDate)
    throw new Error('The tables in PostgreSQL were made by a newer version of onbehalf')
}

function ignore(): void {}
