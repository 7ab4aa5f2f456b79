// The statements of the thread store. Every one that reads or changes names the owner.

import { type Kysely, type RawBuilder, sql } from 'kysely'
import { place, statement } from './compile.ts'
import { type SearchStatements, searchStatements } from './search-statements.ts'
import type { Statement } from './statement.ts'
import type { AttachmentRow, ThreadRow, ThreadTables } from './thread-tables.ts'

type Owned = { readonly owner: string }
type OfThread = Owned & { readonly thread: string }
type OfItem = OfThread & { readonly item: string }
/** The run that asks, if it is one. */
type OfRun = { readonly asking: string | null }
type OfAttachment = Owned & { readonly attachment: string }
type OfPage = { readonly from: number; readonly rows: number }

/** Both directions of a list. */
interface Ordered<P extends Readonly<Record<string, string | number>>, R> {
  readonly asc: Statement<P & OfPage, R>
  readonly desc: Statement<P & OfPage, R>
}

/** The statements. */
export interface ThreadStatements extends SearchStatements {
  readonly addThread: Statement<OfThread & { readonly body: string }>
  readonly readThread: Statement<OfThread, ThreadRow>
  readonly changeThread: Statement<OfThread & { readonly version: number; readonly body: string }>
  readonly deleteThread: Statement<OfThread>
  readonly threadPosition: Statement<OfThread, { readonly seq: number }>
  readonly listThreads: Ordered<Owned, ThreadRow>
  readonly readItem: Statement<OfItem, { readonly body: string }>
  readonly saveItem: Statement<OfItem & OfRun & { readonly hidden: number; readonly body: string }>
  readonly removeItem: Statement<OfItem & OfRun>
  readonly itemPosition: Statement<OfItem & { readonly hidden: number }, { readonly seq: number }>
  readonly listItems: Ordered<
    OfThread & { readonly hidden: number },
    { readonly id: string; readonly body: string }
  >
  readonly attach: Statement<OfAttachment & { readonly thread: string }>
  readonly readAttachment: Statement<OfAttachment, AttachmentRow>
  readonly listAttachments: Statement<OfThread & { readonly rows: number }, AttachmentRow>
  readonly saveAttachment: Statement<
    OfAttachment & { readonly thread: string | null; readonly body: string }
  >
  readonly deleteAttachment: Statement<OfAttachment>
  readonly deleteAttachments: Statement<OfThread>
}

const ENDED = ['done', 'interrupted'] as const
const OWNER = place<string>('owner')
const THREAD = place<string>('thread')
const ITEM = place<string>('item')
const ATTACHMENT = place<string>('attachment')
const BODY = place<string>('body')
/** 0 leaves hidden items out, 1 takes all. */
const HIDDEN = place<number>('hidden')

/** Compiles the statements. `like` is the comparison that takes upper and lower case for the same. */
export function threadStatements(
  db: Kysely<ThreadTables>,
  like: RawBuilder<unknown>,
): ThreadStatements {
  return {
    ...statementsOfThreads(db),
    ...statementsOfItems(db),
    ...statementsOfAttachments(db),
    ...searchStatements(db, like),
  }
}

type OfThreads =
  | 'addThread'
  | 'readThread'
  | 'changeThread'
  | 'deleteThread'
  | 'threadPosition'
  | 'listThreads'
type OfItems = 'readItem' | 'saveItem' | 'removeItem' | 'itemPosition' | 'listItems'

function statementsOfThreads(db: Kysely<ThreadTables>): Pick<ThreadStatements, OfThreads> {
  const ownThread = selectOwnThread(db)
  const listThreads = (order: 'asc' | 'desc') =>
    statement<Owned & OfPage, ThreadRow>(
      db
        .selectFrom('thread')
        .select(['id', 'owner', 'version', 'body'])
        .where('owner', '=', OWNER)
        .where('seq', order === 'asc' ? '>' : '<', place<number>('from'))
        .orderBy('seq', order)
        .limit(place<number>('rows')),
    )
  return {
    addThread: statement(
      db.insertInto('thread').values({ id: THREAD, owner: OWNER, version: 1, body: BODY }),
    ),
    readThread: statement(ownThread.select(['id', 'owner', 'version', 'body'])),
    changeThread: statement(
      db
        .updateTable('thread')
        .set((eb) => ({ body: BODY, version: eb('version', '+', 1) }))
        .where('id', '=', THREAD)
        .where('owner', '=', OWNER)
        .where('version', '=', place<number>('version')),
    ),
    deleteThread: statement(
      db.deleteFrom('thread').where('id', '=', THREAD).where('owner', '=', OWNER),
    ),
    threadPosition: statement(ownThread.select('seq')),
    listThreads: { asc: listThreads('asc'), desc: listThreads('desc') },
  }
}

