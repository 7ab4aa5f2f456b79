// The databases that a command is given, opened for its work and closed after it. It makes none.

import { existsSync } from 'node:fs'
import { openSqlite, type SqliteDatabase } from 'onbehalf/store'
import { CommandError } from './command.ts'

/** Opens databases for some work. One that is not there is a mistake in its name: opening it would make it. */
export async function withDatabases<T>(
  paths: readonly string[],
  work: (opened: readonly SqliteDatabase[]) => Promise<T>,
): Promise<T> {
  const opened: SqliteDatabase[] = []
  try {
    for (const path of paths) {
      if (!existsSync(path)) throw new CommandError(`there is no database ${path}`)
      opened.push(opening(path))
    }
    return await work(opened)
  } finally {
    for (const database of opened) database.close()
  }
}

function opening(path: string): SqliteDatabase {
  try {
    return openSqlite(path)
  } catch {
    throw new CommandError(
      `${path} cannot be opened: it is no database of onbehalf, of a newer version, or not this person's to write`,
    )
  }
}
