// Joins a run again, after a reload, a sleep, or on another instance. The client gets the events
// after the last one that it has seen.

import { granted, type Result } from '../../core/errors.ts'
import { type FrameSource, fixedFrames } from '../http/frames.ts'
import { invalid, NOT_FOUND, refuse, type WireRefusal } from '../protocol/refusal.ts'
import type { ResumeParams } from '../protocol/request.ts'
import { recover } from '../runs/recover.ts'
import type { Runs } from '../runs/runs.ts'
import type { OwnedThreads } from '../threads/owned-threads.ts'

/**
 * Gives the rest of the newest run of a thread. The stream is empty when there is nothing to
 * resume.
 */
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
  // The client has seen another run, or has seen nothing of a run that is over: then the thread has
  // all that there is.
  if (seen ? seen.run !== run.id : run.state === 'done') return granted(fixedFrames([]))
  return granted(runs.read(run, seen?.number ?? 0))
}

function parseEventId(id: string): { readonly run: string; readonly number: number } | undefined {
  const [, run, number] = /^(.+)\.(\d{1,9})$/.exec(id) ?? []
  return run === undefined || number === undefined ? undefined : { run, number: Number(number) }
}
