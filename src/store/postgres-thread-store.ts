// The thread store in PostgreSQL, for any number of instances.

import type { ThreadStore } from '../chatkit/thread-store.ts'
import type { PostgresDatabase } from './postgres.ts'
import { step } from './sql.ts'
import { sqlThreadStore } from './sql-thread-store.ts'
import { place, postgresCompiler, statement } from './statement.ts'
import { type ThreadTables, threadStatements } from './thread-statements.ts'

/** The thread store over an open database. */
export function postgresThreadStore(database: PostgresDatabase): ThreadStore {
  const db = postgresCompiler<ThreadTables>()
  const lock = statement<{ readonly owner: string; readonly thread: string }>(
    db
      .selectFrom('thread')
      .select('id')
      .where('id', '=', place<string>('thread'))
      .where('owner', '=', place<string>('owner'))
      .forUpdate(),
  )
  return sqlThreadStore(database, threadStatements(db), (owner, thread) => [step(lock, { owner, thread }, 1)])
}
