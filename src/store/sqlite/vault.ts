// The vault in SQLite: sealed credentials that outlive the process.

import { checkOptions, type OptionNames } from '../../core/known-options.ts'
import type { Vault } from '../../core/vault/vault.ts'
import { checkMasterKeys, checkSqlite } from '../checks.ts'
import type { MasterKeys } from '../sealing/master-keys.ts'
import { sqlVault } from '../shared/sql-vault.ts'
import { SQLITE } from '../statements/compiled-sqlite.ts'
import type { SqliteDatabase } from './database.ts'

/** Options of {@link sqliteVault}. */
export interface SqliteVaultOptions {
  /** The current time in milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number
}

/** Every option of the factory. A new one does not compile until it is here. */
const SQLITE_VAULT_OPTIONS: OptionNames<SqliteVaultOptions> = { now: 'optional' }

/**
 * The vault over an open database. Deposits also remove expired entries.
 *
 * `deposit` and `withdraw` throw `SealError` for a missing master key or an entry that somebody
 * changed, and `KeyringError` for a keyring file that cannot be used.
 */
export function sqliteVault(
  database: SqliteDatabase,
  masterKeys: MasterKeys,
  options: SqliteVaultOptions = {},
): Vault {
  checkSqlite('sqliteVault', database)
  checkMasterKeys('sqliteVault', masterKeys)
  checkOptions('sqliteVault', '', options, SQLITE_VAULT_OPTIONS)
  const { now = Date.now } = options
  return sqlVault(database, SQLITE.vault, masterKeys, now)
}
