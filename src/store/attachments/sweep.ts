// Removes what nobody needs: uploads that were announced and never came, files that were never sent with a message, bytes without a record.

import type { AttachmentParts } from './disk-attachments.ts'

/** Milliseconds that an attachment may wait for its bytes, and for the message that it goes with. */
const DAY = 24 * 3600 * 1000

/** What a sweep came to. */
export interface Swept {
  /** Attachments that were removed. */
  readonly removed: number
}

/**
 * Looks at all that is older than a day, with one reading of the store for each. Several instances may do so at once.
 *
 * @throws What the store or the disk throws; what was removed by then stays removed.
 */
export async function sweep({ folder, store, now }: AttachmentParts): Promise<Swept> {
  let removed = 0
  for (const name of await folder.folders()) {
    const owner = await folder.owner(name)
    if (owner === undefined) continue
    for (const { id, changedAt } of await folder.list(name)) {
      if (now() - changedAt < DAY) continue
      const place = { folder: name, id }
      const record = await store.attachment(owner, id)
      if (record?.thread_id !== undefined) {
        await folder.tidy(place)
        continue
      }
      // The record first: what is left without one is found again, what is left of one without a file is not.
      if (record) await store.deleteAttachment(owner, id)
      await folder.remove(place)
      removed += 1
    }
  }
  return { removed }
}
