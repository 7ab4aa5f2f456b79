// The thread store in a SQLite file.

import type { ThreadStore } from '../../chatkit/threads/thread-store.ts'
import { checkSqlite } from '../checks.ts'
import { sqlThreadStore } from '../shared/sql-thread-store.ts'
import { SQLITE } from '../statements/compiled-sqlite.ts'
import type { SqliteDatabase } from './database.ts'

/** The thread store over an open database. */
export function sqliteThreadStore(database: SqliteDatabase): ThreadStore {
  checkSqlite('sqliteThreadStore', database)
  return sqlThreadStore(database, SQLITE.threads)
}
