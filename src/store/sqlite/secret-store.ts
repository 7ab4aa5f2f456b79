// The lasting secrets in SQLite, sealed; compare-and-set by version in one statement, so that processes agree who wrote.

import {
  checkSecretRecord,
  type SecretKey,
  type SecretRecord,
  type SecretStore,
} from '../../core/vault/secret-store.ts'
import type { MasterKeys } from '../sealing/master-keys.ts'
import { readSealed, writeSealed } from '../sealing/sealed-rows.ts'
import { secretBinding } from '../sealing/sealed-tables.ts'
import { SQLITE } from '../statements/compiled-sqlite.ts'
import { step } from '../statements/sql.ts'
import type { SqliteDatabase } from './database.ts'

/**
 * The secret store over an open database.
 *
 * `read` and `write` throw `SealError` for a master key that is missing or a record that was tampered with, and `KeyringError` for a
 * keyring file that cannot be used.
 */
export function sqliteSecretStore(database: SqliteDatabase, masterKeys: MasterKeys): SecretStore {
  const run = SQLITE.secrets

  return {
    async read(key): Promise<SecretRecord | undefined> {
      const { owner, resource, kind } = key
      const found = await readSealed(
        masterKeys,
        () => database.first(run.read, { owner, resource, kind }),
        secretBinding,
      )
      if (!found) return undefined
      const { issuer, version } = found.row
      return { owner, resource, kind, issuer, version, ...found.content }
    },
    async write(record): Promise<boolean> {
      checkSecretRecord(record)
      const { owner, resource, kind, issuer, version, secrets, facts } = record
      const row = { owner, resource, kind, issuer, version }
      return writeSealed(masterKeys, { secrets, facts }, secretBinding(row), {
        write: async (sealed) => {
          const values = { ...row, ...sealed }
          const write =
            version === 1
              ? step(run.add, values)
              : step(run.change, { ...values, before: version - 1 })
          const [rows] = await database.batch([write])
          return rows ?? 0
        },
        isRetired: async (key_id) =>
          (await database.first(run.retiredKey, { key_id })) !== undefined,
      })
    },
    async remove({ owner, resource, kind }: SecretKey): Promise<void> {
      await database.batch([step(run.remove, { owner, resource, kind })])
    },
  }
}
