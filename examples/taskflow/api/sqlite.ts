// The SQLite file of the API as Kysely sees it. Stands in until onbehalf/store offers the same.

import { DatabaseSync } from 'node:sqlite'
import { Kysely, type SqliteDatabase, SqliteDialect } from 'kysely'

/** Opens the file: write-ahead log, and on the disk before anything is acknowledged. */
export function openSqlite<T>(file: string): Kysely<T> {
  const database = new DatabaseSync(file, { timeout: 5_000 })
  database.exec('pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on')
  const structural: SqliteDatabase = {
    close: () => database.close(),
    prepare(text) {
      const statement = database.prepare(text)
      return {
        reader: statement.columns().length > 0,
        all: (parameters) => statement.all(...(parameters as [])),
        run: (parameters) => statement.run(...(parameters as [])),
        iterate: (parameters) => statement.iterate(...(parameters as [])),
      }
    },
  }
  return new Kysely<T>({ dialect: new SqliteDialect({ database: structural }) })
}
