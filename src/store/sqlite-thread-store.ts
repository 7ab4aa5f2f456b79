// The thread store in a SQLite file.

import type { ThreadStore } from '../chatkit/thread-store.ts'
import { sqlThreadStore } from './sql-thread-store.ts'
import type { SqliteDatabase } from './sqlite.ts'
import { sqliteCompiler } from './statement.ts'
import { type ThreadTables, threadStatements } from './thread-statements.ts'

/** The thread store over an open database. */
export function sqliteThreadStore(database: SqliteDatabase): ThreadStore {
  return sqlThreadStore(database, threadStatements(sqliteCompiler<ThreadTables>()))
}
