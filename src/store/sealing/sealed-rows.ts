// Writing and reading a sealed row while, in another process, keys are rotated, rows re-wrapped and keys retired.

import type { MasterKeys } from './master-keys.ts'
import { open, SealError, type SealedContent, seal } from './seal.ts'
import type { SealedColumns } from './sealed-tables.ts'

/** What {@link writeSealed} needs of a store. */
export interface SealedWrite {
  /** Writes the row unless the master key is retired; gives the number of rows written. */
  write(sealed: SealedColumns): Promise<number>
  isRetired(keyId: string): Promise<boolean>
}

/** Rotations that may overtake one write. */
const ATTEMPTS = 3

/**
 * Seals and writes one row. A key that was retired after the secret was wrapped under it, and before the row was written, would make
 * the row unreadable for ever; the database refuses such a row, and it is sealed anew.
 *
 * @returns Whether the row was written; it was not when `write` found a reason of its own.
 */
export async function writeSealed(
  masterKeys: MasterKeys,
  content: SealedContent,
  aad: Uint8Array,
  { write, isRetired }: SealedWrite,
): Promise<boolean> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const { keyId, wrapped, body } = await seal(masterKeys, content, aad)
    if ((await write({ key_id: keyId, wrapped, body })) > 0) return true
    if (!(await isRetired(keyId))) return false
  }
  // The keyring is older than the database, for example out of a backup.
  throw new SealError()
}

/**
 * Reads and opens one row. When it cannot be opened, it may have been re-wrapped since it was read, and its old key retired: it is
 * read again for as long as it names another key.
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
