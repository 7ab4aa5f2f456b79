// The reference thread store. It keeps threads in this process's memory, and loses them when the
// process ends.

import { type Item, isHidden } from '../protocol/item.ts'
import type { Page } from '../protocol/thread.ts'
import { memoryAttachments } from './memory-attachments.ts'
import type { ItemsChange, PageQuery, StoredThread, ThreadStore } from './thread-store.ts'

interface Entry {
  thread: StoredThread
  readonly items: Map<string, Item>
}

/**
 * Makes a store that keeps threads in memory.
 *
 * @example
 * ```ts
 * const chatkit = chatkitServer({ admit: onbehalf.admit, store: memoryThreadStore(), respond })
 * ```
 */
export function memoryThreadStore(): ThreadStore {
  // Maps keep the order of insertion, also when a value is replaced. Copies go in and out, so that
  // nobody can change what is stored by changing an object.
  const threads = new Map<string, Entry>()
  const attachments = memoryAttachments()

  function find(owner: string, id: string): Entry | undefined {
    const entry = threads.get(id)
    return entry?.thread.owner === owner ? entry : undefined
  }

  /** All or nothing, because only the first step can fail and nothing is awaited. */
  function change(
    { thread, items }: Entry,
    { save = [], remove = [], attach = [] }: ItemsChange,
  ): boolean {
    if (!attachments.attach(thread.owner, thread.id, attach)) return false
    for (const id of remove) items.delete(id)
    for (const item of save) items.set(item.id, structuredClone(item))
    return true
  }

  return {
    ...attachments.methods,
    async createThread(thread, first) {
      if (threads.has(thread.id)) throw new Error('A thread of this id exists')
      const entry: Entry = { thread: structuredClone(thread), items: new Map() }
      if (!change(entry, first)) return false
      threads.set(thread.id, entry)
      return true
    },
    async thread(owner, id) {
      return structuredClone(find(owner, id)?.thread)
    },
    async threads(owner, query) {
      const all = [...threads.values()].map(({ thread }) => thread)
      const own = all.filter((thread) => thread.owner === owner)
      return pageOf(own, query)
    },
    async updateThread(owner, id, wanted) {
      const entry = find(owner, id)
      if (entry) entry.thread = { ...entry.thread, ...structuredClone(wanted) }
      return structuredClone(entry?.thread)
    },
    async deleteThread(owner, id) {
      if (!find(owner, id)) return false
      attachments.deleteOf(owner, id)
      return threads.delete(id)
    },
    async item(owner, threadId, itemId) {
      return structuredClone(find(owner, threadId)?.items.get(itemId))
    },
    async items(owner, threadId, query) {
      const entry = find(owner, threadId)
      if (!entry) return undefined
      const items = [...entry.items.values()].filter((item) => query.hidden || !isHidden(item))
      return pageOf(items, query)
    },
    async changeItems(owner, threadId, wanted) {
      const entry = find(owner, threadId)
      return entry !== undefined && change(entry, wanted)
    },
  }
}

/** The page of a list. Undefined when `after` is not in it. */
function pageOf<T extends { readonly id: string }>(
  all: readonly T[],
  query: PageQuery,
): Page<T> | undefined {
  const ordered = query.order === 'asc' ? all : all.toReversed()
  const start =
    query.after === undefined ? 0 : ordered.findIndex(({ id }) => id === query.after) + 1
  if (query.after !== undefined && start === 0) return undefined
  const data = ordered.slice(start, start + query.limit)
  const last = data.at(-1)
  return structuredClone(
    last && ordered.length > start + data.length
      ? { data, has_more: true, after: last.id }
      : { data, has_more: false },
  )
}
