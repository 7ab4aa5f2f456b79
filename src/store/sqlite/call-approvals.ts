// The calls that wait for a person's yes, in SQLite. All processes that share the file make one call of one yes.

import type { CallApprovals } from '../../core/call-approvals.ts'
import { checkSqlite } from '../checks.ts'
import { sqlCallApprovals } from '../shared/sql-call-approvals.ts'
import { SQLITE } from '../statements/compiled-sqlite.ts'
import type { SqliteDatabase } from './database.ts'

/** The calls over an open database. */
export function sqliteCallApprovals(database: SqliteDatabase): CallApprovals {
  checkSqlite('sqliteCallApprovals', database)
  return sqlCallApprovals(database, SQLITE.approvals)
}
