// Joining a run again, after a reload, a sleep, or on another instance: the events after the last one that was seen, then those to come.

import { granted, type Result } from '../../core/errors.ts'
import { type FrameSource, fixedFrames } from '../http/frames.ts'
import { invalid, NOT_FOUND, refuse, type WireRefusal } from '../protocol/refusal.ts'
import type { ResumeParams } from '../protocol/request.ts'
import { recover } from '../runs/recover.ts'
import type { Runs } from '../runs/runs.ts'
import type { OwnedThreads } from '../threads/owned-threads.ts'

/** Gives the rest of a thread's newest run; nothing, where there is nothing to come back to. */
export async function resume(
  { thread_id, after }: ResumeParams,
  threads: OwnedThreads,
  runs: Runs,
): Promise<Result<FrameSource, WireRefusal>> {
  if (!(await threads.get(thread_id))) return refuse(NOT_FOUND)
  const seen = after === undefined ? undefined : parseEventId(after)
  if (after !== undefined && !seen) return refuse(invalid('after is no id of an event.'))
  const run = await runs.latest(threads.owner, thread_id)
  if (!run?.resumable) return granted(fixedFrames([]))
  if (run.state === 'interrupted') await recover(run, threads, runs)
  // All of an ended run is in the conversation already; of another run than the one that was seen, nothing can be joined.
  if (seen ? seen.run !== run.id : run.state === 'done') return granted(fixedFrames([]))
  return granted(runs.read(run, seen?.number ?? 0))
}

function parseEventId(id: string): { readonly run: string; readonly number: number } | undefined {
  const [, run, number] = /^(.+)\.(\d{1,9})$/.exec(id) ?? []
  return run === undefined || number === undefined ? undefined : { run, number: Number(number) }
}
