// The counts of calls over any SQL database.

import type { CallCounts } from '../../policy/call-counts.ts'
import type { CountStatements } from '../statements/count-statements.ts'
import { type SqlDatabase, step } from '../statements/sql.ts'

/** The counts over an open database. */
export function sqlCallCounts(database: SqlDatabase, run: CountStatements): CallCounts {
  return {
    async take(key, since, most): Promise<boolean> {
      const changed = await database.commit([step(run.take, { key, since, most })])
      return changed?.[0] === 1
    },
  }
}
