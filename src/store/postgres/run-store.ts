// The run store in PostgreSQL, for any number of instances. The first instance that takes a thread
// has it, and all instances hear what happens in it.

import type { RunStore } from '../../chatkit/runs/run-store.ts'
import { checkPostgres } from '../checks.ts'
import { sqlRunStore } from '../shared/sql-run-store.ts'
import { stepsOfNew } from '../shared/sql-thread-store.ts'
import { POSTGRES } from '../statements/compiled-postgres.ts'
import { step } from '../statements/sql.ts'
import type { PostgresDatabase } from './database.ts'

/** The run store over an open database. */
export function postgresRunStore(database: PostgresDatabase): RunStore {
  checkPostgres('postgresRunStore', database)
  return sqlRunStore(database, POSTGRES.runs, database.bell, {
    lock: (owner) => [step(POSTGRES.lockOwner, { owner })],
    lockUnhurried: (owner) => [step(POSTGRES.lockOwnerUnhurried, { owner })],
    stepsOfNew: (threads) =>
      database.threadStores.has(threads)
        ? (stored, first) => stepsOfNew(POSTGRES.threads, stored, first)
        : undefined,
  })
}
