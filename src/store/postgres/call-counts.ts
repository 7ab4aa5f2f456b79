// The counts of calls in PostgreSQL. All instances count together.

import type { CallCounts } from '../../policy/call-counts.ts'
import { checkPostgres } from '../checks.ts'
import { sqlCallCounts } from '../shared/sql-call-counts.ts'
import { POSTGRES } from '../statements/compiled-postgres.ts'
import type { PostgresDatabase } from './database.ts'

/** The counts over an open database. */
export function postgresCallCounts(database: PostgresDatabase): CallCounts {
  checkPostgres('postgresCallCounts', database)
  return sqlCallCounts(database, POSTGRES.counts)
}
