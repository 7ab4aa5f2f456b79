// Finds a program as a shell would, in this process's own PATH. The server need not be given a PATH
// to be started.

import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, isAbsolute, join } from 'node:path'

/** The absolute path of a program; the command itself when it is a path, or was not found. */
export function findProgram(command: string, path: string = process.env.PATH ?? ''): string {
  if (/[\\/]/.test(command) || process.platform === 'win32') return command
  return (
    path
      .split(delimiter)
      // A relative folder in PATH would mean another program in another folder.
      .filter(isAbsolute)
      .map((folder) => join(folder, command))
      .find(isProgram) ?? command
  )
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}
