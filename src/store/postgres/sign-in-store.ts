// The store of sign-ins in PostgreSQL. Every instance sees a change at once.

import type { SignInStore } from '../../core/vault/sign-in-store.ts'
import { checkPostgres } from '../checks.ts'
import { sqlSignInStore } from '../shared/sql-sign-in-store.ts'
import { POSTGRES } from '../statements/compiled-postgres.ts'
import type { PostgresDatabase } from './database.ts'

/** The store of sign-ins over an open database. */
export function postgresSignInStore(database: PostgresDatabase): SignInStore {
  checkPostgres('postgresSignInStore', database)
  return sqlSignInStore(database, POSTGRES.signIns)
}
