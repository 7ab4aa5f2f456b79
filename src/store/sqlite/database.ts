// Opens a SQLite file so that every commit survives a crash of the process and a loss of power. It
// knows nothing of threads or secrets.

import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { checkOptions, type OptionNames } from '../../core/known-options.ts'
import { isNumber } from '../../core/option-values.ts'
import { checkPath } from '../checks.ts'
import { localBell, type RunBell } from '../shared/run-bell.ts'
import type { SqlDatabase, Step } from '../statements/sql.ts'
import { bind, type Statement, type Values } from '../statements/statement.ts'
import { type Claim, claimFile } from './claim.ts'
import { inTurn } from './in-turn.ts'
import { type Journal, openJournal } from './journal.ts'
import { isLocked, SqliteLockedError } from './locked.ts'
import { migrate } from './migrations.ts'
import { keepPrivate, makePrivateFile } from './private-file.ts'
import { runTransaction } from './transaction.ts'
import { threadWriter, type Writer } from './writer.ts'

/** Options of {@link openSqlite}. */
export interface SqliteOptions {
  /**
   * How long a call waits while another process has the file locked, in whole milliseconds. The
   * process goes on with other work meanwhile. Default 5,000.
   */
  readonly busyTimeout?: number
}

/**
 * An open database. When a method has answered, its change is on the disk. Changes are made in the
 * order in which they came. A method throws `SqliteLockedError` when another process had the file
 * locked for the whole `busyTimeout`; then nothing was changed.
 */
export interface SqliteDatabase extends SqlDatabase {
  /** How the servers of this process hear of each other's runs. */
  readonly bell: RunBell
  /** Where the events of runs are. */
  readonly journal: Journal
  /**
   * Makes this connection the only one, over all processes, that has claimed the file. Others may
   * still read and write it. The claim ends with `close`, or with the process. From now on a thread
   * makes the changes: this process serves people, and must not wait for the disk.
   *
   * @param waitMs How long to wait for the one that has it. The process stands still meanwhile.
   * @returns Whether it was not claimed before.
   * @throws SqliteInUseError when another connection has it still.
   */
  claim(waitMs: number): boolean
  /** Closes the file. */
  close(): void
}

/** Every option of the factory. A new one does not compile until it is here. */
const OPEN_SQLITE_OPTIONS: OptionNames<SqliteOptions> = {
  busyTimeout: 'optional',
}

/**
 * Opens a SQLite file and brings its tables up to date. Makes the file when it is missing, with
 * mode 0600 because it holds conversations.
 *
 * @param path The file, or `:memory:`. Its folder must exist.
 * @throws SqliteLockedError when the tables must be made or changed, and another process has the file
 *   locked for the whole `busyTimeout`. Only this wait stops the process.
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
  checkPath('openSqlite', path)
  checkOptions('openSqlite', '', options, OPEN_SQLITE_OPTIONS, { busyTimeout: isNumber })
  const { busyTimeout: busyTimeoutMs = 5000 } = options
  const database = openFile(path, busyTimeoutMs)
  const prepared = new Map<string, StatementSync>()
  // Apart, because a read need not wait for a change: SQLite has snapshots.
  const reads = inTurn(path, busyTimeoutMs)
  const changes = inTurn(path, busyTimeoutMs)
  let claimed: Claim | undefined
  let writer: Writer | undefined

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

  const statements: SqlDatabase = {
    first<P extends Values, R>(
      statement: Statement<P, R>,
      values: P,
    ): R | undefined | Promise<R | undefined> {
      const bound = bind(statement, values)
      return reads.run(() => parseRow<R>(prepare(statement.text).get(...bound)))
    },
    async all<P extends Values, R>(statement: Statement<P, R>, values: P): Promise<readonly R[]> {
      const bound = bind(statement, values)
      return reads.run(() => parseRows<R>(prepare(statement.text).all(...bound)))
    },
    async commit(steps): Promise<readonly number[] | undefined> {
      if (writer) return writer.commit(steps)
      const [first] = steps
      return changes.run(() =>
        first && steps.length === 1 ? commitOne(first, run) : commitAll(steps, run, database),
      )
    },
  }
  return {
    ...statements,
    bell: localBell(),
    journal: openJournal(statements),
    claim(waitMs): boolean {
      if (path === ':memory:' || claimed) return false
      claimed = claimFile(path, waitMs)
      writer = threadWriter(path, busyTimeoutMs)
      return true
    },
    close(): void {
      reads.close()
      changes.close()
      writer?.close()
      database.close()
      claimed?.release()
    },
  }
}

function openFile(path: string, busyTimeoutMs: number): DatabaseSync {
  if (path !== ':memory:') makePrivateFile(path)
  const database = new DatabaseSync(path, {
    timeout: busyTimeoutMs,
    enableForeignKeyConstraints: true,
  })
  try {
    // This throws for a file that is none of SQLite's. It is somebody's, and stays as it is.
    database.exec('pragma schema_version')
    if (path !== ':memory:') keepPrivate(path)
    // FULL syncs the log at every commit: a commit survives a loss of power, not only a crash.
    database.exec('pragma journal_mode = wal; pragma synchronous = full')
    if (!migrate(database))
      throw new Error('The SQLite file was written by a newer version of onbehalf')
    // From now on SQLite itself never waits: it would stop the process.
    database.exec('pragma busy_timeout = 0')
    return database
  } catch (error) {
    database.close()
    throw isLocked(error) ? new SqliteLockedError(path, busyTimeoutMs) : error
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
