// Threads and items in SQLite: rows from and to the records of the port.

import { type Item, isHidden } from '../chatkit/item.ts'
import type { Page, ThreadState } from '../chatkit/thread.ts'
import type { PageQuery, StoredThread, ThreadStore } from '../chatkit/thread-store.ts'
import { type SqliteDatabase, type Step, step } from './sqlite.ts'
import { sqliteCompiler } from './statement.ts'
import { type ThreadRow, type ThreadTables, threadStatements } from './thread-statements.ts'

/** The thread store over an open database. */
export function sqliteThreadStore(database: SqliteDatabase): ThreadStore {
  const run = threadStatements(sqliteCompiler<ThreadTables>())

  function saveStep(owner: string, thread: string, item: Item): Step {
    return step(run.saveItem, { owner, thread, item: item.id, hidden: isHidden(item) ? 1 : 0, body: JSON.stringify(item) })
  }

  return {
    async createThread(stored, items): Promise<void> {
      const { id, owner } = stored
      await database.batch([
        step(run.addThread, { owner, thread: id, body: bodyOf(stored) }),
        ...items.map((item) => saveStep(owner, id, item)),
      ])
    },
    async thread(owner, id): Promise<StoredThread | undefined> {
      const found = await database.first(run.readThread, { owner, thread: id })
      return found && parseThread(found)
    },
    async threads(owner, query): Promise<Page<StoredThread> | undefined> {
      const { limit, order, after } = query
      const cursor =
        after === undefined ? START[order] : (await database.first(run.threadPosition, { owner, thread: after }))?.seq
      if (cursor === undefined) return undefined
      return pageOf(await database.all(run.listThreads[order], { owner, from: cursor, rows: limit + 1 }), limit, parseThread)
    },
    async updateThread(owner, id, change): Promise<StoredThread | undefined> {
      // Another change may come between reading and writing; the version says so, and this one is made anew on top of it.
      for (;;) {
        const found = await database.first(run.readThread, { owner, thread: id })
        if (!found) return undefined
        const changed = { ...parseThread(found), ...change }
        const values = { owner, thread: id, version: found.version, body: bodyOf(changed) }
        const [rows] = await database.batch([step(run.changeThread, values)])
        if (rows === 1) return changed
      }
    },
    async deleteThread(owner, id): Promise<boolean> {
      const [rows] = await database.batch([step(run.deleteThread, { owner, thread: id })])
      return rows === 1
    },
    async items(owner, threadId, query): Promise<Page<Item> | undefined> {
      const { limit, order, after } = query
      const of = { owner, thread: threadId, hidden: query.hidden ? 1 : 0 }
      if (after === undefined && !(await database.first(run.readThread, of))) return undefined
      const cursor = after === undefined ? START[order] : (await database.first(run.itemPosition, { ...of, item: after }))?.seq
      if (cursor === undefined) return undefined
      return pageOf(await database.all(run.listItems[order], { ...of, from: cursor, rows: limit + 1 }), limit, parseItem)
    },
    async saveItems(owner, threadId, items): Promise<boolean> {
      const rows = await database.batch(items.map((item) => saveStep(owner, threadId, item)))
      return rows.every((one) => one === 1)
    },
    async removeItem(owner, threadId, itemId): Promise<void> {
      await database.batch([step(run.removeItem, { owner, thread: threadId, item: itemId })])
    },
  }
}

/** Positions before the first row of a list. */
const START: Readonly<Record<PageQuery['order'], number>> = { asc: -1, desc: Number.MAX_SAFE_INTEGER }

/** One row more than asked for was read, to know whether there is more. */
function pageOf<R extends { readonly id: string }, T>(rows: readonly R[], limit: number, parse: (row: R) => T): Page<T> {
  const data = rows.slice(0, limit)
  const last = data.at(-1)
  const parsed = data.map(parse)
  return last && rows.length > limit ? { data: parsed, has_more: true, after: last.id } : { data: parsed, has_more: false }
}

function bodyOf({ id: _id, owner: _owner, ...state }: StoredThread): string {
  return JSON.stringify(state)
}

/** Rows are written by `bodyOf` and `saveItems` only. */
function parseThread({ id, owner, body }: ThreadRow): StoredThread {
  return Object.assign(JSON.parse(body) as Omit<ThreadState, 'id'>, { id, owner })
}

function parseItem({ body }: { readonly body: string }): Item {
  return JSON.parse(body) as Item
}
