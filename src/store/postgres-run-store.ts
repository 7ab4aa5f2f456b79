// The run store in PostgreSQL, for any number of instances: whoever takes a thread has it, and all hear what is said in it.

import { sql } from 'kysely'
import type { RunStore } from '../chatkit/run-store.ts'
import type { PostgresDatabase } from './postgres.ts'
import { type RunTables, runStatements, type TextRow } from './run-statements.ts'
import { step } from './sql.ts'
import { sqlRunStore } from './sql-run-store.ts'
import { place, postgresCompiler, statement } from './statement.ts'

/** The run store over an open database. */
export function postgresRunStore(database: PostgresDatabase): RunStore {
  const db = postgresCompiler<RunTables>()
  const texts = sql<TextRow>`(
    select text, position - 1 as position
    from json_array_elements_text(cast(${place<string>('bodies')} as json)) with ordinality as e (text, position)
  )`
  const lock = statement<{ readonly owner: string }>(
    db.selectNoFrom(sql`pg_advisory_xact_lock(hashtextextended(${place<string>('owner')}, 0))`.as('locked')),
  )
  return sqlRunStore(database, runStatements(db, texts), database.bell, (owner) => [step(lock, { owner })])
}
