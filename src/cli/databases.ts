// Opens the databases that a command names, and closes them after its work. It never makes one of
// SQLite's.

import { existsSync } from 'node:fs'
import { openSqlite, type SqliteDatabase, SqliteLockedError } from 'onbehalf/store'
import { openPostgres, type PostgresDatabase } from 'onbehalf/store/postgres'
import { CommandError, UsageError } from './command.ts'

/** The options of a command that works on databases, for `readArguments`. */
export const DATABASE_OPTIONS = {
  postgres: { type: 'boolean' },
  schema: { type: 'string' },
} as const

/** How the options name PostgreSQL. */
export interface NamedPostgres {
  readonly postgres?: boolean | undefined
  readonly schema?: string | undefined
}

/** What the help says of these options. */
export const POSTGRES_HELP = `--postgres       the PostgreSQL database that PGHOST, PGDATABASE, PGUSER and PGPASSWORD name
  --schema NAME    its schema, when that is not \`onbehalf\``

/** A database, and which kind it is. */
export type Opened =
  | { readonly kind: 'sqlite'; readonly database: SqliteDatabase }
  | { readonly kind: 'postgres'; readonly database: PostgresDatabase }

/**
 * Opens databases for some work: the files, and the PostgreSQL if it is asked for. Refuses a file
 * that is missing: its name is probably wrong, and opening it would make the file.
 *
 * @throws UsageError for a schema without a PostgreSQL; CommandError for one that cannot be opened.
 */
export async function withDatabases<T>(
  paths: readonly string[],
  { postgres = false, schema }: NamedPostgres,
  work: (opened: readonly Opened[]) => Promise<T>,
): Promise<T> {
  if (schema !== undefined && !postgres) throw new UsageError('--schema is for --postgres')
  const opened: Opened[] = []
  try {
    for (const path of paths) {
      if (!existsSync(path)) throw new CommandError(`there is no database ${path}`)
      opened.push({ kind: 'sqlite', database: openExisting(path) })
    }
    if (postgres) opened.push({ kind: 'postgres', database: await openServer(schema) })
    return await work(opened)
  } catch (error) {
    throw error instanceof SqliteLockedError ? new CommandError(error.message) : error
  } finally {
    for (const { database } of opened) await database.close()
  }
}

/** The same for exactly one. */
export async function withDatabase<T>(
  path: string | undefined,
  named: NamedPostgres,
  work: (opened: Opened) => Promise<T>,
): Promise<T> {
  if ((path !== undefined) === (named.postgres ?? false))
    throw new UsageError('name one database: --database FILE or --postgres')
  return withDatabases(path === undefined ? [] : [path], named, async ([opened]) => {
    if (!opened) throw new CommandError('the database cannot be opened')
    return work(opened)
  })
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

async function openServer(schema: string | undefined): Promise<PostgresDatabase> {
  try {
    return await openPostgres(schema === undefined ? {} : { schema })
  } catch (error) {
    if (error instanceof TypeError) throw new UsageError(error.message)
    throw new CommandError(
      'PostgreSQL cannot be opened. Check PGHOST, PGDATABASE, PGUSER and PGPASSWORD, and that the package `pg` is installed',
    )
  }
}
