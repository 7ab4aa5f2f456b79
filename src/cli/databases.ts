// Opens the databases that a command names, and closes them after its work. It never makes one.

import { existsSync } from 'node:fs'
import { openSqlite, type SqliteDatabase, SqliteLockedError } from 'onbehalf/store'
import { CommandError } from './command.ts'

/**
 * Opens databases for some work. Refuses a file that is missing: its name is probably wrong, and
 * opening it would make the file.
 */
export async function withDatabases<T>(
  paths: readonly string[],
  work: (opened: readonly SqliteDatabase[]) => Promise<T>,
): Promise<T> {
  const opened: SqliteDatabase[] = []
  try {
    for (const path of paths) {
      if (!existsSync(path)) throw new CommandError(`there is no database ${path}`)
      opened.push(openExisting(path))
    }
    return await work(opened)
  } catch (error) {
    throw error instanceof SqliteLockedError ? new CommandError(error.message) : error
  } finally {
    for (const database of opened) database.close()
  }
}

function openExisting(path: string): SqliteDatabase {
  try {
    return openSqlite(path)
  } catch (error) {
    if (error instanceof SqliteLockedError) throw error
    throw new CommandError(
      `${path} cannot be opened. It is not a database of onbehalf, was written by a newer version, or you may not write to it`,
    )
  }
}
