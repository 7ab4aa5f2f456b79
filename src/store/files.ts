// Small rules about files that more than one folder here needs: error codes, and names that survive
// a loss of power.

import { closeSync, fsyncSync, openSync } from 'node:fs'
import { open } from 'node:fs/promises'

/** The code of a system error (`ENOENT`), or undefined. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined
}

/** Syncs the names in a folder to the disk. Where the system cannot do that, nothing happens. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r').catch(() => undefined)
  try {
    await folder?.sync().catch(() => {})
  } finally {
    await folder?.close()
  }
}

/**
 * Syncs the names in a folder to the disk before it returns.
 *
 * @throws Error when the disk fails: the caller cannot go on without it.
 */
export function syncFolderNow(path: string): void {
  // Windows cannot open a folder; it writes the names together with the file.
  if (process.platform === 'win32') return
  const folder = openSync(path, 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}
