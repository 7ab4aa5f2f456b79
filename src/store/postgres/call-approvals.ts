// The calls that wait for a person's yes, in PostgreSQL. All instances make one call of one yes.

import type { CallApprovals } from '../../core/call-approvals.ts'
import { checkPostgres } from '../checks.ts'
import { sqlCallApprovals } from '../shared/sql-call-approvals.ts'
import { POSTGRES } from '../statements/compiled-postgres.ts'
import type { PostgresDatabase } from './database.ts'

/** The calls over an open database. */
export function postgresCallApprovals(database: PostgresDatabase): CallApprovals {
  checkPostgres('postgresCallApprovals', database)
  return sqlCallApprovals(database, POSTGRES.approvals)
}
