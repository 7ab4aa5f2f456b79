// Opens PostgreSQL through `pg`: a pool of connections for statements, and one that listens. It knows
// nothing of threads.

import type { ConnectionOptions } from 'node:tls'
import type { ClientBase, ClientConfig, Pool, PoolClient, QueryResult } from 'pg'
import { Credential } from '../../core/credential.ts'
import { withDeadline } from '../../core/http/deadline.ts'
import { errorCode } from '../files.ts'
import type { RunBell } from '../shared/run-bell.ts'
import type { SqlDatabase, Step } from '../statements/sql.ts'
import { bind, type Statement, type Values } from '../statements/statement.ts'
import { postgresBell } from './bell.ts'
import { migrate } from './migrations.ts'
import { decodeRow, encode } from './text.ts'

/**
 * Options of {@link openPostgres}. What you leave out, `pg` takes from the environment (`PGHOST`,
 * `PGUSER`, `PGPASSWORD`, …) or from `~/.pgpass`.
 */
export interface PostgresOptions {
  readonly host?: string
  readonly port?: number
  readonly database?: string
  readonly user?: string
  /** The password, or a function that is called for each new connection. */
  readonly password?: Credential | (() => Promise<Credential>)
  /** TLS, as `pg` takes it. Default: what the environment says. */
  readonly ssl?: boolean | ConnectionOptions
  /** The schema for the tables. It is made when it is missing. Default `onbehalf`. */
  readonly schema?: string
  /** The most connections, not counting the one that listens. Default 10. */
  readonly connections?: number
  /** The longest wait for a connection and for a statement, in milliseconds. Default 5,000 each. */
  readonly timeouts?: { readonly connect?: number; readonly statement?: number }
}

/** An open database. When a method has answered, its change is as durable as PostgreSQL is configured. */
export interface PostgresDatabase extends SqlDatabase {
  /** How instances hear of each other's runs. */
  readonly bell: RunBell
  /** Closes the connections. It does not wait for those that do not answer. */
  close(): Promise<void>
}

/**
 * PostgreSQL failed. A change may still have been made: a connection that breaks during a commit does
 * not say.
 */
export class PostgresError extends Error {
  override readonly name = 'PostgresError'
  /**
   * SQLSTATE, or the code of a failed connection. Nothing else is passed on, because the texts of these
   * errors quote values.
   */
  readonly code: string

  constructor(code: string) {
    super(`PostgreSQL could not do this (${code})`)
    this.code = code
  }
}

/** The longest time for making the tables. */
const MIGRATION_TIMEOUT_MS = 60_000
/** The longest time for closing. */
const CLOSE_TIMEOUT_MS = 2000

/** How often a change is tried when it runs into deadlocks. */
const MAX_ATTEMPTS = 3

