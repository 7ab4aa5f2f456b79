// The request that brings a run a fresh sign-in of its person. Its caller was admitted like that of
// any request; the run goes on with it.

import { type JsonReply, replyRefusing, replyWith } from '../http/reply.ts'
import type { ChatCaller } from '../options.ts'
import { conflict, NOT_FOUND } from '../protocol/refusal.ts'
import type { JsonParams } from '../protocol/request.ts'
import type { Runs } from '../runs/runs.ts'
import type { OwnedThreads } from '../threads/owned-threads.ts'

/** The run is written by another instance. The client asks again, and may meet that one. */
const ELSEWHERE = conflict('run_elsewhere')

/**
 * Gives the caller to the run of the thread, if that waits for a sign-in. Where none waits, nothing
 * is done, and that is no failure: another tab may have been faster.
 */
export async function renewRun(
  { thread_id }: JsonParams['onbehalf.runs.renew'],
  caller: ChatCaller,
  threads: OwnedThreads,
  runs: Runs,
): Promise<JsonReply> {
  // Another person's thread looks like one that there is not.
  if (!(await threads.get(thread_id))) return replyRefusing(NOT_FOUND)
  const taken = await runs.renew(threads.owner, thread_id, caller)
  if (taken === 'elsewhere') return replyRefusing(ELSEWHERE)
  return { ...replyWith({ renewed: taken === 'taken' }), endsCaller: taken === 'taken' }
}
