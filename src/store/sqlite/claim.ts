// Makes this process the only one that may use a SQLite file for something. The claim is a lock of
// the operating system, so it ends with the process, however that ends.

import { realpathSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { isLocked, SqliteInUseError } from './locked.ts'
import { keepPrivate, makePrivateFile } from './private-file.ts'

/** A claim that is held. */
export interface Claim {
  release(): void
}

/**
 * Claims a file. The lock is on a file beside it (`<path>-owner`, which stays empty), because other
 * processes must still be able to read and write the file itself: to rotate keys, or for a backup.
 *
 * @param waitMs How long to wait for another process to end. The process stands still meanwhile.
 * @throws SqliteInUseError when another connection has the claim, in this process or another.
 */
export function claimFile(path: string, waitMs: number): Claim {
  // Two names of one file must lead to one claim.
  const owner = `${realpathSync(path)}-owner`
  makePrivateFile(owner)
  keepPrivate(owner)
  const lock = new DatabaseSync(owner, { timeout: waitMs })
  try {
    // It stays open, and nothing is written in it.
    lock.exec('begin exclusive')
  } catch (error) {
    lock.close()
    throw isLocked(error) ? new SqliteInUseError(path, waitMs) : error
  }
  return { release: () => lock.close() }
}
