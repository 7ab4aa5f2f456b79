// What the factories of stores are given: an open database, and the master keys. A database that is
// not open yet, or of the other kind, is told apart at creation.

import { checkArgument, hasMethods, isText, type ValueCheck } from '../core/option-values.ts'

const SQLITE = hasMethods(['first', 'all', 'commit', 'claim'], "openSqlite('chat.db') opens one")
const POSTGRES = hasMethods(['first', 'all', 'commit'], 'await openPostgres({ … }) opens one')
const EITHER = hasMethods(
  ['first', 'all', 'commit'],
  "openSqlite('chat.db') or await openPostgres({ … }) opens one",
)
const MASTER_KEYS = hasMethods(
  ['current', 'wrap', 'unwrap'],
  "fileMasterKeys('keyring.json') reads them",
)

/**
 * Checks the database of a factory of SQLite's.
 *
 * @throws TypeError that names the factory and what opens such a database.
 */
export function checkSqlite(factory: string, database: unknown): void {
  checkArgument(`${factory}: the database`, database, SQLITE)
}

/** The same for PostgreSQL. */
export function checkPostgres(factory: string, database: unknown): void {
  checkArgument(`${factory}: the database`, database, isPostgres)
}

const isPostgres: ValueCheck = (value) =>
  POSTGRES(value) ??
  (SQLITE(value) === undefined
    ? 'is one of SQLite: give this to the factory whose name begins with sqlite'
    : undefined)

/** The same where either will do. */
export function checkDatabase(factory: string, database: unknown): void {
  checkArgument(`${factory}: the database`, database, EITHER)
}

/** Whether an open database is one of SQLite's. */
export function isSqlite(database: object): boolean {
  return SQLITE(database) === undefined
}

/** The same for the keys that records are sealed with. */
export function checkMasterKeys(factory: string, masterKeys: unknown): void {
  checkArgument(`${factory}: the master keys`, masterKeys, MASTER_KEYS)
}

/** The same for the path of a file or a folder. */
export function checkPath(factory: string, path: unknown): void {
  const problem = path === '' ? 'must not be empty' : isText(path)
  if (problem !== undefined) throw new TypeError(`${factory}: the path ${problem}`)
}
