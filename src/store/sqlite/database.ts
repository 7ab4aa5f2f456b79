// Opens a SQLite file so that every commit survives a crash of the process and a loss of power. It
// knows nothing of threads or secrets.

import { chmodSync, closeSync, openSync } from 'node:fs'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import type { SqlDatabase, Step } from '../statements/sql.ts'
import { bind, type Statement, type Values } from '../statements/statement.ts'
import { migrate } from './migrations.ts'
import { runTransaction } from './transaction.ts'

/** Options of {@link openSqlite}. */
export interface SqliteOptions {
  /** How long to wait while another process writes, in milliseconds. Default 5,000. */
  readonly busyTimeout?: number
}

/** An open database. When a method has answered, its change is on the disk. */
export interface SqliteDatabase extends SqlDatabase {
  /** Closes the file. */
  close(): void
}

/**
 * Opens a SQLite file and brings its tables up to date. Makes the file when it is missing, with
 * mode 0600 because it holds conversations.
 *
 * @param path The file, or `:memory:`. Its folder must exist.
 * @throws Error when the file cannot be opened, is not a SQLite file, or was written by a newer
 *   version of onbehalf.
 *
 * @example
 * ```ts
 * const database = openSqlite('.data/app.db')
 * const store = sqliteThreadStore(database)
 * ```
 */
export function openSqlite(path: string, options: SqliteOptions = {}): SqliteDatabase {
  const database = openFile(path, options)
  const prepared = new Map<string, StatementSync>()

  function prepare(text: string): StatementSync {
    const known = prepared.get(text)
    if (known) return known
    const statement = database.prepare(text)
    prepared.set(text, statement)
    return statement
  }

  function run({ text, values }: Step): number {
    return Number(prepare(text).run(...values).changes)
  }

  return {
    first<P extends Values, R>(statement: Statement<P, R>, values: P): R | undefined {
      return parseRow<R>(prepare(statement.text).get(...bind(statement, values)))
    },
    async all<P extends Values, R>(statement: Statement<P, R>, values: P): Promise<readonly R[]> {
      return parseRows<R>(prepare(statement.text).all(...bind(statement, values)))
    },
    async commit(steps): Promise<readonly number[] | undefined> {
      const [first] = steps
      return first && steps.length === 1 ? commitOne(first, run) : commitAll(steps, run, database)
    },
    close: () => database.close(),
  }
}

function openFile(path: string, { busyTimeout = 5000 }: SqliteOptions): DatabaseSync {
  if (path !== ':memory:') {
    closeSync(openSync(path, 'a', 0o600))
    chmodSync(path, 0o600)
  }
  const database = new DatabaseSync(path, {
    timeout: busyTimeout,
    enableForeignKeyConstraints: true,
  })
  try {
    // FULL syncs the log at every commit: a commit survives a loss of power, not only a crash.
    database.exec('pragma journal_mode = wal; pragma synchronous = full')
    if (!migrate(database))
      throw new Error('The SQLite file was written by a newer version of onbehalf')
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

/** A single statement is a transaction by itself. */
function commitOne(step: Step, run: (step: Step) => number): readonly number[] | undefined {
  const rows = run(step)
  if (step.needs === undefined || rows === step.needs) return [rows]
  // With no row changed, there is nothing to take back. With too many, it is too late.
  if (rows === 0) return undefined
  throw new Error('A step changed more rows than it needs')
}

function commitAll(
  steps: readonly Step[],
  run: (step: Step) => number,
  database: DatabaseSync,
): readonly number[] | undefined {
  try {
    return runTransaction(database, () =>
      steps.map((step) => {
        const rows = run(step)
        if (step.needs !== undefined && rows !== step.needs) throw new NeedUnmet()
        return rows
      }),
    )
  } catch (error) {
    if (error instanceof NeedUnmet) return undefined
    throw error
  }
}

/** A step did not change as many rows as it needs. Thrown to end the transaction. */
class NeedUnmet extends Error {
  override readonly name = 'NeedUnmet'
}

/** Rows have the columns that Kysely derived from the query, in tables that the migrations made. */
function parseRow<R>(row: unknown): R | undefined {
  return row as R | undefined
}

function parseRows<R>(rows: readonly unknown[]): readonly R[] {
  return rows as readonly R[]
}
