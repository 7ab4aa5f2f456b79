// Every statement of the stores, for each database. `scripts/compile-statements.ts` compiles them
// into `compiled-*.ts`, which is what the stores run. Only that script and a test load this file.
//
// The two interfaces say which store a database has. A store that is named in one of them and not
// compiled below does not compile.

import { type Kysely, sql } from 'kysely'
import type { SealedTables } from '../sealing/sealed-tables.ts'
import {
  type ApprovalStatements,
  type ApprovalTables,
  approvalStatements,
} from './approval-statements.ts'
import { type AuditStatements, type AuditTables, auditStatements } from './audit-statements.ts'
import { place, postgresCompiler, sqliteCompiler, statement } from './compile.ts'
import {
  type ConsentStatements,
  type ConsentTables,
  consentStatements,
} from './consent-statements.ts'
import { type CountStatements, type CountTables, countStatements } from './count-statements.ts'
import { DEFAULT_SCHEMA } from './default-schema.ts'
import {
  type JournalStatements,
  type JournalTables,
  journalStatements,
} from './journal-statements.ts'
import { type KeyStatements, keyStatements } from './key-statements.ts'
import { type MarkStatements, type MarkTables, markStatements } from './mark-statements.ts'
import { type PinStatements, type PinTables, pinStatements } from './pin-statements.ts'
import type { JsonRow, TextRow } from './run-rows.ts'
import { type RunStatements, runStatements } from './run-statements.ts'
import type { RunTables } from './run-tables.ts'
import { type SecretStatements, secretStatements } from './secret-statements.ts'
import { type SignInStatements, type SignInTables, signInStatements } from './sign-in-statements.ts'
import type { Statement } from './statement.ts'
import { type ThreadStatements, threadStatements } from './thread-statements.ts'
import type { ThreadTables } from './thread-tables.ts'
import { type VaultStatements, vaultStatements } from './vault-statements.ts'

/** The statements for SQLite. */
export interface SqliteStatements {
  readonly threads: ThreadStatements
  readonly runs: RunStatements
  readonly journal: JournalStatements
  readonly vault: VaultStatements
  readonly secrets: SecretStatements
  readonly keys: KeyStatements
  readonly signIns: SignInStatements
  readonly marks: MarkStatements
  readonly pins: PinStatements
  readonly consents: ConsentStatements
  readonly counts: CountStatements
  readonly approvals: ApprovalStatements
}

/** The statements for PostgreSQL. */
export interface PostgresStatements {
  readonly threads: ThreadStatements
  readonly runs: RunStatements
  readonly vault: VaultStatements
  readonly secrets: SecretStatements
  readonly keys: KeyStatements
  readonly signIns: SignInStatements
  readonly marks: MarkStatements
  readonly pins: PinStatements
  readonly consents: ConsentStatements
  readonly counts: CountStatements
  readonly approvals: ApprovalStatements
  readonly audit: AuditStatements
  /** Keeps everybody from writing sealed rows until the end of the transaction. Reading goes on. */
  readonly lockSealed: Statement<Record<never, never>>
  /** Locks a thread until the end of the transaction. */
  readonly lockThread: Statement<{ readonly owner: string; readonly thread: string }>
  /** Locks the runs of an owner until the end of the transaction. */
  readonly lockOwner: Statement<{ readonly owner: string }>
  /** The same, in a transaction that does not wait for the disk. */
  readonly lockOwnerUnhurried: Statement<{ readonly owner: string }>
}

/** Compiles the statements for SQLite. */
export function sqliteStatements(): SqliteStatements {
  const sealed: Kysely<SealedTables> = sqliteCompiler()
  return {
    threads: threadStatements(sqliteCompiler<ThreadTables>(), sql`like`),
    runs: runStatements(sqliteCompiler<RunTables>(), {
      elementsOf: (json) => sql<JsonRow>`json_each(${json})`,
      textsOf: (json) => sql<TextRow>`json_each(${json})`.as('one'),
      firstKey: 0,
      // A change locks the whole file.
      lock: sql``,
      table: (name) => sql.table(name),
    }),
    journal: journalStatements(sqliteCompiler<JournalTables>()),
    vault: vaultStatements(sealed),
    secrets: secretStatements(sealed),
    keys: keyStatements(sealed),
    signIns: signInStatements(sqliteCompiler<SignInTables>(), {
      textsOf: (json) => sql`json_each(${json})`,
    }),
    marks: markStatements(sqliteCompiler<MarkTables>()),
    pins: pinStatements(sqliteCompiler<PinTables>()),
    consents: consentStatements(sqliteCompiler<ConsentTables>()),
    counts: countStatements(sqliteCompiler<CountTables>()),
    approvals: approvalStatements(sqliteCompiler<ApprovalTables>()),
  }
}

const LOCK_OWNER = sql`pg_advisory_xact_lock(hashtextextended(${place<string>('owner')}, 0))`
/**
 * From here on the transaction need not be on the disk when it is done. It is there a moment later,
 * and before any other that waits for the disk.
 */
const UNHURRIED = sql<string>`set_config('synchronous_commit', 'off', true)`

/** Compiles the statements for PostgreSQL. */
export function postgresStatements(): PostgresStatements {
  const threads = postgresCompiler<ThreadTables>()
  const runs = postgresCompiler<RunTables>()
  const sealed: Kysely<SealedTables> = postgresCompiler()
  return {
    threads: threadStatements(threads, sql`ilike`),
    runs: runStatements(runs, {
      elementsOf: (json) => sql<JsonRow>`json_array_elements(cast(${json} as json))`,
      textsOf: (json) =>
        sql<TextRow>`json_array_elements_text(cast(${json} as json)) with ordinality`.as<'one'>(
          sql`one (value, key)`,
        ),
      firstKey: 1,
      lock: sql`for share of run`,
      table: (name) => sql.table(`${DEFAULT_SCHEMA}.${name}`),
    }),
    vault: vaultStatements(sealed),
    secrets: secretStatements(sealed),
    keys: keyStatements(sealed),
    signIns: signInStatements(postgresCompiler<SignInTables>(), {
      textsOf: (json) => sql`json_array_elements_text(cast(${json} as json)) as one (value)`,
    }),
    marks: markStatements(postgresCompiler<MarkTables>()),
    pins: pinStatements(postgresCompiler<PinTables>()),
    consents: consentStatements(postgresCompiler<ConsentTables>()),
    counts: countStatements(postgresCompiler<CountTables>()),
    approvals: approvalStatements(postgresCompiler<ApprovalTables>()),
    audit: auditStatements(postgresCompiler<AuditTables>()),
    lockSealed: statement({
      compile: () =>
        sql`lock table ${sql.table(`${DEFAULT_SCHEMA}.vault_entry`)}, ${sql.table(`${DEFAULT_SCHEMA}.secret`)} in share row exclusive mode`.compile(
          sealed,
        ),
    }),
    lockThread: statement(
      threads
        .selectFrom('thread')
        .select('id')
        .where('id', '=', place<string>('thread'))
        .where('owner', '=', place<string>('owner'))
        .forUpdate(),
    ),
    lockOwner: statement(runs.selectNoFrom(LOCK_OWNER.as('locked'))),
    lockOwnerUnhurried: statement(
      runs.selectNoFrom([LOCK_OWNER.as('locked'), UNHURRIED.as('unhurried')]),
    ),
  }
}
