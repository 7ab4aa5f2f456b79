// The store of consents in PostgreSQL. Every process that shares it sees a change at once.

import type { ConsentStore } from '../../core/vault/consent-store.ts'
import { checkPostgres } from '../checks.ts'
import { sqlConsentStore } from '../shared/sql-consent-store.ts'
import { POSTGRES } from '../statements/compiled-postgres.ts'
import type { PostgresDatabase } from './database.ts'

/** The store of consents over an open database. */
export function postgresConsentStore(database: PostgresDatabase): ConsentStore {
  checkPostgres('postgresConsentStore', database)
  return sqlConsentStore(database, POSTGRES.consents)
}
