// Removes what nobody needs: announced uploads that never came, files that were never sent with a
// message, and bytes without a record.

import type { AttachmentParts } from './parts.ts'

/** How long an attachment may wait for its bytes, and then for the message it goes with. */
const MAX_WAIT_MS = 24 * 3600 * 1000

/** The time between two sweeps that nobody asked for. */
const SWEEP_INTERVAL_MS = 24 * 3600 * 1000

/** What a sweep did. */
export interface Swept {
  /** How many attachments were removed. */
  readonly removed: number
}

/**
 * Removes what has waited for more than a day. It reads the store once for each such attachment.
 * Several instances may sweep at once.
 *
 * @throws What the store or the disk throws. What was removed until then stays removed.
 */
export async function sweep({ folder, store, now }: AttachmentParts): Promise<Swept> {
  let removed = 0
  for (const name of await folder.folders()) {
    const owner = await folder.owner(name)
    if (owner === undefined) continue
    for (const { id, changedAt } of await folder.list(name)) {
      if (now() - changedAt < MAX_WAIT_MS) continue
      const place = { folder: name, id }
      const record = await store.attachment(owner, id)
      if (record?.thread_id !== undefined) {
        await folder.tidy(place)
        continue
      }
      // The record goes first. The next sweep finds a file without a record, but nothing finds a
      // record without a file.
      if (record) await store.deleteAttachment(owner, id)
      await folder.remove(place)
      removed += 1
    }
  }
  return { removed }
}

/** A function that sweeps in the background when it is called, at most once a day. */
export function sweepDaily(parts: AttachmentParts): () => void {
  let sweptAt = Number.NEGATIVE_INFINITY
  return () => {
    if (parts.now() - sweptAt < SWEEP_INTERVAL_MS) return
    sweptAt = parts.now()
    sweep(parts).catch(parts.onError)
  }
}
