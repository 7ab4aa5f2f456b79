// The reference thread store: this process's memory, gone with it.

import { type Item, isHidden } from '../protocol/item.ts'
import type { Page, ThreadChange } from '../protocol/thread.ts'
import type {
  ItemsChange,
  OwnedAttachment,
  PageQuery,
  StoredThread,
  ThreadStore,
} from './thread-store.ts'

/** Attachments that {@link ThreadStore.attachments} gives at most. */
const MOST_ATTACHMENTS = 1000

/** Makes a store that keeps threads in memory. */
export function memoryThreadStore(): ThreadStore {
  // Maps keep insertion order, also when a value is replaced. Copies go in and out, so that nobody changes what is stored by the way.
  const threads = new Map<string, { thread: StoredThread; readonly items: Map<string, Item> }>()
  const attachments = new Map<string, OwnedAttachment>()

  function entryOf(owner: string, id: string) {
    const entry = threads.get(id)
    return entry?.thread.owner === owner ? entry : undefined
  }

  function attachmentOf(owner: string, id: string): OwnedAttachment | undefined {
    const found = attachments.get(id)
    return found?.owner === owner ? found : undefined
  }

  /** Nothing is awaited inside, so it is all or nothing. */
  function change(
    owner: string,
    threadId: string,
    items: Map<string, Item>,
    { save, remove, attach }: ItemsChange,
  ): boolean {
    const attached = (attach ?? []).map((id) => attachmentOf(owner, id))
    if (attached.includes(undefined)) return false
    for (const one of attached) if (one) attachments.set(one.id, { ...one, thread_id: threadId })
    for (const id of remove ?? []) items.delete(id)
    for (const item of save ?? []) items.set(item.id, structuredClone(item))
    return true
  }

  return {
    async createThread(thread, first): Promise<boolean> {
      if (threads.has(thread.id)) throw new Error('A thread of this id exists')
      const items = new Map<string, Item>()
      if (!change(thread.owner, thread.id, items, first)) return false
      threads.set(thread.id, { thread: structuredClone(thread), items })
      return true
    },
    async thread(owner, id): Promise<StoredThread | undefined> {
      return structuredClone(entryOf(owner, id)?.thread)
    },
    async threads(owner, query): Promise<Page<StoredThread> | undefined> {
      const own = [...threads.values()]
        .map(({ thread }) => thread)
        .filter((thread) => thread.owner === owner)
      return pageOf(own, query)
    },
    async updateThread(owner, id, wanted: ThreadChange): Promise<StoredThread | undefined> {
      const entry = entryOf(owner, id)
      if (entry) entry.thread = { ...entry.thread, ...structuredClone(wanted) }
      return structuredClone(entry?.thread)
    },
    async deleteThread(owner, id): Promise<boolean> {
      if (!entryOf(owner, id)) return false
      for (const one of attachments.values())
        if (one.owner === owner && one.thread_id === id) attachments.delete(one.id)
      return threads.delete(id)
    },
    async item(owner, threadId, itemId): Promise<Item | undefined> {
      return structuredClone(entryOf(owner, threadId)?.items.get(itemId))
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
    async changeItems(owner, threadId, wanted): Promise<boolean> {
      const entry = entryOf(owner, threadId)
      return entry !== undefined && change(owner, threadId, entry.items, wanted)
    },
    async attachment(owner, id): Promise<OwnedAttachment | undefined> {
      return structuredClone(attachmentOf(owner, id))
    },
    async attachments(owner, threadId): Promise<readonly OwnedAttachment[]> {
      const found = [...attachments.values()].filter(
        (one) => one.owner === owner && one.thread_id === threadId,
      )
      return structuredClone(found.slice(0, MOST_ATTACHMENTS))
    },
    async saveAttachment(owner, attachment): Promise<boolean> {
      const before = attachmentOf(owner, attachment.id)
      if (attachments.has(attachment.id) && !before) return false
      // A message may have taken it meanwhile.
      const taken = attachment.thread_id ?? before?.thread_id
      attachments.set(attachment.id, {
        ...structuredClone(attachment),
        owner,
        ...(taken === undefined ? {} : { thread_id: taken }),
      })
      return true
    },
    async deleteAttachment(owner, id): Promise<boolean> {
      return attachmentOf(owner, id) !== undefined && attachments.delete(id)
    },
  }
}

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
