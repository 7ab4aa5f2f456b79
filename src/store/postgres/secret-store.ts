// The secret store in PostgreSQL: lasting secrets, sealed.

import type { SecretStore } from '../../core/vault/secret-store.ts'
import { checkMasterKeys, checkPostgres } from '../checks.ts'
import type { MasterKeys } from '../sealing/master-keys.ts'
import { sqlSecretStore } from '../shared/sql-secret-store.ts'
import { POSTGRES } from '../statements/compiled-postgres.ts'
import type { PostgresDatabase } from './database.ts'

/**
 * The secret store over an open database.
 *
 * `read` and `write` throw `SealError` for a missing master key or a record that somebody changed,
 * and `KeyringError` for a keyring file that cannot be used.
 */
export function postgresSecretStore(
  database: PostgresDatabase,
  masterKeys: MasterKeys,
): SecretStore {
  checkPostgres('postgresSecretStore', database)
  checkMasterKeys('postgresSecretStore', masterKeys)
  return sqlSecretStore(database, POSTGRES.secrets, masterKeys)
}
