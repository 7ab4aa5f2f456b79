// Makes a file that only its owner can read and write.

import { chmodSync, closeSync, openSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { errorCode } from '../files.ts'

/**
 * Makes the file when it is missing. A file that is there is not opened: closing it would end the
 * locks that SQLite holds on it for this process (POSIX has one lock for all descriptors of a
 * process).
 *
 * @throws TypeError when there is something else, such as a folder, or its own folder is missing.
 */
export function makePrivateFile(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600))
  } catch (error) {
    if (errorCode(error) === 'ENOENT')
      throw new TypeError(
        `${path} cannot be made: the folder ${dirname(resolve(path))} is missing. Make it, or name another file`,
      )
    if (errorCode(error) !== 'EEXIST') throw error
    if (!statSync(path).isFile())
      throw new TypeError(`${path} is no file. Name the SQLite file, such as ./data/chat.db`)
  }
}

/** Takes a SQLite file, and what SQLite keeps beside it, from everybody but its owner. */
export function keepPrivate(path: string): void {
  for (const name of [path, `${path}-wal`, `${path}-shm`])
    try {
      chmodSync(name, 0o600)
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error
    }
}
