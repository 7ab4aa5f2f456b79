// The port behind the ChatKit server: threads and their items, each of one owner. Adapters are wrapped by `ownedThreads`.

import type { Item } from './item.ts'
import type { Page, ThreadChange, ThreadState } from './thread.ts'

/** A thread as it is stored. */
export interface StoredThread extends ThreadState {
  /** `principalKey` of the principal that it belongs to; it never changes. */
  readonly owner: string
}

/** Which part of a list. */
export interface PageQuery {
  /** At most this many; at least 1. */
  readonly limit: number
  readonly order: 'asc' | 'desc'
  /** Id of the last element of the page before. */
  readonly after?: string
}

/**
 * The port. The order of a list is the order of insertion. Every method takes the owner and finds nothing of anybody else's. What a method
 * has answered survives the end of the process. An implementation passes `test/chatkit/thread-store-contract.ts`.
 */
export interface ThreadStore {
  /**
   * Adds a thread and its first items, all or nothing.
   *
   * @throws Error when a thread of that id exists, whoever owns it.
   */
  createThread(thread: StoredThread, items: readonly Item[]): Promise<void>
  /** One thread of the owner's. */
  thread(owner: string, id: string): Promise<StoredThread | undefined>
  /** The owner's threads; undefined when `after` is none of them. */
  threads(owner: string, query: PageQuery): Promise<Page<StoredThread> | undefined>
  /** Changes the given fields and leaves the others as they are now; undefined when the thread is not the owner's. */
  updateThread(owner: string, id: string, change: ThreadChange): Promise<StoredThread | undefined>
  /** Deletes a thread with its items; false when it is not the owner's. */
  deleteThread(owner: string, id: string): Promise<boolean>
  /**
   * Items of a thread; undefined when the thread is not the owner's, or `after` is no item of it that the page could hold.
   *
   * @param query.hidden Whether hidden items count.
   */
  items(owner: string, threadId: string, query: PageQuery & { readonly hidden: boolean }): Promise<Page<Item> | undefined>
  /** Adds items, or puts them in the place of those with the same id, all or nothing; false when the thread is not the owner's. */
  saveItems(owner: string, threadId: string, items: readonly Item[]): Promise<boolean>
  /** Removes one item, if it is there. */
  removeItem(owner: string, threadId: string, itemId: string): Promise<void>
}
