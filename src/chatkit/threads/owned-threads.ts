// The one place where ownership is proved. It wraps every store and checks the owner itself, so
// that a store adapter cannot forget it.

import { type Principal, principalKey } from '../../core/principal.ts'
import type { Item } from '../protocol/item.ts'
import type { Page, ThreadChange, ThreadState } from '../protocol/thread.ts'
import type { StoredAttachment } from './attachment.ts'
import { type FoundThread, type SearchQuery, searchByReading } from './search.ts'
import type {
  ItemsChange,
  OwnedAttachment,
  PageQuery,
  StoredThread,
  ThreadStore,
} from './thread-store.ts'

/**
 * The threads of one principal. Somebody else's thread gets the same answer as one that does not
 * exist.
 */
export interface OwnedThreads {
  /** `principalKey` of the principal. */
  readonly owner: string
  /**
   * False when an attachment does not exist or is somebody else's.
   *
   * @param store Stores the thread, with more that belongs to the same change. Default: the store does.
   */
  create(
    thread: ThreadState,
    first: ItemsChange,
    store?: ThreadStore['createThread'],
  ): Promise<boolean>
  get(id: string): Promise<ThreadState | undefined>
  list(query: PageQuery): Promise<Page<ThreadState> | undefined>
  /** The threads with a text, the newest first. */
  search(query: SearchQuery): Promise<readonly FoundThread[]>
  update(id: string, change: ThreadChange): Promise<ThreadState | undefined>
  delete(id: string): Promise<boolean>
  item(threadId: string, itemId: string): Promise<Item | undefined>
  items(
    threadId: string,
    query: PageQuery & { readonly hidden: boolean },
  ): Promise<Page<Item> | undefined>
  /** @throws TypeError when an item says that it belongs to another thread. */
  change(threadId: string, change: ItemsChange): Promise<boolean>
  attachment(id: string): Promise<StoredAttachment | undefined>
  /** The attachments of one thread. */
  attachments(threadId: string): Promise<readonly StoredAttachment[]>
  /** False when somebody else has an attachment with that id. */
  saveAttachment(attachment: StoredAttachment): Promise<boolean>
  deleteAttachment(id: string): Promise<boolean>
}

/** Wraps a store for one principal of a verified access token. Make a new one for each request. */
export function ownedThreads(store: ThreadStore, principal: Principal): OwnedThreads {
  return new Owned(store, principalKey(principal))
}

/**
 * A class, because each waiting stream keeps one: closures for all methods would need more memory
 * than the rest of the stream.
 */
class Owned implements OwnedThreads {
  readonly owner: string
  readonly #store: ThreadStore
  // A thread's owner never changes and an id is never used again, so one proof is enough for a
  // request. Most requests are about one thread, and a set of one takes much more memory.
  #proved: string | Set<string> | undefined
  #provedAttachments: Set<string> | undefined

  constructor(store: ThreadStore, owner: string) {
    this.#store = store
    this.owner = owner
  }

