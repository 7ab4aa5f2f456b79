// The thread store in a SQLite file.

import type { ThreadStore } from '../chatkit/thread-store.ts'
import { SQLITE } from './compiled-sqlite.ts'
import { sqlThreadStore } from './sql-thread-store.ts'
import type { SqliteDatabase } from './sqlite.ts'

/** The thread store over an open database. */
export function sqliteThreadStore(database: SqliteDatabase): ThreadStore {
  return sqlThreadStore(database, SQLITE.threads)
}
