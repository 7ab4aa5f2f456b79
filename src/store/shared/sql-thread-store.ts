// The thread store over any SQL database: it turns the port's threads, items and attachments into
// rows and back.

import { type Item, isHidden } from '../../chatkit/protocol/item.ts'
import type { Page } from '../../chatkit/protocol/thread.ts'
import type { StoredAttachment } from '../../chatkit/threads/attachment.ts'
import type {
  ItemsChange,
  OwnedAttachment,
  PageQuery,
  StoredThread,
  ThreadStore,
} from '../../chatkit/threads/thread-store.ts'
import { type SqlDatabase, type Step, step } from '../statements/sql.ts'
import type { ThreadStatements } from '../statements/thread-statements.ts'
import type { AttachmentRow } from '../statements/thread-tables.ts'
import { searchThreads } from './sql-search.ts'
import { parseItem, parseThread, toBody } from './thread-rows.ts'

/** How many attachments of one thread are listed at most. */
const MAX_ATTACHMENTS = 1000

type ThreadMethods = Pick<
  ThreadStore,
  'thread' | 'threads' | 'search' | 'updateThread' | 'createThread' | 'deleteThread'
>
type ItemMethods = Pick<ThreadStore, 'item' | 'items' | 'changeItems'>
type AttachmentMethods = Pick<
  ThreadStore,
  'attachment' | 'attachments' | 'saveAttachment' | 'deleteAttachment'
>

/**
 * The thread store over an open database.
 *
 * @param lock The first steps of each change of items. A database that runs changes side by side
 *   must lock the thread here, so that its items stand in the order of the changes.
 */
export function sqlThreadStore(
  database: SqlDatabase,
  run: ThreadStatements,
  lock: (owner: string, thread: string) => readonly Step[] = () => [],
): ThreadStore {
  return {
    ...threadMethods(database, run),
    ...itemMethods(database, run, lock),
    ...attachmentMethods(database, run),
  }
}

function threadMethods(database: SqlDatabase, run: ThreadStatements): ThreadMethods {
  return {
    createThread: async (stored, first): Promise<boolean> =>
      (await database.commit(stepsOfNew(run, stored, first))) !== undefined,
    async thread(owner, id): Promise<StoredThread | undefined> {
      const found = await database.first(run.readThread, { owner, thread: id })
      return found && parseThread(found)
    },
    async threads(owner, query): Promise<Page<StoredThread> | undefined> {
      const { limit, order, after } = query
      const cursor =
        after === undefined
          ? START[order]
          : (await database.first(run.threadPosition, { owner, thread: after }))?.seq
      if (cursor === undefined) return undefined
      return makePage(
        await database.all(run.listThreads[order], { owner, from: cursor, rows: limit + 1 }),
        limit,
        parseThread,
      )
    },
    search: (owner, query) => searchThreads(database, run, owner, query),
    async updateThread(owner, id, change): Promise<StoredThread | undefined> {
      // If another change came between reading and writing, the version differs: read again and
      // make this change on top of it.
      for (;;) {
        const found = await database.first(run.readThread, { owner, thread: id })
        if (!found) return undefined
        const changed = { ...parseThread(found), ...change }
        const values = { owner, thread: id, version: found.version, body: toBody(changed) }
        if (await database.commit([step(run.changeThread, values, 1)])) return changed
      }
    },
    async deleteThread(owner, id): Promise<boolean> {
      const of = { owner, thread: id }
      return (
        (await database.commit([
          step(run.deleteThread, of, 1),
          step(run.deleteAttachments, of),
        ])) !== undefined
      )
    },
  }
}

