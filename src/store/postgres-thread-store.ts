// The thread store in PostgreSQL, for any number of instances.

import type { ThreadStore } from '../chatkit/thread-store.ts'
import { POSTGRES } from './compiled-postgres.ts'
import type { PostgresDatabase } from './postgres.ts'
import { step } from './sql.ts'
import { sqlThreadStore } from './sql-thread-store.ts'

/** The thread store over an open database. */
export function postgresThreadStore(database: PostgresDatabase): ThreadStore {
  return sqlThreadStore(database, POSTGRES.threads, (owner, thread) => [step(POSTGRES.lockThread, { owner, thread }, 1)])
}
