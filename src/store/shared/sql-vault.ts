// The vault over any SQL database: sealed credentials that outlive the process. Somebody who has only
// the database gets neither a credential nor a handle.

import { createHash, randomBytes } from 'node:crypto'
import type { Credential } from '../../core/credential.ts'
import { principalKey } from '../../core/principal.ts'
import type { Handle, Vault } from '../../core/vault/vault.ts'
import type { MasterKeys } from '../sealing/master-keys.ts'
import { readSealed, writeSealed } from '../sealing/sealed-rows.ts'
import { vaultBinding } from '../sealing/sealed-tables.ts'
import { type SqlDatabase, step } from '../statements/sql.ts'
import type { VaultStatements } from '../statements/vault-statements.ts'

/**
 * The vault over an open database. Deposits also remove expired entries.
 *
 * `deposit` and `withdraw` throw `SealError` for a missing master key or an entry that somebody
 * changed, and `KeyringError` for a keyring file that cannot be used.
 *
 * @param now Milliseconds since the epoch.
 */
export function sqlVault(
  database: SqlDatabase,
  run: VaultStatements,
  masterKeys: MasterKeys,
  now: () => number,
): Vault {
  let sweepAt = 0

  return {
    async deposit({ credential, owner, destinations, expiresAt }): Promise<Handle> {
      const seconds = now() / 1000
      const handle = randomHandle()
      // Do not keep what is expired already.
      if (!(expiresAt > seconds)) return handle
      const entry = {
        digest: digestOf(handle),
        owner: principalKey(owner),
        destinations: JSON.stringify(destinations),
        expires_at: expiresAt,
      }
      // Remove expired entries at most once a second: with every deposit, a burst would take
      // quadratic time.
      const isSweepDue = seconds >= sweepAt
      if (isSweepDue) sweepAt = seconds + 1
      await writeSealed(masterKeys, { secrets: { credential }, facts: {} }, vaultBinding(entry), {
        write: async (sealed) => {
          const add = step(run.add, { ...entry, ...sealed })
          const rows = await database.commit(
            isSweepDue ? [step(run.sweep, { now: seconds }), add] : [add],
          )
          return rows?.at(-1) ?? 0
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
        await database.commit([step(run.remove, of)])
        return undefined
      }
      const found = await readSealed(masterKeys, read, vaultBinding)
      return found?.content.secrets.credential
    },
    async discard(handle, owner): Promise<void> {
      await database.commit([
        step(run.remove, { digest: digestOf(handle), owner: principalKey(owner) }),
      ])
    },
  }
}

function randomHandle(): Handle {
  return randomBytes(32).toString('base64url') as Handle
}

/**
 * The database finds an entry by this digest. A handle is 256 random bits, so nobody can find it
 * from its digest by trying, and the digest needs no key. (A key would tie every entry to it for
 * life.) The time that a look-up in an index of digests takes also says nothing about a handle.
 */
function digestOf(handle: Handle): string {
  return createHash('sha256').update('onbehalf: handle, 1\0').update(handle).digest('hex')
}

/**
 * `deposit` wrote the list. The secret is bound to it, so the secret does not open if somebody
 * changed the list since.
 */
function parseDestinations(text: string): readonly string[] {
  return JSON.parse(text) as readonly string[]
}