function itemMethods(
  database: SqlDatabase,
  run: ThreadStatements,
  lock: (owner: string, thread: string) => readonly Step[],
): ItemMethods {
  return {
    async item(owner, threadId, itemId): Promise<Item | undefined> {
      const found = await database.first(run.readItem, { owner, thread: threadId, item: itemId })
      return found && parseItem(found)
    },
    async items(owner, threadId, query): Promise<Page<Item> | undefined> {
      const { limit, order, after } = query
      const of = { owner, thread: threadId, hidden: query.hidden ? 1 : 0 }
      if (after === undefined && !(await database.first(run.readThread, of))) return undefined
      const cursor =
        after === undefined
          ? START[order]
          : (await database.first(run.itemPosition, { ...of, item: after }))?.seq
      if (cursor === undefined) return undefined
      return makePage(
        await database.all(run.listItems[order], { ...of, from: cursor, rows: limit + 1 }),
        limit,
        parseItem,
      )
    },
    async changeItems(owner, threadId, change): Promise<boolean> {
      const needsThread = (change.save?.length ?? 0) === 0
      // Saving an item proves the owner by itself. The other steps do not, so look for the thread.
      if (needsThread && !(await database.first(run.readThread, { owner, thread: threadId })))
        return false
      const steps = toSteps(run, owner, threadId, change)
      if (steps.length === 0) return true
      return (await database.commit([...lock(owner, threadId), ...steps])) !== undefined
    },
  }
}

function attachmentMethods(database: SqlDatabase, run: ThreadStatements): AttachmentMethods {
  return {
    async attachment(owner, id): Promise<OwnedAttachment | undefined> {
      const found = await database.first(run.readAttachment, { owner, attachment: id })
      return found && parseAttachment(found)
    },
    async attachments(owner, threadId): Promise<readonly OwnedAttachment[]> {
      const rows = await database.all(run.listAttachments, {
        owner,
        thread: threadId,
        rows: MAX_ATTACHMENTS,
      })
      return rows.map(parseAttachment)
    },
    async saveAttachment(owner, attachment): Promise<boolean> {
      const { thread_id, ...record } = attachment
      const values = {
        owner,
        attachment: attachment.id,
        thread: thread_id ?? null,
        body: JSON.stringify(record),
      }
      return (await database.commit([step(run.saveAttachment, values, 1)])) !== undefined
    },
    async deleteAttachment(owner, id): Promise<boolean> {
      return (
        (await database.commit([step(run.deleteAttachment, { owner, attachment: id }, 1)])) !==
        undefined
      )
    },
  }
}

/** The steps that store a new thread with its first items. */
export function stepsOfNew(
  run: ThreadStatements,
  stored: StoredThread,
  first: ItemsChange,
): readonly Step[] {
  const { id, owner } = stored
  const add = step(run.addThread, { owner, thread: id, body: toBody(stored) })
  return [add, ...toSteps(run, owner, id, first)]
}

/** The steps of a change of items. */
function toSteps(
  run: ThreadStatements,
  owner: string,
  thread: string,
  { save, remove, attach, run: asks }: ItemsChange,
): Step[] {
  const asking = asks ?? null
  return [
    ...(remove ?? []).map((item) => step(run.removeItem, { owner, thread, item, asking })),
    ...(save ?? []).map((item) => {
      const hidden = isHidden(item) ? 1 : 0
      const body = JSON.stringify(item)
      return step(run.saveItem, { owner, thread, item: item.id, hidden, body, asking }, 1)
    }),
    // Sorted, so that two changes never wait for each other (a deadlock).
    ...[...new Set(attach)]
      .sort()
      .map((attachment) => step(run.attach, { owner, thread, attachment }, 1)),
  ]
}

/** The position before the first row of a list. */
const START: Readonly<Record<PageQuery['order'], number>> = {
  asc: -1,
  desc: Number.MAX_SAFE_INTEGER,
}

/** Makes a page. `rows` has one more than asked for when there is more. */
function makePage<R extends { readonly id: string }, T>(
  rows: readonly R[],
  limit: number,
  parse: (row: R) => T,
): Page<T> {
  const data = rows.slice(0, limit)
  const last = data.at(-1)
  const parsed = data.map(parse)
  return last && rows.length > limit
    ? { data: parsed, has_more: true, after: last.id }
    : { data: parsed, has_more: false }
}

function parseAttachment({ id, owner, thread_id, body }: AttachmentRow): OwnedAttachment {
  return Object.assign(JSON.parse(body) as StoredAttachment, {
    id,
    owner,
    ...(thread_id === null ? {} : { thread_id }),
  })
}
