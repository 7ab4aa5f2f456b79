// PostgreSQL through `pg`: a pool for statements, and a connection that listens. It knows no threads.

import type { ConnectionOptions } from 'node:tls'
import type { ClientBase, ClientConfig, Pool, PoolClient, QueryResult } from 'pg'
import { Credential } from '../../core/credential.ts'
import { withDeadline } from '../../core/http/deadline.ts'
import type { RunBell } from '../shared/run-bell.ts'
import type { SqlDatabase, Step } from '../statements/sql.ts'
import { bind, type Statement, type Values } from '../statements/statement.ts'
import { postgresBell } from './bell.ts'
import { migrate } from './migrations.ts'
import { decodeRow, encode } from './text.ts'

/** Options of {@link openPostgres}. What is not given, `pg` takes from the environment (`PGHOST`, `PGUSER`, `PGPASSWORD`, …) or from `~/.pgpass`. */
export interface PostgresOptions {
  readonly host?: string
  readonly port?: number
  readonly database?: string
  readonly user?: string
  /** The password, or a function that is asked at each new connection. */
  readonly password?: Credential | (() => Promise<Credential>)
  /** TLS, as `pg` takes it. Default: what the environment says. */
  readonly ssl?: boolean | ConnectionOptions
  /** The schema that holds the tables; it is made when it is not there. Default `onbehalf`. */
  readonly schema?: string
  /** Connections at most, besides the one that listens. Default 10. */
  readonly connections?: number
  /** Milliseconds to get a connection, and for one statement. Default 5,000 each. */
  readonly timeouts?: { readonly connect?: number; readonly statement?: number }
}

/** An open database. Whatever a method has answered is on its disk, as far as PostgreSQL is configured to. */
export interface PostgresDatabase extends SqlDatabase {
  /** How instances hear of each other's runs. */
  readonly bell: RunBell
  /** Closes its connections; those that do not answer are not waited for. */
  close(): Promise<void>
}

/** PostgreSQL did not do what it was asked to, or may have: a connection that breaks at the end of a change does not say whether it was made. */
export class PostgresError extends Error {
  override readonly name = 'PostgresError'
  /** SQLSTATE, or the code of a connection that failed. It is all that is passed on, because the texts of these errors quote values. */
  readonly code: string

  constructor(code: string) {
    super(`PostgreSQL could not do this (${code})`)
    this.code = code
  }
}

/** Milliseconds for making the tables, and for closing. */
const LONGEST_MIGRATION = 60_000
const LONGEST_CLOSE = 2000

/** How often a change is made anew when it and another one waited for each other. */
const ATTEMPTS = 3

/**
 * Connects, and brings the tables up to date: several instances may do it at once. Afterwards the database may go and come back: meanwhile
 * calls fail within the timeouts. Statements are prepared by name and one connection listens, so a pooler in between must keep sessions.
 *
 * @throws PostgresError when it cannot be reached or refuses; Error when its tables were made by a newer version, or when the package `pg` is
 *   not installed.
 * @throws TypeError for a schema that is no plain name.
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
    // Later than the server's own, which knows why; it ends the wait for a server that does not answer any more.
    query_timeout: statement + 1000,
    // What an instance that is gone has locked is free again.
    idle_in_transaction_session_timeout: statement + 1000,
    types: {
      getTypeParser: (oid, format) =>
        oid === BIGINT ? Number : pg.types.getTypeParser(oid, format),
    },
  }
  const patient = { statement_timeout: LONGEST_MIGRATION, query_timeout: LONGEST_MIGRATION + 1000 }
  const migrator = new pg.Client({ ...config, ...patient })
  // A connection that breaks says so here, too; without a listener it would end the process.
  migrator.on('error', ignore)
  const isUpToDate = await guarded(async () => {
    await migrator.connect()
    return await migrate(migrator, schema)
  }).finally(() => void migrator.end().catch(ignore))
  if (!isUpToDate)
    throw new Error('The tables in PostgreSQL were made by a newer version of onbehalf')

  const pool = new pg.Pool({ ...config, max: connections, idleTimeoutMillis: 30_000 })
  // An idle connection that breaks is replaced by the pool.
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

  /** One statement is a transaction by itself. */
  async function commitOne(only: Step): Promise<readonly number[] | undefined> {
    const rows = (await guarded(() => run(pool, only))).rowCount ?? 0
    if (only.needs === undefined || rows === only.needs) return [rows]
    // One row or none is changed by itself; more than were needed cannot be told before.
    if (rows === 0) return undefined
    throw new Error('A step concerned more rows than it needs')
  }

  function commitAll(steps: readonly Step[]): Promise<readonly number[] | undefined> {
    return withClient(pool, async (client) => {
      await client.query('begin')
      const rows: number[] = []
      try {
        for (const step of steps) {
          const concerned = (await run(client, step)).rowCount ?? 0
          if (step.needs !== undefined && concerned !== step.needs) {
            await client.query('rollback')
            return undefined
          }
          rows.push(concerned)
        }
        await client.query('commit')
        return rows
      } catch (error) {
        // A connection that does not answer is not asked again.
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
          if (attempt === ATTEMPTS || !(error instanceof PostgresError && error.code === DEADLOCK))
            throw error
        }
      }
    },
    async close(): Promise<void> {
      bell.close()
      await withDeadline(LONGEST_CLOSE, undefined, () => pool.end())
    },
  }
}

/** SQLSTATE of a change that was taken back because it and another one waited for each other. */
const DEADLOCK = '40P01'

/** The type that `pg` gives as text, because not every one fits a number; ours do. */
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

/** Asked by `pg` when a connection is made, so that the text is in no configuration that could be printed. */
function passwordOf(password: Credential | (() => Promise<Credential>)): () => Promise<string> {
  return async () => (password instanceof Credential ? password : await password()).reveal()
}

async function withClient<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  return guarded(async () => {
    const client = await pool.connect()
    // A connection that breaks while it is out tells so to its holder only.
    client.on('error', ignore)
    let broken = true
    try {
      const result = await work(client)
      broken = false
      return result
    } catch (error) {
      // A refusal of the server's leaves the connection as good as it was; after anything else it is not used again.
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
    throw new PostgresError(codeOf(error) ?? 'no answer')
  }
}

function codeOf(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' && /^[A-Z0-9_]{3,30}$/.test(code) ? code : undefined
}

/** Whether the server itself refused, by an SQLSTATE other than those that say that it ends the connection. */
function isRefusal(error: unknown): boolean {
  const code = codeOf(error)
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
