// The reference thread store: this process's memory, gone with it.

import { type Item, isHidden } from './item.ts'
import type { Page, ThreadChange } from './thread.ts'
import type { PageQuery, StoredThread, ThreadStore } from './thread-store.ts'

/** Makes a store that keeps threads in memory. */
export function memoryThreadStore(): ThreadStore {
  // Maps keep insertion order, also when a value is replaced. Copies go in and out, so that nobody changes what is stored by the way.
  const threads = new Map<string, { thread: StoredThread; readonly items: Map<string, Item> }>()

  function entryOf(owner: string, id: string) {
    const entry = threads.get(id)
    return entry?.thread.owner === owner ? entry : undefined
  }

  return {
    async createThread(thread, items): Promise<void> {
      if (threads.has(thread.id)) throw new Error('A thread of this id exists')
      threads.set(thread.id, {
        thread: structuredClone(thread),
        items: new Map(items.map((item) => [item.id, structuredClone(item)])),
      })
    },
    async thread(owner, id): Promise<StoredThread | undefined> {
      return structuredClone(entryOf(owner, id)?.thread)
    },
    async threads(owner, query): Promise<Page<StoredThread> | undefined> {
      const own = [...threads.values()].map(({ thread }) => thread).filter((thread) => thread.owner === owner)
      return pageOf(own, query)
    },
    async updateThread(owner, id, change: ThreadChange): Promise<StoredThread | undefined> {
      const entry = entryOf(owner, id)
      if (entry) entry.thread = { ...entry.thread, ...structuredClone(change) }
      return structuredClone(entry?.thread)
    },
    async deleteThread(owner, id): Promise<boolean> {
      return entryOf(owner, id) !== undefined && threads.delete(id)
    },
    async items(owner, threadId, query): Promise<Page<Item> | undefined> {
      const entry = entryOf(owner, threadId)
      return (
        entry &&
        pageOf(
          [...entry.items.values()].filter((item) => query.hidden || !isHidden(item)),
          query,
        )
      )
    },
    async saveItems(owner, threadId, items): Promise<boolean> {
      const entry = entryOf(owner, threadId)
      for (const item of items) entry?.items.set(item.id, structuredClone(item))
      return entry !== undefined
    },
    async removeItem(owner, threadId, itemId): Promise<void> {
      entryOf(owner, threadId)?.items.delete(itemId)
    },
  }
}

function pageOf<T extends { readonly id: string }>(all: readonly T[], query: PageQuery): Page<T> | undefined {
  const ordered = query.order === 'asc' ? all : all.toReversed()
  const start = query.after === undefined ? 0 : ordered.findIndex(({ id }) => id === query.after) + 1
  if (query.after !== undefined && start === 0) return undefined
  const data = ordered.slice(start, start + query.limit)
  const last = data.at(-1)
  return structuredClone(
    last && ordered.length > start + data.length ? { data, has_more: true, after: last.id } : { data, has_more: false },
  )
}
