// The counts of calls in SQLite. All processes that share the file count together.

import type { CallCounts } from '../../policy/call-counts.ts'
import { checkSqlite } from '../checks.ts'
import { sqlCallCounts } from '../shared/sql-call-counts.ts'
import { SQLITE } from '../statements/compiled-sqlite.ts'
import type { SqliteDatabase } from './database.ts'

/** The counts over an open database. */
export function sqliteCallCounts(database: SqliteDatabase): CallCounts {
  checkSqlite('sqliteCallCounts', database)
  return sqlCallCounts(database, SQLITE.counts)
}
