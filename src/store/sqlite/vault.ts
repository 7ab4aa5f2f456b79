// The vault in SQLite: credentials that outlive the process, sealed. The file alone gives neither a credential nor a handle.

import { createHash, randomBytes } from 'node:crypto'
import type { Credential } from '../../core/credential.ts'
import { principalKey } from '../../core/principal.ts'
import type { Handle, Vault } from '../../core/vault/vault.ts'
import type { MasterKeys } from '../sealing/master-keys.ts'
import { readSealed, writeSealed } from '../sealing/sealed-rows.ts'
import { vaultBinding } from '../sealing/sealed-tables.ts'
import { SQLITE } from '../statements/compiled-sqlite.ts'
import { step } from '../statements/sql.ts'
import type { SqliteDatabase } from './database.ts'

/** Options of {@link sqliteVault}. */
export interface SqliteVaultOptions {
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number
}

/**
 * The vault over an open database. Expired entries are removed as new ones come in.
 *
 * `deposit` and `withdraw` throw `SealError` for a master key that is missing or an entry that was tampered with, and `KeyringError` for
 * a keyring file that cannot be used.
 */
export function sqliteVault(
  database: SqliteDatabase,
  masterKeys: MasterKeys,
  options: SqliteVaultOptions = {},
): Vault {
  const { now = Date.now } = options
  const run = SQLITE.vault
  let sweepAt = 0

  return {
    async deposit({ credential, owner, destinations, expiresAt }): Promise<Handle> {
      const seconds = now() / 1000
      const handle = randomHandle()
      // What is over before it begins is not kept.
      if (!(expiresAt > seconds)) return handle
      const entry = {
        digest: digestOf(handle),
        owner: principalKey(owner),
        destinations: JSON.stringify(destinations),
        expires_at: expiresAt,
      }
      // At most once a second, so that a burst of deposits stays linear.
      const sweeps = seconds >= sweepAt
      if (sweeps) sweepAt = seconds + 1
      await writeSealed(masterKeys, { secrets: { credential }, facts: {} }, vaultBinding(entry), {
        write: async (sealed) => {
          const add = step(run.add, { ...entry, ...sealed })
          const rows = await database.batch(
            sweeps ? [step(run.sweep, { now: seconds }), add] : [add],
          )
          return rows.at(-1) ?? 0
        },
        isRetired: async (key_id) =>
          (await database.first(run.retiredKey, { key_id })) !== undefined,
      })
      return handle
    },
    async withdraw(handle, owner, destination): Promise<Credential | undefined> {
      const of = { digest: digestOf(handle), owner: principalKey(owner) }
      const read = async () => {
        const row = await database.first(run.read, of)
        if (!row || !parseDestinations(row.destinations).includes(destination)) return undefined
        if (row.expires_at > now() / 1000) return row
        await database.batch([step(run.remove, of)])
        return undefined
      }
      const found = await readSealed(masterKeys, read, vaultBinding)
      return found?.content.secrets.credential
    },
    async discard(handle, owner): Promise<void> {
      await database.batch([
        step(run.remove, { digest: digestOf(handle), owner: principalKey(owner) }),
      ])
    },
  }
}

function randomHandle(): Handle {
  return randomBytes(32).toString('base64url') as Handle
}

/**
 * What a handle is found by. A handle is 256 random bits, so its digest cannot be searched for, with or without a key; a keyed one would
 * tie every entry to one master key for as long as it lives. An index over digests also gives nothing to time.
 */
function digestOf(handle: Handle): string {
  return createHash('sha256').update('onbehalf: handle, 1\0').update(handle).digest('hex')
}

/** Written by `deposit`; a list that was changed since opens nothing, because the secret is bound to it. */
function parseDestinations(text: string): readonly string[] {
  return JSON.parse(text) as readonly string[]
}
