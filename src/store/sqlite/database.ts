// One SQLite file, opened so that what was committed survives the end of the process and of the machine. It knows no threads.

import { chmodSync, closeSync, openSync } from 'node:fs'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import type { SqlDatabase, Step } from '../statements/sql.ts'
import { bind, type Statement, type Values } from '../statements/statement.ts'
import { MIGRATIONS } from './migrations.ts'

/** Options of {@link openSqlite}. */
export interface SqliteOptions {
  /** Milliseconds to wait while another process writes. Default 5,000. */
  readonly busyTimeout?: number
}

/** An open database. Whatever a method has answered is on the disk. */
export interface SqliteDatabase extends SqlDatabase {
  /** Runs statements, all or nothing, and gives the number of rows that each changed. */
  batch(steps: readonly Step[]): Promise<readonly number[]>
  /** Closes the file. */
  close(): void
}

/**
 * Opens a SQLite file, makes it when it is not there (mode 0600: it holds conversations), and brings its tables up to date.
 *
 * @param path The file, or `:memory:`. Its folder must exist.
 * @throws Error when the file cannot be opened, is none of SQLite's, or was written by a newer version.
 */
export function openSqlite(path: string, options: SqliteOptions = {}): SqliteDatabase {
  const { busyTimeout = 5000 } = options
  if (path !== ':memory:') {
    closeSync(openSync(path, 'a', 0o600))
    chmodSync(path, 0o600)
  }
  const database = new DatabaseSync(path, {
    timeout: busyTimeout,
    enableForeignKeyConstraints: true,
  })
  try {
    // FULL: the log is synced at every commit, so that a commit outlives a loss of power, not only a crash.
    database.exec('pragma journal_mode = wal; pragma synchronous = full')
    migrate(database)
  } catch (error) {
    database.close()
    throw error
  }
  const prepared = new Map<string, StatementSync>()

  function prepare(text: string): StatementSync {
    const known = prepared.get(text)
    if (known) return known
    const made = database.prepare(text)
    prepared.set(text, made)
    return made
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
    async batch(steps): Promise<readonly number[]> {
      const [first] = steps
      // A single statement is a transaction by itself.
      return first && steps.length === 1
        ? [run(first)]
        : transaction(database, () => steps.map(run))
    },
    async commit(steps): Promise<readonly number[] | undefined> {
      const [first] = steps
      if (first && steps.length === 1) {
        // One row or none is changed by itself; more than were needed cannot be told before.
        const rows = run(first)
        if (first.needs === undefined || rows === first.needs) return [rows]
        if (rows === 0) return undefined
        throw new Error('A step concerned more rows than it needs')
      }
      return transaction(
        database,
        () => {
          const rows: number[] = []
          for (const one of steps) {
            const concerned = run(one)
            if (one.needs !== undefined && concerned !== one.needs) throw new Unmet()
            rows.push(concerned)
          }
          return rows
        },
        Unmet,
      )
    },
    close: () => database.close(),
  }
}

/** A step did not concern as many rows as it needs. */
class Unmet extends Error {
  override readonly name = 'Unmet'
}

/** Nothing is awaited inside, so no other statement can come between. */
function transaction<T>(database: DatabaseSync, work: () => T): T
function transaction<T>(
  database: DatabaseSync,
  work: () => T,
  expected: typeof Unmet,
): T | undefined
function transaction<T>(
  database: DatabaseSync,
  work: () => T,
  expected?: typeof Unmet,
): T | undefined {
  database.exec('begin immediate')
  try {
    const result = work()
    database.exec('commit')
    return result
  } catch (error) {
    if (database.isTransaction) database.exec('rollback')
    if (expected && error instanceof expected) return undefined
    throw error
  }
}

function migrate(database: DatabaseSync): void {
  transaction(database, () => {
    const done = Number(database.prepare('pragma user_version').get()?.user_version)
    if (done > MIGRATIONS.length)
      throw new Error('The SQLite file was written by a newer version of onbehalf')
    for (const text of MIGRATIONS.slice(done).flat()) database.exec(text)
    database.exec(`pragma user_version = ${MIGRATIONS.length}`)
  })
}

/** Rows have the columns that Kysely derived from the query, in a file whose tables the migrations made. */
function parseRow<R>(row: unknown): R | undefined {
  return row as R | undefined
}

function parseRows<R>(rows: readonly unknown[]): readonly R[] {
  return rows as readonly R[]
}
