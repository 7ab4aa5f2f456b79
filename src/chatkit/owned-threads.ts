// The one place where ownership is proved. It stamps and checks the owner around every store, so that an adapter cannot forget to.

import { type Principal, principalKey } from '../core/principal.ts'
import type { Item } from './item.ts'
import type { Page, ThreadChange, ThreadState } from './thread.ts'
import type { PageQuery, StoredThread, ThreadStore } from './thread-store.ts'

/** The threads of one principal. What is foreign is missing: there is one answer for both. */
export interface OwnedThreads {
  create(thread: ThreadState, items: readonly Item[]): Promise<void>
  get(id: string): Promise<ThreadState | undefined>
  list(query: PageQuery): Promise<Page<ThreadState> | undefined>
  update(id: string, change: ThreadChange): Promise<ThreadState | undefined>
  delete(id: string): Promise<boolean>
  items(threadId: string, query: PageQuery & { readonly hidden: boolean }): Promise<Page<Item> | undefined>
  /** @throws TypeError when an item says that it belongs to another thread. */
  saveItems(threadId: string, items: readonly Item[]): Promise<boolean>
  removeItem(threadId: string, itemId: string): Promise<void>
}

/** Wraps a store for one principal: issuer, tenant and subject of a verified access token. Make one for each request. */
export function ownedThreads(store: ThreadStore, principal: Principal): OwnedThreads {
  const owner = principalKey(principal)
  // A thread's owner never changes and ids are never used again, so one proof holds for the whole request.
  const proved = new Set<string>()

  function own(thread: StoredThread | undefined): ThreadState | undefined {
    if (thread?.owner !== owner) return undefined
    proved.add(thread.id)
    const { owner: _, ...state } = thread
    return state
  }

  async function get(id: string): Promise<ThreadState | undefined> {
    const state = own(await store.thread(owner, id))
    return state?.id === id ? state : undefined
  }

  async function isOwn(id: string): Promise<boolean> {
    return proved.has(id) || (await get(id)) !== undefined
  }

  return {
    get,
    async create(thread, items): Promise<void> {
      checkThread(thread.id, items)
      await store.createThread({ ...thread, owner }, items)
      proved.add(thread.id)
    },
    async list(query): Promise<Page<ThreadState> | undefined> {
      const page = await store.threads(owner, query)
      if (!page) return undefined
      const data = page.data.flatMap((thread) => own(thread) ?? [])
      // A page with somebody else's thread in it was cut by an adapter that is out of order: nothing of it is to be trusted.
      if (data.length !== page.data.length) throw new Error('The thread store gave threads of another owner')
      return { ...page, data }
    },
    async update(id, change): Promise<ThreadState | undefined> {
      return (await isOwn(id)) ? own(await store.updateThread(owner, id, change)) : undefined
    },
    async delete(id): Promise<boolean> {
      return (await isOwn(id)) && (await store.deleteThread(owner, id))
    },
    async items(threadId, query): Promise<Page<Item> | undefined> {
      if (!(await isOwn(threadId))) return undefined
      const page = await store.items(owner, threadId, query)
      if (page) checkThread(threadId, page.data)
      return page
    },
    async saveItems(threadId, items): Promise<boolean> {
      checkThread(threadId, items)
      return (await isOwn(threadId)) && (await store.saveItems(owner, threadId, items))
    },
    async removeItem(threadId, itemId): Promise<void> {
      if (await isOwn(threadId)) await store.removeItem(owner, threadId, itemId)
    },
  }
}

function checkThread(threadId: string, items: readonly Item[]): void {
  for (const item of items) if (item.thread_id !== threadId) throw new TypeError('An item belongs to another thread')
}
