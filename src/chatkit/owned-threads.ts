// The one place where ownership is proved. It stamps and checks the owner around every store, so that an adapter cannot forget to.

import { type Principal, principalKey } from '../core/principal.ts'
import type { StoredAttachment } from './attachment.ts'
import type { Item } from './item.ts'
import type { Page, ThreadChange, ThreadState } from './thread.ts'
import type { ItemsChange, OwnedAttachment, PageQuery, StoredThread, ThreadStore } from './thread-store.ts'

/** The threads of one principal. What is foreign is missing: there is one answer for both. */
export interface OwnedThreads {
  /** `principalKey` of the principal. */
  readonly owner: string
  /** False when an attachment is missing. */
  create(thread: ThreadState, first: ItemsChange): Promise<boolean>
  get(id: string): Promise<ThreadState | undefined>
  list(query: PageQuery): Promise<Page<ThreadState> | undefined>
  update(id: string, change: ThreadChange): Promise<ThreadState | undefined>
  delete(id: string): Promise<boolean>
  item(threadId: string, itemId: string): Promise<Item | undefined>
  items(threadId: string, query: PageQuery & { readonly hidden: boolean }): Promise<Page<Item> | undefined>
  /** @throws TypeError when an item says that it belongs to another thread. */
  change(threadId: string, change: ItemsChange): Promise<boolean>
  attachment(id: string): Promise<StoredAttachment | undefined>
  /** Those of one thread. */
  attachments(threadId: string): Promise<readonly StoredAttachment[]>
  /** False when somebody else has one of that id. */
  saveAttachment(attachment: StoredAttachment): Promise<boolean>
  deleteAttachment(id: string): Promise<boolean>
}

/** Wraps a store for one principal: issuer, tenant and subject of a verified access token. Make one for each request. */
export function ownedThreads(store: ThreadStore, principal: Principal): OwnedThreads {
  const owner = principalKey(principal)
  // A thread's owner never changes and ids are never used again, so one proof holds for the whole request.
  const proved = new Set<string>()
  let provedAttachments: Set<string> | undefined

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

  function ownAttachment(attachment: OwnedAttachment | undefined): StoredAttachment | undefined {
    if (attachment?.owner !== owner) return undefined
    const { owner: _, ...record } = attachment
    return record
  }

  async function attachment(id: string): Promise<StoredAttachment | undefined> {
    const record = ownAttachment(await store.attachment(owner, id))
    if (record?.id !== id) return undefined
    provedAttachments ??= new Set()
    provedAttachments.add(id)
    return record
  }

  async function areOwn({ attach = [] }: ItemsChange): Promise<boolean> {
    for (const id of attach) if (!provedAttachments?.has(id) && !(await attachment(id))) return false
    return true
  }

  return {
    owner,
    get,
    async create(thread, first): Promise<boolean> {
      checkThread(thread.id, first.save)
      if (!(await areOwn(first))) return false
      const created = await store.createThread({ ...thread, owner }, first)
      if (created) proved.add(thread.id)
      return created
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
      if (!(await isOwn(id))) return false
      proved.delete(id)
      return store.deleteThread(owner, id)
    },
    async item(threadId, itemId): Promise<Item | undefined> {
      if (!(await isOwn(threadId))) return undefined
      const item = await store.item(owner, threadId, itemId)
      return item?.id === itemId && item.thread_id === threadId ? item : undefined
    },
    async items(threadId, query): Promise<Page<Item> | undefined> {
      if (!(await isOwn(threadId))) return undefined
      const page = await store.items(owner, threadId, query)
      if (page) checkThread(threadId, page.data)
      return page
    },
    async change(threadId, change): Promise<boolean> {
      checkThread(threadId, change.save)
      return (await isOwn(threadId)) && (await areOwn(change)) && (await store.changeItems(owner, threadId, change))
    },
    attachment,
    async attachments(threadId): Promise<readonly StoredAttachment[]> {
      if (!(await isOwn(threadId))) return []
      return (await store.attachments(owner, threadId)).flatMap((one) => ownAttachment(one) ?? [])
    },
    async saveAttachment(record): Promise<boolean> {
      const before = await store.attachment(owner, record.id)
      return (before === undefined || before.owner === owner) && (await store.saveAttachment(owner, record))
    },
    async deleteAttachment(id): Promise<boolean> {
      if (!(await attachment(id))) return false
      provedAttachments?.delete(id)
      return store.deleteAttachment(owner, id)
    },
  }
}

function checkThread(threadId: string, items: readonly Item[] = []): void {
  for (const item of items) if (item.thread_id !== threadId) throw new TypeError('An item belongs to another thread')
}
