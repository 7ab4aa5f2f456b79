// Every statement of the stores, as Kysely compiles it for either database. `scripts/compile-statements.ts` writes down what comes out, and the stores run
// that: only the script and a test load this file.

import { type Kysely, sql } from 'kysely'
import type { SealedTables } from '../sealing/sealed-tables.ts'
import { place, postgresCompiler, sqliteCompiler, statement } from './compile.ts'
import { type KeyStatements, keyStatements } from './key-statements.ts'
import { type MarkStatements, type MarkTables, markStatements } from './mark-statements.ts'
import {
  type RunStatements,
  type RunTables,
  runStatements,
  type TextRow,
} from './run-statements.ts'
import { type SecretStatements, secretStatements } from './secret-statements.ts'
import type { Statement } from './statement.ts'
import { type ThreadStatements, type ThreadTables, threadStatements } from './thread-statements.ts'
import { type VaultStatements, vaultStatements } from './vault-statements.ts'

/** Those that run in SQLite. */
export interface SqliteStatements {
  readonly threads: ThreadStatements
  readonly runs: RunStatements
  readonly vault: VaultStatements
  readonly secrets: SecretStatements
  readonly keys: KeyStatements
  readonly marks: MarkStatements
}

/** Those that run in PostgreSQL. */
export interface PostgresStatements {
  readonly threads: ThreadStatements
  readonly runs: RunStatements
  /** Takes a thread until the end of the change. */
  readonly lockThread: Statement<{ readonly owner: string; readonly thread: string }>
  /** Takes the runs of an owner until the end of the change. */
  readonly lockOwner: Statement<{ readonly owner: string }>
}

/** Compiles for SQLite. */
export function sqliteStatements(): SqliteStatements {
  const sealed: Kysely<SealedTables> = sqliteCompiler()
  const texts = sql<TextRow>`(select key as position, value as text from json_each(${place<string>('bodies')}))`
  return {
    threads: threadStatements(sqliteCompiler<ThreadTables>()),
    runs: runStatements(sqliteCompiler<RunTables>(), texts),
    vault: vaultStatements(sealed),
    secrets: secretStatements(sealed),
    keys: keyStatements(sealed),
    marks: markStatements(sqliteCompiler<MarkTables>()),
  }
}

/** Compiles for PostgreSQL. */
export function postgresStatements(): PostgresStatements {
  const threads = postgresCompiler<ThreadTables>()
  const runs = postgresCompiler<RunTables>()
  const texts = sql<TextRow>`(
    select text, position - 1 as position
    from json_array_elements_text(cast(${place<string>('bodies')} as json)) with ordinality as e (text, position)
  )`
  return {
    threads: threadStatements(threads),
    runs: runStatements(runs, texts),
    lockThread: statement(
      threads
        .selectFrom('thread')
        .select('id')
        .where('id', '=', place<string>('thread'))
        .where('owner', '=', place<string>('owner'))
        .forUpdate(),
    ),
    lockOwner: statement(
      runs.selectNoFrom(
        sql`pg_advisory_xact_lock(hashtextextended(${place<string>('owner')}, 0))`.as('locked'),
      ),
    ),
  }
}
