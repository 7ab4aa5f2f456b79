// The hidden notes that tell the model why an answer before is not complete.

import { ID_PREFIX } from '../protocol/id.ts'
import type { HiddenItem } from '../protocol/item.ts'
import type { StopReason } from './run-end.ts'
import type { NewRun } from './run-store.ts'

const STOPPED =
  'The person stopped the answer before it was complete. Do not continue it unless they ask for it.'

const CUT =
  'The answer was cut off by a failure before it was complete. Do not continue it unless the person asks for it.'

/** The note for a run that was stopped. */
export function stopNote(
  run: NewRun,
  why: StopReason,
  { now, newId }: { readonly now: () => number; readonly newId: (prefix: string) => string },
): HiddenItem {
  return why === 'cancelled'
    ? noteOf(newId(ID_PREFIX.hidden), run.threadId, now(), STOPPED)
    : cutNote(run, now())
}

/** The note for a run that was cut off. Its id is the run's, so that a thread has it only once. */
export function cutNote(
  { id, threadId }: Pick<NewRun, 'id' | 'threadId'>,
  timeMs: number,
): HiddenItem {
  return noteOf(`${ID_PREFIX.hidden}${id}`, threadId, timeMs, CUT)
}

function noteOf(id: string, threadId: string, timeMs: number, content: string): HiddenItem {
  return {
    id,
    thread_id: threadId,
    created_at: new Date(timeMs).toISOString(),
    type: 'sdk_hidden_context',
    content,
  }
}
