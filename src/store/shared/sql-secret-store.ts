// The secret store over any SQL database: lasting secrets, sealed. Each write compares and sets the
// version in one statement, so that exactly one of several processes wins.

import {
  checkSecretRecord,
  type SecretKey,
  type SecretRecord,
  type SecretStore,
} from '../../core/vault/secret-store.ts'
import type { MasterKeys } from '../sealing/master-keys.ts'
import { readSealed, writeSealed } from '../sealing/sealed-rows.ts'
import { secretBinding } from '../sealing/sealed-tables.ts'
import type { SecretStatements } from '../statements/secret-statements.ts'
import { type SqlDatabase, step } from '../statements/sql.ts'

/**
 * The secret store over an open database.
 *
 * `read` and `write` throw `SealError` for a missing master key or a record that somebody changed,
 * and `KeyringError` for a keyring file that cannot be used.
 */
export function sqlSecretStore(
  database: SqlDatabase,
  run: SecretStatements,
  masterKeys: MasterKeys,
): SecretStore {
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
          return (await database.commit([write]))?.[0] ?? 0
        },
        isRetired: async (key_id) =>
          (await database.first(run.retiredKey, { key_id })) !== undefined,
      })
    },
    async remove({ owner, resource, kind }: SecretKey): Promise<void> {
      await database.commit([step(run.remove, { owner, resource, kind })])
    },
  }
}
