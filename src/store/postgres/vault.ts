// The vault in PostgreSQL: sealed credentials that outlive the process.

import { checkOptions, type OptionNames } from '../../core/known-options.ts'
import type { Vault } from '../../core/vault/vault.ts'
import { checkMasterKeys, checkPostgres } from '../checks.ts'
import type { MasterKeys } from '../sealing/master-keys.ts'
import { sqlVault } from '../shared/sql-vault.ts'
import { POSTGRES } from '../statements/compiled-postgres.ts'
import type { PostgresDatabase } from './database.ts'

/** Options of {@link postgresVault}. */
export interface PostgresVaultOptions {
  /** The current time in milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number
}

/** Every option of the factory. A new one does not compile until it is here. */
const POSTGRES_VAULT_OPTIONS: OptionNames<PostgresVaultOptions> = { now: 'optional' }

/**
 * The vault over an open database. Deposits also remove expired entries.
 *
 * `deposit` and `withdraw` throw `SealError` for a missing master key or an entry that somebody
 * changed, and `KeyringError` for a keyring file that cannot be used.
 */
export function postgresVault(
  database: PostgresDatabase,
  masterKeys: MasterKeys,
  options: PostgresVaultOptions = {},
): Vault {
  checkPostgres('postgresVault', database)
  checkMasterKeys('postgresVault', masterKeys)
  checkOptions('postgresVault', '', options, POSTGRES_VAULT_OPTIONS)
  const { now = Date.now } = options
  return sqlVault(database, POSTGRES.vault, masterKeys, now)
}
