// The thread store in PostgreSQL, for any number of instances.

import type { ThreadStore } from '../../chatkit/threads/thread-store.ts'
import { checkPostgres } from '../checks.ts'
import { sqlThreadStore } from '../shared/sql-thread-store.ts'
import { POSTGRES } from '../statements/compiled-postgres.ts'
import { step } from '../statements/sql.ts'
import type { PostgresDatabase } from './database.ts'

/** The thread store over an open database. */
export function postgresThreadStore(database: PostgresDatabase): ThreadStore {
  checkPostgres('postgresThreadStore', database)
  const store = sqlThreadStore(database, POSTGRES.threads, (owner, thread) => [
    step(POSTGRES.lockThread, { owner, thread }, 1),
  ])
  database.threadStores.add(store)
  return store
}
