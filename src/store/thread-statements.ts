// The statements of the thread store, compiled once. The owner is part of every one that reads or changes.

import type { Generated, Kysely } from 'kysely'
import { place, type Statement, statement } from './statement.ts'

/** The tables, as the migrations make them. */
export interface ThreadTables {
  /** `version` counts the changes; `body` is the thread's state in JSON. */
  readonly thread: { seq: Generated<number>; id: string; owner: string; version: number; body: string }
  /** `hidden` is 0 or 1; `body` is the item in JSON. */
  readonly item: { seq: Generated<number>; thread_id: string; id: string; hidden: number; body: string }
}

/** A thread's row. */
export interface ThreadRow {
  readonly id: string
  readonly owner: string
  readonly version: number
  readonly body: string
}

type OfThread = { readonly owner: string; readonly thread: string }
type OfItem = OfThread & { readonly item: string }
type OfPage = { readonly from: number; readonly rows: number }

/** Both directions of a list. */
interface Ordered<P extends Readonly<Record<string, string | number>>, R> {
  readonly asc: Statement<P & OfPage, R>
  readonly desc: Statement<P & OfPage, R>
}

/** Everything that the store runs. */
export interface ThreadStatements {
  readonly addThread: Statement<OfThread & { readonly body: string }>
  readonly readThread: Statement<OfThread, ThreadRow>
  readonly changeThread: Statement<OfThread & { readonly version: number; readonly body: string }>
  readonly deleteThread: Statement<OfThread>
  readonly threadPosition: Statement<OfThread, { readonly seq: number }>
  readonly listThreads: Ordered<{ readonly owner: string }, ThreadRow>
  readonly saveItem: Statement<OfItem & { readonly hidden: number; readonly body: string }>
  readonly removeItem: Statement<OfItem>
  readonly itemPosition: Statement<OfItem & { readonly hidden: number }, { readonly seq: number }>
  readonly listItems: Ordered<OfThread & { readonly hidden: number }, { readonly id: string; readonly body: string }>
}

/** Compiles the statements. */
export function threadStatements(db: Kysely<ThreadTables>): ThreadStatements {
  const owner = place<string>('owner')
  const thread = place<string>('thread')
  const item = place<string>('item')
  /** With 0 only what is not hidden, with 1 all. */
  const hidden = place<number>('hidden')
  const ownThread = db.selectFrom('thread').where('thread.id', '=', thread).where('thread.owner', '=', owner)

  const listThreads = (order: 'asc' | 'desc') =>
    statement<{ readonly owner: string } & OfPage, ThreadRow>(
      db
        .selectFrom('thread')
        .select(['id', 'owner', 'version', 'body'])
        .where('owner', '=', owner)
        .where('seq', order === 'asc' ? '>' : '<', place<number>('from'))
        .orderBy('seq', order)
        .limit(place<number>('rows')),
    )
  const listItems = (order: 'asc' | 'desc') =>
    statement<OfThread & { readonly hidden: number } & OfPage, { readonly id: string; readonly body: string }>(
      db
        .selectFrom('item')
        .select(['item.id', 'item.body'])
        .where('item.thread_id', '=', ownThread.select('thread.id'))
        .where('item.hidden', '<=', hidden)
        .where('item.seq', order === 'asc' ? '>' : '<', place<number>('from'))
        .orderBy('item.seq', order)
        .limit(place<number>('rows')),
    )

  return {
    addThread: statement(db.insertInto('thread').values({ id: thread, owner, version: 1, body: place<string>('body') })),
    readThread: statement(ownThread.select(['id', 'owner', 'version', 'body'])),
    changeThread: statement(
      db
        .updateTable('thread')
        .set((eb) => ({ body: place<string>('body'), version: eb('version', '+', 1) }))
        .where('id', '=', thread)
        .where('owner', '=', owner)
        .where('version', '=', place<number>('version')),
    ),
    deleteThread: statement(db.deleteFrom('thread').where('id', '=', thread).where('owner', '=', owner)),
    threadPosition: statement(ownThread.select('seq')),
    listThreads: { asc: listThreads('asc'), desc: listThreads('desc') },
    saveItem: statement(
      db
        .insertInto('item')
        .columns(['thread_id', 'id', 'hidden', 'body'])
        .expression(
          ownThread.select(['thread.id as thread_id', item.as('id'), hidden.as('hidden'), place<string>('body').as('body')]),
        )
        .onConflict((conflict) =>
          conflict
            .columns(['thread_id', 'id'])
            .doUpdateSet((eb) => ({ hidden: eb.ref('excluded.hidden'), body: eb.ref('excluded.body') })),
        ),
    ),
    removeItem: statement(
      db.deleteFrom('item').where('thread_id', '=', ownThread.select('thread.id')).where('item.id', '=', item),
    ),
    itemPosition: statement(
      db
        .selectFrom('item')
        .select('item.seq')
        .where('item.thread_id', '=', ownThread.select('thread.id'))
        .where('item.id', '=', item)
        .where('item.hidden', '<=', hidden),
    ),
    listItems: { asc: listItems('asc'), desc: listItems('desc') },
  }
}
