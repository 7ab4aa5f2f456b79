// The port behind the ChatKit server: threads, their items and the records of attachments, each of one owner. Adapters are wrapped by `ownedThreads`.

import type { Item } from '../protocol/item.ts'
import type { Page, ThreadChange, ThreadState } from '../protocol/thread.ts'
import type { StoredAttachment } from './attachment.ts'

/** A thread as it is stored. */
export interface StoredThread extends ThreadState {
  /** `principalKey` of the principal that it belongs to; it never changes. */
  readonly owner: string
}

/** An attachment's record with its owner, for the wrapper to check. */
export type OwnedAttachment = StoredAttachment & { readonly owner: string }

/** Which part of a list. */
export interface PageQuery {
  /** At most this many; at least 1. */
  readonly limit: number
  readonly order: 'asc' | 'desc'
  /** Id of the last element of the page before. */
  readonly after?: string
}

/** What changes in a thread, all or nothing. */
export interface ItemsChange {
  /** Items to add, or to put in the place of those with the same id. */
  readonly save?: readonly Item[]
  /** Ids of items to remove; one that is not there is no error. */
  readonly remove?: readonly string[]
  /** Ids of attachments that belong to the thread from now on. */
  readonly attach?: readonly string[]
}

/**
 * The port. The order of a list is the order of insertion. Every method takes the owner and finds nothing of anybody else's. What a method
 * has answered survives the end of the process. An implementation passes `test/chatkit/threads/thread-store-contract.ts`.
 */
export interface ThreadStore {
  /**
   * Adds a thread and its first items, all or nothing; false when an attachment is not the owner's.
   *
   * @throws Error when a thread of that id exists, whoever owns it.
   */
  createThread(thread: StoredThread, first: ItemsChange): Promise<boolean>
  /** One thread of the owner's. */
  thread(owner: string, id: string): Promise<StoredThread | undefined>
  /** The owner's threads; undefined when `after` is none of them. */
  threads(owner: string, query: PageQuery): Promise<Page<StoredThread> | undefined>
  /** Changes the given fields and leaves the others as they are now; undefined when the thread is not the owner's. */
  updateThread(owner: string, id: string, change: ThreadChange): Promise<StoredThread | undefined>
  /** Deletes a thread with its items and the records of its attachments; false when it is not the owner's. */
  deleteThread(owner: string, id: string): Promise<boolean>
  /** One item of a thread of the owner's. */
  item(owner: string, threadId: string, itemId: string): Promise<Item | undefined>
  /**
   * Items of a thread; undefined when the thread is not the owner's, or `after` is no item of it that the page could hold.
   *
   * @param query.hidden Whether hidden items count.
   */
  items(
    owner: string,
    threadId: string,
    query: PageQuery & { readonly hidden: boolean },
  ): Promise<Page<Item> | undefined>
  /** Changes items, all or nothing; false when the thread or an attachment is not the owner's. */
  changeItems(owner: string, threadId: string, change: ItemsChange): Promise<boolean>
  /** One attachment's record. Its `thread_id` is that of the thread that it was attached to last. */
  attachment(owner: string, id: string): Promise<OwnedAttachment | undefined>
  /** The records of the attachments of one thread, at most 1,000. */
  attachments(owner: string, threadId: string): Promise<readonly OwnedAttachment[]>
  /** Adds a record, or puts it in the place of the owner's with the same id; false when that one is somebody else's. */
  saveAttachment(owner: string, attachment: StoredAttachment): Promise<boolean>
  /** Deletes a record; false when it is not the owner's. */
  deleteAttachment(owner: string, id: string): Promise<boolean>
}
