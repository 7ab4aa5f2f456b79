// A SQLite file through Kysely, opened so that what was committed survives the end of the process
// and of the machine.

import { closeSync, openSync } from 'node:fs'
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { Kysely, type SqliteDatabase, SqliteDialect, type SqliteStatement } from 'kysely'

/** Opens the file, and makes it when it is not there: mode 0600, for it is the data of people. */
export function openSqlite<T>(file: string): Kysely<T> {
  if (file !== ':memory:') closeSync(openSync(file, 'a', 0o600))
  const database = new DatabaseSync(file, { timeout: 5_000 })
  // FULL: the log is synced at every commit, before anything is acknowledged.
  database.exec('pragma journal_mode = wal; pragma synchronous = full')
  const prepared = new Map<string, SqliteStatement>()
  const adapted: SqliteDatabase = {
    close: () => database.close(),
    prepare(text) {
      const ready = prepared.get(text) ?? adapt(database.prepare(text))
      // The texts are few, but filters combine freely: a caller must not fill the memory with them.
      if (prepared.size >= PREPARED) prepared.clear()
      prepared.set(text, ready)
      return ready
    },
  }
  return new Kysely<T>({ dialect: new SqliteDialect({ database: adapted }) })
}

/** Statements kept compiled. */
const PREPARED = 200

function adapt(statement: StatementSync): SqliteStatement {
  return {
    reader: statement.columns().length > 0,
    all: (parameters) => statement.all(...values(parameters)),
    run: (parameters) => statement.run(...values(parameters)),
    iterate: (parameters) => statement.iterate(...values(parameters)),
  }
}

/** The tables' types allow nothing else; node:sqlite throws for what it cannot bind. */
function values(parameters: readonly unknown[]): SQLInputValue[] {
  return parameters as SQLInputValue[]
}