/**
 * Connects, and brings the tables up to date. Several instances may do so at once. If the database goes
 * away later, calls fail within the timeouts until it is back. A connection pooler in between must keep
 * sessions, because statements are prepared by name and one connection listens.
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
  const {
    schema = 'onbehalf',
    connections = 10,
    timeouts: { connect = 5000, statement = 5000 } = {},
  } = options
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(schema))
    throw new TypeError('schema takes a plain name: a-z, 0-9 and _')
  const { default: pg } = await import('pg')
  const config: ClientConfig = {
    ...given(options),
    ...(options.password === undefined ? {} : { password: passwordOf(options.password) }),
    options: `-c search_path=${schema}`,
    application_name: 'onbehalf',
    keepAlive: true,
    connectionTimeoutMillis: connect,
    statement_timeout: statement,
    // For a server that no longer answers. It comes after the server's own timeout, which gives a
    // better reason.
    query_timeout: statement + 1000,
    // Frees what a dead instance has locked.
    idle_in_transaction_session_timeout: statement + 1000,
    types: {
      getTypeParser: (oid, format) =>
        oid === BIGINT ? Number : pg.types.getTypeParser(oid, format),
    },
  }
  const patient = {
    statement_timeout: MIGRATION_TIMEOUT_MS,
    query_timeout: MIGRATION_TIMEOUT_MS + 1000,
  }
  const migrator = new pg.Client({ ...config, ...patient })
  // Without a listener, the error event of a broken connection would end the process.
  migrator.on('error', ignore)
  const isUpToDate = await guarded(async () => {
    await migrator.connect()
    return await migrate(migrator, schema)
  }).finally(() => void migrator.end().catch(ignore))
  if (!isUpToDate)
    throw new Error('The tables in PostgreSQL were made by a newer version of onbehalf')

  const pool = new pg.Pool({ ...config, max: connections, idleTimeoutMillis: 30_000 })
  // The pool replaces an idle connection that breaks.
  pool.on('error', ignore)
  const bell = await postgresBell(() => new pg.Client(config))
  const names = new Map<string, string>()

  async function run(
    client: Pick<ClientBase, 'query'>,
    { text, values }: Pick<Step, 'text' | 'values'>,
  ): Promise<QueryResult> {
    const name = names.get(text) ?? `s${names.size}`
    names.set(text, name)
    return client.query({ name, text, values: values.map(encode) })
  }

  async function rowsOf<P extends Values, R>(
    statement: Statement<P, R>,
    values: P,
  ): Promise<readonly R[]> {
    const query = { text: statement.text, values: bind(statement, values) }
    const { rows } = await guarded(() => run(pool, query))
    return parseRows<R>(rows.map(decodeRow))
  }

  /** A single statement is a transaction by itself. */
  async function commitOne(only: Step): Promise<readonly number[] | undefined> {
    const rows = (await guarded(() => run(pool, only))).rowCount ?? 0
    if (only.needs === undefined || rows === only.needs) return [rows]
    // With no row changed, there is nothing to take back. With too many, it is too late.
    if (rows === 0) return undefined
    throw new Error('A step changed more rows than it needs')
  }

  function commitAll(steps: readonly Step[]): Promise<readonly number[] | undefined> {
    return withClient(pool, async (client) => {
      await client.query('begin')
      const rows: number[] = []
      try {
        for (const step of steps) {
          const count = (await run(client, step)).rowCount ?? 0
          if (step.needs !== undefined && count !== step.needs) {
            await client.query('rollback')
            return undefined
          }
          rows.push(count)
        }
        await client.query('commit')
        return rows
      } catch (error) {
        // Only if the server refused: a connection that does not answer is not used again.
        if (isRefusal(error)) await client.query('rollback')
        throw error
      }
    })
  }

  return {
    bell,
    async first<P extends Values, R>(
      statement: Statement<P, R>,
      values: P,
    ): Promise<R | undefined> {
      return (await rowsOf(statement, values))[0]
    },
    all: rowsOf,
    async commit(steps): Promise<readonly number[] | undefined> {
      const [first] = steps
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await (first && steps.length === 1 ? commitOne(first) : commitAll(steps))
        } catch (error) {
          if (
            attempt === MAX_ATTEMPTS ||
            !(error instanceof PostgresError && error.code === DEADLOCK)
          )
            throw error
        }
      }
    },
    async close(): Promise<void> {
      bell.close()
      await withDeadline(CLOSE_TIMEOUT_MS, undefined, () => pool.end())
    },
  }
}

/** SQLSTATE of a deadlock: the server took the change back, because it and another waited for each other. */
const DEADLOCK = '40P01'

/** The type that `pg` returns as text, because some values do not fit a number. Ours do. */
const BIGINT = 20

function given({ host, port, database, user, ssl }: PostgresOptions): ClientConfig {
  return {
    ...(host === undefined ? {} : { host }),
    ...(port === undefined ? {} : { port }),
    ...(database === undefined ? {} : { database }),
    ...(user === undefined ? {} : { user }),
    ...(ssl === undefined ? {} : { ssl }),
  }
}

/** `pg` calls this for each connection: so the password is in no configuration that could be printed. */
function passwordOf(password: Credential | (() => Promise<Credential>)): () => Promise<string> {
  return async () => (password instanceof Credential ? password : await password()).reveal()
}

async function withClient<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  return guarded(async () => {
    const client = await pool.connect()
    // A connection that breaks while in use tells only its holder.
    client.on('error', ignore)
    let broken = true
    try {
      const result = await work(client)
      broken = false
      return result
    } catch (error) {
      // After a refusal by the server the connection still works. After anything else, do not use it
      // again.
      broken = !isRefusal(error)
      throw error
    } finally {
      client.off('error', ignore)
      client.release(broken)
    }
  })
}

function ignore(): void {}

async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw new PostgresError(safeCode(error) ?? 'no answer')
  }
}

function safeCode(error: unknown): string | undefined {
  const code = errorCode(error)
  return code !== undefined && /^[A-Z0-9_]{3,30}$/.test(code) ? code : undefined
}

/** Whether the server refused, with an SQLSTATE that does not end the connection (57…, 08…). */
function isRefusal(error: unknown): boolean {
  const code = safeCode(error)
  return (
    code !== undefined &&
    /^[0-9A-Z]{5}$/.test(code) &&
    !code.startsWith('57') &&
    !code.startsWith('08')
  )
}

/** Rows have the columns that Kysely derived from the query, in tables that the migrations made. */
function parseRows<R>(rows: readonly unknown[]): readonly R[] {
  return rows as readonly R[]
}
