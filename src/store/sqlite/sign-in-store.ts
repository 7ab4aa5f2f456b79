// The store of sign-ins in SQLite. Every instance sees a change at once.

import type { SignInStore } from '../../core/vault/sign-in-store.ts'
import { checkSqlite } from '../checks.ts'
import { sqlSignInStore } from '../shared/sql-sign-in-store.ts'
import { SQLITE } from '../statements/compiled-sqlite.ts'
import type { SqliteDatabase } from './database.ts'

/** The store of sign-ins over an open database. */
export function sqliteSignInStore(database: SqliteDatabase): SignInStore {
  checkSqlite('sqliteSignInStore', database)
  return sqlSignInStore(database, SQLITE.signIns)
}
