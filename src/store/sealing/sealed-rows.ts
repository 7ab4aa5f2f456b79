// Writes and reads sealed rows while another process may rotate keys, re-wrap rows and retire keys.

import type { MasterKeys } from './master-keys.ts'
import { open, SealError, type SealedContent, seal } from './seal.ts'
import type { SealedColumns } from './sealed-tables.ts'

/** What {@link writeSealed} needs of a store. */
export interface SealedWrite {
  /** Writes the row unless the master key is retired. Returns the number of rows written. */
  write(sealed: SealedColumns): Promise<number>
  isRetired(keyId: string): Promise<boolean>
}

/** How many rotations may happen during one write. */
const MAX_ATTEMPTS = 3

/**
 * Seals and writes one row. If the master key is retired between the sealing and the writing,
 * nobody could ever read the row. So the database refuses the row, and it is sealed again under the
 * current key.
 *
 * @returns Whether the row was written. False: `write` had a reason of its own.
 * @throws SealError when every key is retired.
 */
export async function writeSealed(
  masterKeys: MasterKeys,
  content: SealedContent,
  aad: Uint8Array,
  { write, isRetired }: SealedWrite,
): Promise<boolean> {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const { keyId, wrapped, body } = await seal(masterKeys, content, aad)
    if ((await write({ key_id: keyId, wrapped, body })) > 0) return true
    if (!(await isRetired(keyId))) return false
  }
  // The keyring is older than the database: it may come from a backup.
  throw new SealError()
}

/**
 * Reads and opens one row. If it does not open, another process may have re-wrapped it after the
 * reading and retired its old key. So the row is read again as long as it names a key that was not
 * tried yet.
 *
 * @throws SealError when it cannot be opened.
 */
export async function readSealed<R extends SealedColumns>(
  masterKeys: MasterKeys,
  read: () => R | undefined | Promise<R | undefined>,
  bindingOf: (row: R) => Uint8Array,
): Promise<{ readonly row: R; readonly content: SealedContent } | undefined> {
  const tried = new Set<string>()
  for (;;) {
    const row = await read()
    if (!row) return undefined
    try {
      return {
        row,
        content: await open(
          masterKeys,
          { keyId: row.key_id, wrapped: row.wrapped, body: row.body },
          bindingOf(row),
        ),
      }
    } catch (error) {
      if (tried.has(row.key_id)) throw error
      tried.add(row.key_id)
    }
  }
}
