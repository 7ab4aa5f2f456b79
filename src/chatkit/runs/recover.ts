// What an instance had written when it died: its log holds it, and the conversation gets what can be kept of it.

import type { ItemUpdate } from '../protocol/event.ts'
import type { HiddenItem, Item } from '../protocol/item.ts'
import type { OwnedThreads } from '../threads/owned-threads.ts'
import { pendingMessages } from './pending.ts'
import type { StoredRun } from './run-store.ts'
import type { Runs } from './runs.ts'

/** What the model reads of it. */
const CUT =
  'The answer was cut off by a failure before it was complete. Do not continue it unless the person asks for it.'

/** The note that the model is left of a run that was cut off. Its id is the run's, so that there is one. */
export function cutNote(
  { id, threadId }: Pick<StoredRun, 'id' | 'threadId'>,
  time: number,
): HiddenItem {
  return {
    id: `shcx_${id}`,
    thread_id: threadId,
    created_at: new Date(time).toISOString(),
    type: 'sdk_hidden_context',
    content: CUT,
  }
}

/** Saves the text that an interrupted run had sent and not completed, once. */
export async function recover(run: StoredRun, threads: OwnedThreads, runs: Runs): Promise<void> {
  if (!run.resumable) return
  const note = cutNote(run, run.aliveUntil)
  if (await threads.item(run.threadId, note.id)) return
  const pending = pendingMessages()
  for await (const event of runs.logged(run)) {
    if (event.type === 'thread.item.added' && event.item) pending.add(event.item)
    else if (event.item_id && event.update) pending.update(event.item_id, event.update)
    else if (event.item) pending.settle(event.item.id)
    else if (event.item_id) pending.settle(event.item_id)
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
