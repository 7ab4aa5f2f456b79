// Opens a SQLite file for Kysely. What is committed survives a crash of the process and of the
// machine.

import { closeSync, openSync } from 'node:fs'
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import {
  CompiledQuery,
  type DatabaseConnection,
  Kysely,
  SqliteAdapter,
  type SqliteDatabase,
  SqliteDriver,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type SqliteStatement,
} from 'kysely'
import { patiently } from '../patient.ts'

/**
 * Opens the file, or creates it. Its mode is 0600, because it holds personal data.
 */
export function openSqlite<T>(file: string): Kysely<T> {
  if (file !== ':memory:') closeSync(openSync(file, 'a', 0o600))
  const database = new DatabaseSync(file, { timeout: 5_000 })
  // FULL: SQLite syncs its log at every commit, before the API acknowledges anything.
  database.exec('pragma journal_mode = wal; pragma synchronous = full; pragma busy_timeout = 0')
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
  return new Kysely<T>({
    dialect: {
      createAdapter: () => new SqliteAdapter(),
      createDriver: () => new PatientDriver({ database: adapted }),
      createIntrospector: (db) => new SqliteIntrospector(db),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    },
  })
}

/** A driver whose statements wait for another process without stopping this one. */
class PatientDriver extends SqliteDriver {
  override async acquireConnection(): Promise<DatabaseConnection> {
    const connection = await super.acquireConnection()
    return {
      executeQuery: (query) => patiently(() => connection.executeQuery(query)),
      streamQuery: (query, chunkSize) => connection.streamQuery(query, chunkSize),
    }
  }

  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    // Immediate: takes the write lock now. A lock that is taken later can fail in the middle.
    await connection.executeQuery(CompiledQuery.raw('begin immediate'))
  }
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
