// What an instance had written when it died: its log holds it, and the conversation gets what can be kept of it.

import type { ItemUpdate } from './event.ts'
import type { HiddenItem, Item } from './item.ts'
import type { OwnedThreads } from './owned-threads.ts'
import { pendingMessages } from './pending.ts'
import type { StoredRun } from './run-store.ts'
import type { Runs } from './runs.ts'

/** What the model reads of it. */
const CUT = 'The answer was cut off by a failure before it was complete. Do not continue it unless the person asks for it.'

/** Saves the text that an interrupted run had sent and not completed, once. */
export async function recover(run: StoredRun, threads: OwnedThreads, runs: Runs): Promise<void> {
  if (!run.resumable) return
  const note: HiddenItem = {
    id: `shcx_${run.id}`,
    thread_id: run.threadId,
    created_at: new Date(run.aliveUntil).toISOString(),
    type: 'sdk_hidden_context',
    content: CUT,
  }
  if (await threads.item(run.threadId, note.id)) return
  const pending = pendingMessages()
  for await (const event of runs.logged(run)) {
    if (event.type === 'thread.item.added' && event.item) pending.add(event.item)
    else if (event.type === 'thread.item.updated' && event.item_id && event.update) pending.update(event.item_id, event.update)
    else if (event.type === 'thread.item.done' && event.item) pending.settle(event.item.id)
    else if (event.type === 'thread.item.removed' && event.item_id) pending.settle(event.item_id)
  }
  await threads.change(run.threadId, { save: [...pending.written(), note] })
}

/** As much of an event of a log as is looked at here; the log holds what `answer.ts` wrote. */
export interface LoggedEvent {
  readonly type: string
  readonly item?: Item
  readonly item_id?: string
  readonly update?: ItemUpdate
}
