// The audit trail of one person's tasks: what changed, when, for whom and by whom. It holds names
// and ids, never a credential or a text of a task.

import type { Kysely, Transaction } from 'kysely'
import { actorChain, type Principal, principalKey } from 'onbehalf'
import type { AuditRow, Tables } from './database.ts'
import type { AuditQuery } from './input.ts'
import type { Status } from './task.ts'

/** The person whom a request is made for, and the trace id of that request. */
export interface Author {
  readonly principal: Principal
  readonly trace: string
}

/** One change of a task. */
export interface Deed {
  readonly action: 'task.created' | 'task.updated' | 'task.deleted'
  readonly task_id: number
  /** Names of the changed fields. */
  readonly fields: readonly string[]
  readonly status_from?: Status
  readonly status_to?: Status
}

/** One entry as the API shows it. */
export interface AuditEntry extends Deed {
  /** Each person's entries are counted from 1. */
  readonly id: number
  readonly at: string
  readonly issuer: string
  /** The person. */
  readonly subject: string
  /** The client that the access token was issued to. */
  readonly client: string | null
  /**
   * Who acted for the person, the current actor first. It is empty when the person's own client
   * called.
   */
  readonly actors: readonly string[]
  readonly trace: string
}

/**
 * Writes an entry. It uses the transaction of the change itself, so that neither of the two exists
 * without the other.
 */
export async function writeEntry(
  trx: Transaction<Tables>,
  author: Author,
  at: string,
  deed: Deed,
): Promise<void> {
  const { principal, trace } = author
  const owner = principalKey(principal)
  const { last_entry } = await trx
    .insertInto('counters')
    .values({ owner, last_task: 0, last_entry: 1 })
    .onConflict((conflict) =>
      conflict
        .column('owner')
        .doUpdateSet((row) => ({ last_entry: row('counters.last_entry', '+', 1) })),
    )
    .returning('last_entry')
    .executeTakeFirstOrThrow()
  await trx
    .insertInto('audit_entries')
    .values({
      owner,
      id: last_entry,
      at,
      action: deed.action,
      task_id: deed.task_id,
      fields: JSON.stringify(deed.fields),
      status_from: deed.status_from ?? null,
      status_to: deed.status_to ?? null,
      issuer: principal.issuer,
      subject: principal.subject,
      client: principal.client ?? null,
      actors: JSON.stringify(actorChain(principal)),
      trace,
    })
    .execute()
}

/**
 * Reads the principal's own entries, the newest first.
 *
 * @returns One page of entries. `next_before` is the `before` of the next page, or null on the last
 *   one.
 */
export async function listEntries(
  db: Kysely<Tables>,
  principal: Principal,
  query: AuditQuery,
): Promise<{ readonly entries: readonly AuditEntry[]; readonly next_before: number | null }> {
  const rows = await db
    .selectFrom('audit_entries')
    .selectAll()
    .where('owner', '=', principalKey(principal))
    .$if(query.before !== undefined, (select) => select.where('id', '<', query.before ?? 0))
    .orderBy('id', 'desc')
    .limit(query.limit + 1)
    .execute()
  const entries = rows.slice(0, query.limit).map(entryOf)
  return { entries, next_before: rows.length > query.limit ? (entries.at(-1)?.id ?? null) : null }
}

function entryOf({
  owner: _,
  fields,
  actors,
  action,
  status_from,
  status_to,
  ...row
}: AuditRow): AuditEntry {
  return {
    ...row,
    action: action as Deed['action'],
    fields: JSON.parse(fields),
    actors: JSON.parse(actors),
    ...(status_from === null ? {} : { status_from: status_from as Status }),
    ...(status_to === null ? {} : { status_to: status_to as Status }),
  }
}
