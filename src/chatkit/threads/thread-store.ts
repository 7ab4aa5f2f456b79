// The port behind the ChatKit server: threads, their items and the records of attachments. Each has
// one owner. `ownedThreads` wraps every adapter.

import type { Item } from '../protocol/item.ts'
import type { Page, ThreadChange, ThreadState } from '../protocol/thread.ts'
import type { StoredAttachment } from './attachment.ts'
import type { FoundThread, SearchQuery } from './search.ts'

/** A thread as it is stored. */
export interface StoredThread extends ThreadState {
  /** `principalKey` of the principal who owns it. It never changes. */
  readonly owner: string
}

/** An attachment's record with its owner, which `ownedThreads` checks. */
export type OwnedAttachment = StoredAttachment & { readonly owner: string }

/** Which page of a list. */
export interface PageQuery {
  /** The most elements of the page, at least 1. */
  readonly limit: number
  readonly order: 'asc' | 'desc'
  /** Id of the last element of the page before. Default: the first page. */
  readonly after?: string
}

/** A change of a thread: all of it happens, or nothing. */
export interface ItemsChange {
  /** Items to add. One with the id of a stored item replaces it, at its place in the order. */
  readonly save?: readonly Item[]
  /** Ids of items to remove. An unknown id is no error. */
  readonly remove?: readonly string[]
  /** Ids of attachments that belong to this thread from now on. */
  readonly attach?: readonly string[]
  /**
   * Id of the run that asks. A store that has the runs in the same database changes nothing for a run
   * that has ended: its process may have slept, and another instance may have taken the thread.
   */
  readonly run?: string
}

/**
 * The port. A list is in the order of insertion. Every method takes the owner and finds nothing
 * that somebody else owns. When a method has answered, its change survives the end of the process.
 * An implementation passes `test/chatkit/threads/thread-store-contract.ts`.
 */
export interface ThreadStore {
  /**
   * Adds a thread and its first items, all or nothing. False when an attachment is not the owner's.
   *
   * @throws Error when a thread with that id exists, whoever owns it.
   */
  createThread(thread: StoredThread, first: ItemsChange): Promise<boolean>
  /** One thread, or undefined when it is not the owner's. */
  thread(owner: string, id: string): Promise<StoredThread | undefined>
  /** The owner's threads. Undefined when `after` is not one of them. */
  threads(owner: string, query: PageQuery): Promise<Page<StoredThread> | undefined>
  /**
   * Searches the owner's titles and messages (`searchedText`) for a text, the newest thread first. A
   * store may leave out what is old. Without it, the newest threads are read.
   */
  search?(owner: string, query: SearchQuery): Promise<readonly FoundThread<StoredThread>[]>
  /** Changes the given fields and no others. Undefined when the thread is not the owner's. */
  updateThread(owner: string, id: string, change: ThreadChange): Promise<StoredThread | undefined>
  /**
   * Deletes a thread with its items and the records of its attachments. False when it is not the
   * owner's.
   */
  deleteThread(owner: string, id: string): Promise<boolean>
  /** One item of a thread, or undefined when the thread is not the owner's or has no such item. */
  item(owner: string, threadId: string, itemId: string): Promise<Item | undefined>
  /**
   * Items of a thread. Undefined when the thread is not the owner's, or when `after` is not an item
   * that the list could hold.
   *
   * @param query.hidden Whether the list includes hidden items.
   */
  items(
    owner: string,
    threadId: string,
    query: PageQuery & { readonly hidden: boolean },
  ): Promise<Page<Item> | undefined>
  /**
   * Changes items, all or nothing. False when the thread or an attachment is not the owner's, or when
   * the run that asks has ended.
   */
  changeItems(owner: string, threadId: string, change: ItemsChange): Promise<boolean>
  /**
   * One attachment's record, or undefined when it is not the owner's. Its `thread_id` names the
   * thread that it was attached to last.
   */
  attachment(owner: string, id: string): Promise<OwnedAttachment | undefined>
  /** The records of the attachments of one thread, at most 1,000. */
  attachments(owner: string, threadId: string): Promise<readonly OwnedAttachment[]>
  /**
   * Adds a record, or replaces the owner's record with the same id. False when that record is
   * somebody else's.
   */
  saveAttachment(owner: string, attachment: StoredAttachment): Promise<boolean>
  /** Deletes a record. False when it is not the owner's. */
  deleteAttachment(owner: string, id: string): Promise<boolean>
}
