// The store of consents in SQLite. Every process that shares it sees a change at once.

import type { ConsentStore } from '../../core/vault/consent-store.ts'
import { checkSqlite } from '../checks.ts'
import { sqlConsentStore } from '../shared/sql-consent-store.ts'
import { SQLITE } from '../statements/compiled-sqlite.ts'
import type { SqliteDatabase } from './database.ts'

/** The store of consents over an open database. */
export function sqliteConsentStore(database: SqliteDatabase): ConsentStore {
  checkSqlite('sqliteConsentStore', database)
  return sqlConsentStore(database, SQLITE.consents)
}
