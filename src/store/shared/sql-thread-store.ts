// Threads, items and the records of attachments in a database: rows from and to the records of the port.

import { type Item, isHidden } from '../../chatkit/protocol/item.ts'
import type { Page, ThreadState } from '../../chatkit/protocol/thread.ts'
import type { StoredAttachment } from '../../chatkit/threads/attachment.ts'
import type {
  ItemsChange,
  OwnedAttachment,
  PageQuery,
  StoredThread,
  ThreadStore,
} from '../../chatkit/threads/thread-store.ts'
import { type SqlDatabase, type Step, step } from '../statements/sql.ts'
import type { AttachmentRow, ThreadRow, ThreadStatements } from '../statements/thread-statements.ts'

/** Attachments of one thread that are given at most. */
const MOST_ATTACHMENTS = 1000

/**
 * The thread store over an open database.
 *
 * @param lock What a change of items does first: where changes are made side by side, it takes the thread, so that the order of its items is that of the changes.
 */
export function sqlThreadStore(
  database: SqlDatabase,
  run: ThreadStatements,
  lock: (owner: string, thread: string) => readonly Step[] = () => [],
): ThreadStore {
  function stepsOf(owner: string, thread: string, { save, remove, attach }: ItemsChange): Step[] {
    return [
      ...(remove ?? []).map((item) => step(run.removeItem, { owner, thread, item })),
      ...(save ?? []).map((item) =>
        step(
          run.saveItem,
          {
            owner,
            thread,
            item: item.id,
            hidden: isHidden(item) ? 1 : 0,
            body: JSON.stringify(item),
          },
          1,
        ),
      ),
      // In an order of their own, so that no two changes wait for each other.
      ...[...new Set(attach)]
        .sort()
        .map((attachment) => step(run.attach, { owner, thread, attachment }, 1)),
    ]
  }

  return {
    async createThread(stored, first): Promise<boolean> {
      const { id, owner } = stored
      const add = step(run.addThread, { owner, thread: id, body: bodyOf(stored) })
      return (await database.commit([add, ...stepsOf(owner, id, first)])) !== undefined
    },
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
      return pageOf(
        await database.all(run.listThreads[order], { owner, from: cursor, rows: limit + 1 }),
        limit,
        parseThread,
      )
    },
    async updateThread(owner, id, change): Promise<StoredThread | undefined> {
      // Another change may come between reading and writing; the version says so, and this one is made anew on top of it.
      for (;;) {
        const found = await database.first(run.readThread, { owner, thread: id })
        if (!found) return undefined
        const changed = { ...parseThread(found), ...change }
        const values = { owner, thread: id, version: found.version, body: bodyOf(changed) }
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
      return pageOf(
        await database.all(run.listItems[order], { ...of, from: cursor, rows: limit + 1 }),
        limit,
        parseItem,
      )
    },
    async changeItems(owner, threadId, change): Promise<boolean> {
      const needsThread = (change.save?.length ?? 0) === 0
      // Saving proves the owner by itself; for what else there is to do, the thread is looked for.
      if (needsThread && !(await database.first(run.readThread, { owner, thread: threadId })))
        return false
      const steps = stepsOf(owner, threadId, change)
      if (steps.length === 0) return true
      return (await database.commit([...lock(owner, threadId), ...steps])) !== undefined
    },
    async attachment(owner, id): Promise<OwnedAttachment | undefined> {
      const found = await database.first(run.readAttachment, { owner, attachment: id })
      return found && parseAttachment(found)
    },
    async attachments(owner, threadId): Promise<readonly OwnedAttachment[]> {
      const rows = await database.all(run.listAttachments, {
        owner,
        thread: threadId,
        rows: MOST_ATTACHMENTS,
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

/** Positions before the first row of a list. */
const START: Readonly<Record<PageQuery['order'], number>> = {
  asc: -1,
  desc: Number.MAX_SAFE_INTEGER,
}

/** One row more than asked for was read, to know whether there is more. */
function pageOf<R extends { readonly id: string }, T>(
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

function bodyOf({ id: _id, owner: _owner, ...state }: StoredThread): string {
  return JSON.stringify(state)
}

/** Rows are written by the functions above only. */
function parseThread({ id, owner, body }: ThreadRow): StoredThread {
  return Object.assign(JSON.parse(body) as Omit<ThreadState, 'id'>, { id, owner })
}

function parseItem({ body }: { readonly body: string }): Item {
  return JSON.parse(body) as Item
}

function parseAttachment({ id, owner, thread_id, body }: AttachmentRow): OwnedAttachment {
  return Object.assign(JSON.parse(body) as StoredAttachment, {
    id,
    owner,
    ...(thread_id === null ? {} : { thread_id }),
  })
}