  #own(thread: StoredThread | undefined): ThreadState | undefined {
    if (thread?.owner !== this.owner) return undefined
    this.#prove(thread.id)
    const { owner: _, ...state } = thread
    return state
  }

  #prove(id: string): void {
    if (this.#isProved(id)) return
    if (this.#proved === undefined) this.#proved = id
    else if (this.#proved instanceof Set) this.#proved.add(id)
    else this.#proved = new Set([this.#proved, id])
  }

  #isProved(id: string): boolean {
    return this.#proved instanceof Set ? this.#proved.has(id) : this.#proved === id
  }

  #ownAttachment(attachment: OwnedAttachment | undefined): StoredAttachment | undefined {
    if (attachment?.owner !== this.owner) return undefined
    const { owner: _, ...record } = attachment
    return record
  }

  /**
   * Every read and write asks this. For a thread that is proved already, it answers without a
   * promise.
   */
  #isOwn(id: string): true | Promise<boolean> {
    return this.#isProved(id) || this.get(id).then((thread) => thread !== undefined)
  }

  async #areOwn({ attach = [] }: ItemsChange): Promise<boolean> {
    for (const id of attach)
      if (!this.#provedAttachments?.has(id) && !(await this.attachment(id))) return false
    return true
  }

  async get(id: string): Promise<ThreadState | undefined> {
    const state = this.#own(await this.#store.thread(this.owner, id))
    return state?.id === id ? state : undefined
  }

  async create(
    thread: ThreadState,
    first: ItemsChange,
    store: ThreadStore['createThread'] = (stored, items) => this.#store.createThread(stored, items),
  ): Promise<boolean> {
    checkThread(thread.id, first.save)
    if (!(await this.#areOwn(first))) return false
    const created = await store({ ...thread, owner: this.owner }, first)
    if (created) this.#prove(thread.id)
    return created
  }

  async list(query: PageQuery): Promise<Page<ThreadState> | undefined> {
    const page = await this.#store.threads(this.owner, query)
    if (!page) return undefined
    const data = page.data.flatMap((thread) => this.#own(thread) ?? [])
    // A page with somebody else's thread comes from a broken adapter, so nothing on it can be
    // trusted.
    if (data.length !== page.data.length)
      throw new Error('The thread store gave threads of another owner')
    return { ...page, data }
  }

  async search(query: SearchQuery): Promise<readonly FoundThread[]> {
    if (!this.#store.search) return await searchByReading(this, query)
    const found = await this.#store.search(this.owner, query)
    return found.map(({ thread, item }) => {
      const own = this.#own(thread)
      if (!own) throw new Error('The thread store gave threads of another owner')
      checkThread(own.id, item && [item])
      return { thread: own, ...(item ? { item } : {}) }
    })
  }

  async update(id: string, change: ThreadChange): Promise<ThreadState | undefined> {
    return (await this.#isOwn(id))
      ? this.#own(await this.#store.updateThread(this.owner, id, change))
      : undefined
  }

  async delete(id: string): Promise<boolean> {
    if (!(await this.#isOwn(id))) return false
    if (this.#proved instanceof Set) this.#proved.delete(id)
    else this.#proved = undefined
    return this.#store.deleteThread(this.owner, id)
  }

  async item(threadId: string, itemId: string): Promise<Item | undefined> {
    const own = this.#isOwn(threadId)
    if (own !== true && !(await own)) return undefined
    const item = await this.#store.item(this.owner, threadId, itemId)
    return item?.id === itemId && item.thread_id === threadId ? item : undefined
  }

  async items(
    threadId: string,
    query: PageQuery & { readonly hidden: boolean },
  ): Promise<Page<Item> | undefined> {
    if (!(await this.#isOwn(threadId))) return undefined
    const page = await this.#store.items(this.owner, threadId, query)
    if (page) checkThread(threadId, page.data)
    return page
  }

  async change(threadId: string, change: ItemsChange): Promise<boolean> {
    checkThread(threadId, change.save)
    return (
      (await this.#isOwn(threadId)) &&
      (await this.#areOwn(change)) &&
      (await this.#store.changeItems(this.owner, threadId, change))
    )
  }

  async attachment(id: string): Promise<StoredAttachment | undefined> {
    const record = this.#ownAttachment(await this.#store.attachment(this.owner, id))
    if (record?.id !== id) return undefined
    this.#provedAttachments ??= new Set()
    this.#provedAttachments.add(id)
    return record
  }

  async attachments(threadId: string): Promise<readonly StoredAttachment[]> {
    if (!(await this.#isOwn(threadId))) return []
    return (await this.#store.attachments(this.owner, threadId)).flatMap(
      (attachment) => this.#ownAttachment(attachment) ?? [],
    )
  }

  async saveAttachment(record: StoredAttachment): Promise<boolean> {
    const before = await this.#store.attachment(this.owner, record.id)
    return (
      (before === undefined || before.owner === this.owner) &&
      (await this.#store.saveAttachment(this.owner, record))
    )
  }

  async deleteAttachment(id: string): Promise<boolean> {
    if (!(await this.attachment(id))) return false
    this.#provedAttachments?.delete(id)
    return this.#store.deleteAttachment(this.owner, id)
  }
}

function checkThread(threadId: string, items: readonly Item[] = []): void {
  for (const item of items)
    if (item.thread_id !== threadId) throw new TypeError('An item belongs to another thread')
}
