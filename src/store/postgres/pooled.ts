// Runs statements over a pool of connections: queries, and changes that happen completely or not at
// all.

import type { ClientBase, Pool, PoolClient, QueryResult } from 'pg'
import { DEFAULT_SCHEMA } from '../statements/default-schema.ts'
import type { SqlDatabase, Step } from '../statements/sql.ts'
import { bind, type Statement, type Values } from '../statements/statement.ts'
import { guarded, isDeadlock, isRefusal } from './failure.ts'
import { decodeRow, encode } from './text.ts'

/** How often a change is tried when it runs into deadlocks. */
const MAX_ATTEMPTS = 3

/** Sends one statement over a connection or the pool. */
type Send = (
  client: Pick<ClientBase, 'query'>,
  step: Pick<Step, 'text' | 'values'>,
) => Promise<QueryResult>

/** How statements are sent. */
export interface PooledOptions {
  /** The schema of the tables. */
  readonly schema: string
  /** Begins a transaction, with whatever has to be set in it. */
  readonly begin: string
  /** Whether a connection stays the same between two statements, so that it can keep them prepared. */
  readonly keepsSession: boolean
}

/** The database over this pool. */
export function pooledDatabase(pool: Pool, options: PooledOptions): SqlDatabase {
  const send = sender(options)

  async function rowsOf<P extends Values, R>(
    statement: Statement<P, R>,
    values: P,
  ): Promise<readonly R[]> {
    const query = { text: statement.text, values: bind(statement, values) }
    const { rows } = await guarded(() => send(pool, query))
    return parseRows<R>(rows.map(decodeRow))
  }

  return {
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
          return await (first && steps.length === 1
            ? commitOne(pool, send, first)
            : commitAll(pool, send, steps, options.begin))
        } catch (error) {
          if (attempt === MAX_ATTEMPTS || !isDeadlock(error)) throw error
        }
      }
    },
  }
}

/** A statement as it is sent. */
interface Sent {
  readonly text: string
  /** A connection prepares a text with a name only once. */
  readonly name?: string
}

/** Names the schema in each text, and gives the text a name where connections keep them prepared. */
function sender({ schema, keepsSession }: PooledOptions): Send {
  const known = new Map<string, Sent>()
  return async (client, { text, values }) => {
    const sent = known.get(text) ?? {
      text: text.replaceAll(`"${DEFAULT_SCHEMA}".`, `"${schema}".`),
      ...(keepsSession ? { name: `s${known.size}` } : {}),
    }
    known.set(text, sent)
    return client.query({ ...sent, values: values.map(encode) })
  }
}

/** A single statement is a transaction by itself. */
async function commitOne(
  pool: Pool,
  send: Send,
  only: Step,
): Promise<readonly number[] | undefined> {
  const rows = (await guarded(() => send(pool, only))).rowCount ?? 0
  if (only.needs === undefined || rows === only.needs) return [rows]
  // With no row changed, there is nothing to take back. With too many, it is too late.
  if (rows === 0) return undefined
  throw new Error('A step changed more rows than it needs')
}

function commitAll(
  pool: Pool,
  send: Send,
  steps: readonly Step[],
  begin: string,
): Promise<readonly number[] | undefined> {
  return withClient(pool, async (client) => {
    await client.query(begin)
    const rows: number[] = []
    try {
      for (const step of steps) {
        const count = (await send(client, step)).rowCount ?? 0
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
      // After a refusal by the server the connection still works. After anything else, do not use
      // it again.
      broken = !isRefusal(error)
      throw error
    } finally {
      client.off('error', ignore)
      client.release(broken)
    }
  })
}

function ignore(): void {}

/** Rows have the columns that Kysely derived from the query, in tables that the migrations made. */
function parseRows<R>(rows: readonly unknown[]): readonly R[] {
  return rows as readonly R[]
}
