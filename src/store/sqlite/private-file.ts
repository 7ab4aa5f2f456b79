// Makes a file that only its owner can read and write.

import { chmodSync, closeSync, openSync } from 'node:fs'
import { errorCode } from '../files.ts'

/**
 * Makes the file when it is missing, and takes it from everybody else when it is there. A file that
 * is there is not opened: closing it would end the locks that SQLite holds on it for this process
 * (POSIX has one lock for all descriptors of a process).
 */
export function makePrivateFile(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600))
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error
  }
  chmodSync(path, 0o600)
}
