// Items and threads as clients may name and see them.

import { type HiddenItem, type Item, isHidden } from '../protocol/item.ts'
import { conflict, type WireRefusal } from '../protocol/refusal.ts'
import type { ThreadState } from '../protocol/thread.ts'
import { type AttachmentStorage, wireAttachment } from '../threads/attachment.ts'
import type { OwnedThreads } from '../threads/owned-threads.ts'

/** Finds an item that a client names. To a client, a hidden item does not exist. */
export async function findShownItem(
  threads: OwnedThreads,
  threadId: string,
  id: string,
): Promise<Exclude<Item, HiddenItem> | undefined> {
  const item = await threads.item(threadId, id)
  return item === undefined || isHidden(item) ? undefined : item
}

/** Gives an item as clients are sent it: attachments get fresh URLs. */
export function presentItem<T extends Item>(item: T, storage: AttachmentStorage | undefined): T {
  if (item.type !== 'user_message' || item.attachments.length === 0) return item
  const attachments = item.attachments.map((attachment) => wireAttachment(attachment, storage))
  return { ...item, attachments }
}

/** Refuses what a locked or closed thread is sent; undefined for an active thread. */
export function refuseUnlessOpen({ status }: ThreadState): WireRefusal | undefined {
  switch (status.type) {
    case 'active':
      return undefined
    case 'locked':
      return conflict('thread_locked')
    case 'closed':
      return conflict('thread_closed')
  }
}
