// One transaction on a SQLite connection.

import type { DatabaseSync } from 'node:sqlite'

/**
 * Runs `work` in a transaction. When it throws, everything is taken back. `work` is synchronous, so
 * that no other statement of this process can come in between.
 */
export function runTransaction<T>(database: DatabaseSync, work: () => T): T {
  // Immediate: takes the write lock now. A lock that is taken later can fail in the middle.
  database.exec('begin immediate')
  try {
    const result = work()
    database.exec('commit')
    return result
  } catch (error) {
    if (database.isTransaction) database.exec('rollback')
    throw error
  }
}
