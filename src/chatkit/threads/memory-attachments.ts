// The attachment records of the memory store. They say which thread has which attachment.

import type { OwnedAttachment, ThreadStore } from './thread-store.ts'

/** `ThreadStore.attachments` gives no more. */
const MAX_ATTACHMENTS = 1000

/** The records, and what the threads do with them. */
export interface MemoryAttachments {
  /** The methods of the port. */
  readonly methods: Pick<
    ThreadStore,
    'attachment' | 'attachments' | 'saveAttachment' | 'deleteAttachment'
  >
  /** Gives attachments to a thread: all, or none and false when one is not the owner's. */
  attach(owner: string, threadId: string, ids: readonly string[]): boolean
  /** Deletes the records of a thread's attachments. */
  deleteOf(owner: string, threadId: string): void
}

/** Begins without any record. Copies go in and out. */
export function memoryAttachments(): MemoryAttachments {
  const records = new Map<string, OwnedAttachment>()

  function find(owner: string, id: string): OwnedAttachment | undefined {
    const record = records.get(id)
    return record?.owner === owner ? record : undefined
  }

  function findOf(owner: string, threadId: string): readonly OwnedAttachment[] {
    return [...records.values()].filter(
      (record) => record.owner === owner && record.thread_id === threadId,
    )
  }

  return {
    attach(owner, threadId, ids) {
      const wanted = ids.flatMap((id) => find(owner, id) ?? [])
      if (wanted.length !== ids.length) return false
      for (const record of wanted) records.set(record.id, { ...record, thread_id: threadId })
      return true
    },
    deleteOf(owner, threadId) {
      for (const { id } of findOf(owner, threadId)) records.delete(id)
    },
    methods: {
      async attachment(owner, id) {
        return structuredClone(find(owner, id))
      },
      async attachments(owner, threadId) {
        return structuredClone(findOf(owner, threadId).slice(0, MAX_ATTACHMENTS))
      },
      async saveAttachment(owner, attachment) {
        const before = find(owner, attachment.id)
        if (records.has(attachment.id) && !before) return false
        // A message may have taken the attachment since the caller read its record.
        const thread_id = attachment.thread_id ?? before?.thread_id
        records.set(attachment.id, {
          ...structuredClone(attachment),
          owner,
          ...(thread_id === undefined ? {} : { thread_id }),
        })
        return true
      },
      async deleteAttachment(owner, id) {
        return find(owner, id) !== undefined && records.delete(id)
      },
    },
  }
}
