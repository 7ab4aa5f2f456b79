// The run store in PostgreSQL, for any number of instances: whoever takes a thread has it, and all hear what is said in it.

import type { RunStore } from '../chatkit/run-store.ts'
import type { PostgresDatabase } from './postgres.ts'
import { type RunTables, runStatements } from './run-statements.ts'
import { sqlRunStore } from './sql-run-store.ts'
import { postgresCompiler } from './statement.ts'

/** The run store over an open database. */
export function postgresRunStore(database: PostgresDatabase): RunStore {
  return sqlRunStore(database, runStatements(postgresCompiler<RunTables>()), database.bell)
}
