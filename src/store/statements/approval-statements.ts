// The statements of the calls that wait for a person's yes.

import { type Kysely, type SqlBool, sql } from 'kysely'
import { MAX_WAITING } from '../../core/call-approvals.ts'
import { place, statement } from './compile.ts'
import type { Statement } from './statement.ts'

/** A question as a row. Once it is `used`, it is one that nobody asks any more. */
export interface ApprovalRow {
  readonly key: string
  readonly id: string
  readonly owner: string
  readonly server: string
  readonly tool: string
  readonly arguments: string
  readonly state: 'waiting' | 'approved' | 'declined' | 'used'
  readonly asked_at: number
  readonly ends_at: number
}

/** The table, as the migrations make it. */
export interface ApprovalTables {
  readonly call_approval: ApprovalRow
}

/** The statements. */
export interface ApprovalStatements {
  /** The question that stands for a call. */
  readonly find: Statement<
    { readonly key: string; readonly now: number },
    Pick<ApprovalRow, 'id' | 'state'>
  >
  /** Asks, unless a question stands for the call. */
  readonly ask: Statement<Omit<ApprovalRow, 'state'>>
  readonly use: Statement<{ readonly id: string; readonly now: number }>
  /** The latest first. */
  readonly waiting: Statement<{ readonly owner: string; readonly now: number }, ApprovalRow>
  readonly decide: Statement<
    Pick<ApprovalRow, 'owner' | 'id' | 'state' | 'ends_at'> & { readonly now: number }
  >
  /** Forgets what ended before a time. */
  readonly sweep: Statement<{ readonly before: number }>
}

/** Compiles the statements. */
export function approvalStatements(db: Kysely<ApprovalTables>): ApprovalStatements {
  const stands = sql<SqlBool>`ends_at > ${place<number>('now')}`
  return {
    find: statement(
      db
        .selectFrom('call_approval')
        .select(['id', 'state'])
        .where('key', '=', place<string>('key'))
        .where('state', '<>', 'used')
        .where(stands),
    ),
    ask: question(db),
    use: statement(
      db
        .updateTable('call_approval')
        .set({ state: 'used' })
        .where('id', '=', place<string>('id'))
        .where('state', '=', 'approved')
        .where(stands),
    ),
    waiting: statement(
      db
        .selectFrom('call_approval')
        .selectAll()
        .where('owner', '=', place<string>('owner'))
        .where('state', '=', 'waiting')
        .where(stands)
        .orderBy('asked_at', 'desc')
        .limit(sql.lit(MAX_WAITING)),
    ),
    decide: statement(
      db
        .updateTable('call_approval')
        .set({
          state: place<ApprovalRow['state']>('state'),
          ends_at: place<number>('ends_at'),
        })
        .where('id', '=', place<string>('id'))
        .where('owner', '=', place<string>('owner'))
        .where('state', '=', 'waiting')
        .where(stands),
    ),
    sweep: statement(db.deleteFrom('call_approval').where('ends_at', '<', place<number>('before'))),
  }
}

function question(db: Kysely<ApprovalTables>): ApprovalStatements['ask'] {
  return statement(
    db
      .insertInto('call_approval')
      .values({
        key: place<string>('key'),
        id: place<string>('id'),
        owner: place<string>('owner'),
        server: place<string>('server'),
        tool: place<string>('tool'),
        arguments: place<string>('arguments'),
        state: 'waiting',
        asked_at: place<number>('asked_at'),
        ends_at: place<number>('ends_at'),
      })
      .onConflict((conflict) =>
        conflict
          .column('key')
          .doUpdateSet({
            id: sql<string>`excluded.id`,
            state: 'waiting',
            asked_at: sql<number>`excluded.asked_at`,
            ends_at: sql<number>`excluded.ends_at`,
          })
          .where(
            sql<SqlBool>`(call_approval.state = 'used' or call_approval.ends_at <= excluded.asked_at)`,
          ),
      ),
  )
}
