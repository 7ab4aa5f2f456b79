// The secret store in SQLite: lasting secrets, sealed.

import type { SecretStore } from '../../core/vault/secret-store.ts'
import { checkMasterKeys, checkSqlite } from '../checks.ts'
import type { MasterKeys } from '../sealing/master-keys.ts'
import { sqlSecretStore } from '../shared/sql-secret-store.ts'
import { SQLITE } from '../statements/compiled-sqlite.ts'
import type { SqliteDatabase } from './database.ts'

/**
 * The secret store over an open database.
 *
 * `read` and `write` throw `SealError` for a missing master key or a record that somebody changed,
 * and `KeyringError` for a keyring file that cannot be used.
 */
export function sqliteSecretStore(database: SqliteDatabase, masterKeys: MasterKeys): SecretStore {
  checkSqlite('sqliteSecretStore', database)
  checkMasterKeys('sqliteSecretStore', masterKeys)
  return sqlSecretStore(database, SQLITE.secrets, masterKeys)
}
