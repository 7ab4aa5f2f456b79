// Single files of the attachments' folder, opened so that a symbolic link in their place is never
// followed.

import { constants } from 'node:fs'
import { type FileHandle, open, rm } from 'node:fs/promises'
import { errorCode } from '../files.ts'

// Windows has no such flag.
const NO_FOLLOW = constants.O_NOFOLLOW ?? 0
const READ = constants.O_RDONLY | NO_FOLLOW
const CREATE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | NO_FOLLOW

/** Opens a file for reading; undefined when it is missing, a link, or not a regular file. */
export async function openRegular(
  path: string,
): Promise<{ readonly handle: FileHandle; readonly size: number } | undefined> {
  let handle: FileHandle
  try {
    handle = await open(path, READ)
  } catch (error) {
    // ELOOP, EMLINK: it is a symbolic link.
    if (['ENOENT', 'ELOOP', 'EMLINK'].includes(errorCode(error) ?? '')) return undefined
    throw error
  }
  const stat = await handle.stat()
  if (stat.isFile()) return { handle, size: stat.size }
  await handle.close()
  return undefined
}

/** The text of a small file; undefined when it is missing. */
export async function readSmall(path: string): Promise<string | undefined> {
  const file = await open(path, READ).catch(unlessMissing(undefined))
  try {
    return await file?.readFile('utf8')
  } finally {
    await file?.close()
  }
}

/** Writes a file that does not exist yet (mode 0600). When the writing fails, it is removed. */
export async function writeNew(
  path: string,
  write: (file: FileHandle) => Promise<unknown>,
): Promise<void> {
  const file = await open(path, CREATE, 0o600)
  try {
    await write(file)
  } catch (error) {
    await rm(path, { force: true })
    throw error
  } finally {
    await file.close()
  }
}

/** For `catch`: gives `value` when something is missing, and throws any other error again. */
export function unlessMissing<T>(value: T): (error: unknown) => T {
  return (error) => {
    if (errorCode(error) === 'ENOENT') return value
    throw error
  }
}

/** For `catch`: does nothing when something is there already, and throws any other error again. */
export function unlessThere(error: unknown): void {
  if (errorCode(error) !== 'EEXIST') throw error
}
