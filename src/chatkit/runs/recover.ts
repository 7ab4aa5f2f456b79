// Recovers what an instance had written when it died: its log has the text, and the conversation
// gets as much of it as can be kept.

import type { OwnedThreads } from '../threads/owned-threads.ts'
import { cutNote } from './notes.ts'
import { pendingItems } from './pending.ts'
import type { StoredRun } from './run-store.ts'
import type { Runs } from './runs.ts'

/** Saves the text and the steps that an interrupted run had sent and not completed. Only once. */
export async function recover(run: StoredRun, threads: OwnedThreads, runs: Runs): Promise<void> {
  if (!run.resumable) return
  const note = cutNote(run, run.aliveUntil)
  if (await threads.item(run.threadId, note.id)) return
  const pending = pendingItems()
  for await (const event of runs.logged(run)) {
    if (event.type === 'thread.item.added' && event.item) pending.add(event.item)
    else if (event.item_id && event.update) pending.update(event.item_id, event.update)
    else if (event.item) pending.settle(event.item.id)
    else if (event.item_id) pending.settle(event.item_id)
  }
  await threads.change(run.threadId, { save: [...pending.written(), note] })
}
