// Opens a SQLite file for Kysely. What is committed survives a crash of the process and of the
// machine.

import { closeSync, openSync } from 'node:fs'
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { Kysely, type SqliteDatabase, SqliteDialect, type SqliteStatement } from 'kysely'

/**
 * Opens the file, or creates it. Its mode is 0600, because it holds personal data.
 */
export function openSqlite<T>(file: string): Kysely<T> {
  if (file !== ':memory:') closeSync(openSync(file, 'a', 0o600))
  const database = new DatabaseSync(file, { timeout: 5_000 })
  // FULL: SQLite syncs its log at every commit, before the API acknowledges anything.
  database.exec('pragma journal_mode = wal; pragma synchronous = full')
  const prepared = new Map<string, SqliteStatement>()
  const adapted: SqliteDatabase = {
    close: () => database.close(),
    prepare(text) {
      const ready = prepared.get(text) ?? adapt(database.prepare(text))
      // Filters combine freely into many texts. A caller must not fill the memory with them.
      if (prepared.size >= MAX_PREPARED) prepared.clear()
      prepared.set(text, ready)
      return ready
    },
  }
  return new Kysely<T>({ dialect: new SqliteDialect({ database: adapted }) })
}

/** How many compiled statements are kept. */
const MAX_PREPARED = 200

function adapt(statement: StatementSync): SqliteStatement {
  return {
    reader: statement.columns().length > 0,
    all: (parameters) => statement.all(...values(parameters)),
    run: (parameters) => statement.run(...values(parameters)),
    iterate: (parameters) => statement.iterate(...values(parameters)),
  }
}

/** The types of the tables allow no other values. node:sqlite throws for what it cannot bind. */
function values(parameters: readonly unknown[]): SQLInputValue[] {
  return parameters as SQLInputValue[]
}