function statementsOfItems(db: Kysely<ThreadTables>): Pick<ThreadStatements, OfItems> {
  const ownThread = selectOwnThread(db)
  const listItems = (order: 'asc' | 'desc') =>
    statement<
      OfThread & { readonly hidden: number } & OfPage,
      { readonly id: string; readonly body: string }
    >(
      db
        .selectFrom('item')
        .select(['item.id', 'item.body'])
        .where('item.thread_id', '=', ownThread.select('thread.id'))
        .where('item.hidden', '<=', HIDDEN)
        .where('item.seq', order === 'asc' ? '>' : '<', place<number>('from'))
        .orderBy('item.seq', order)
        .limit(place<number>('rows')),
    )
  // A run that has ended changes nothing.
  const endedRun = db
    .selectFrom('run')
    .select('run.id')
    .where('run.id', '=', place<string>('asking'))
    .where('run.state', 'in', ENDED)
  // Without the casts, PostgreSQL would take every place in a select list for text.
  const saved = ownThread
    .select([
      'thread.id as thread_id',
      sql<string>`cast(${ITEM} as text)`.as('id'),
      sql<number>`cast(${HIDDEN} as integer)`.as('hidden'),
      sql<string>`cast(${BODY} as text)`.as('body'),
    ])
    .where(({ not, exists }) => not(exists(endedRun)))
  return {
    readItem: statement(
      db
        .selectFrom('item')
        .select('item.body')
        .where('item.thread_id', '=', ownThread.select('thread.id'))
        .where('item.id', '=', ITEM),
    ),
    saveItem: statement(
      db
        .insertInto('item')
        .columns(['thread_id', 'id', 'hidden', 'body'])
        .expression(saved)
        .onConflict((conflict) =>
          conflict.columns(['thread_id', 'id']).doUpdateSet((eb) => ({
            hidden: eb.ref('excluded.hidden'),
            body: eb.ref('excluded.body'),
          })),
        ),
    ),
    removeItem: statement(
      db
        .deleteFrom('item')
        .where('thread_id', '=', ownThread.select('thread.id'))
        .where('item.id', '=', ITEM)
        .where(({ not, exists }) => not(exists(endedRun))),
    ),
    itemPosition: statement(
      db
        .selectFrom('item')
        .select('item.seq')
        .where('item.thread_id', '=', ownThread.select('thread.id'))
        .where('item.id', '=', ITEM)
        .where('item.hidden', '<=', HIDDEN),
    ),
    listItems: { asc: listItems('asc'), desc: listItems('desc') },
  }
}

function statementsOfAttachments(
  db: Kysely<ThreadTables>,
): Omit<ThreadStatements, OfThreads | OfItems | keyof SearchStatements> {
  const ownAttachment = db
    .selectFrom('attachment')
    .select(['id', 'owner', 'thread_id', 'body'])
    .where('owner', '=', OWNER)
  return {
    attach: statement(
      db
        .updateTable('attachment')
        .set({ thread_id: THREAD })
        .where('id', '=', ATTACHMENT)
        .where('owner', '=', OWNER)
        .where(({ exists }) => exists(selectOwnThread(db).select('thread.id'))),
    ),
    readAttachment: statement(ownAttachment.where('id', '=', ATTACHMENT)),
    listAttachments: statement(
      ownAttachment.where('thread_id', '=', THREAD).orderBy('seq').limit(place<number>('rows')),
    ),
    saveAttachment: statement(
      db
        .insertInto('attachment')
        .values({ id: ATTACHMENT, owner: OWNER, thread_id: THREAD, body: BODY })
        .onConflict((conflict) =>
          conflict
            .column('id')
            .doUpdateSet((eb) => ({
              body: eb.ref('excluded.body'),
              // A message may have attached it in the meantime: keep that thread.
              thread_id: eb.fn.coalesce('excluded.thread_id', 'attachment.thread_id'),
            }))
            .whereRef('attachment.owner', '=', 'excluded.owner'),
        ),
    ),
    deleteAttachment: statement(
      db.deleteFrom('attachment').where('id', '=', ATTACHMENT).where('owner', '=', OWNER),
    ),
    deleteAttachments: statement(
      db.deleteFrom('attachment').where('thread_id', '=', THREAD).where('owner', '=', OWNER),
    ),
  }
}

function selectOwnThread(db: Kysely<ThreadTables>) {
  return db.selectFrom('thread').where('thread.id', '=', THREAD).where('thread.owner', '=', OWNER)
}
