// Threads and items in SQLite.

import type { ThreadStore } from '../chatkit/thread-store.ts'
import type { SqliteDatabase } from './sqlite.ts'

/** The thread store over an open database. */
export function sqliteThreadStore(database: SqliteDatabase): ThreadStore {
  throw new Error(`not built yet: ${typeof database}`)
}
