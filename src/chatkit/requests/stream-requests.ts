// The requests that are answered with a stream: each takes its thread for one run, and then begins
// the answer in it.

import type { Result } from '../../core/errors.ts'
import type { ChatCaller, ErrorPlace } from '../options.ts'
import { ID_PREFIX } from '../protocol/id.ts'
import { errorText } from '../protocol/named-text.ts'
import { RESUMABLE } from '../protocol/ours.ts'
import { conflict, NOT_FOUND, refuse, type WireRefusal } from '../protocol/refusal.ts'
import { bringsMessage } from '../protocol/request.ts'
import { recover } from '../runs/recover.ts'
import type { RunTerms } from '../runs/run-parts.ts'
import type { NewRun } from '../runs/run-store.ts'
import type { Runs } from '../runs/runs.ts'
import { makeThread, type NewThread } from './begin/message.ts'
import { beginAnswer } from './begin-answer.ts'
import type { StreamAnswer, StreamAsked, StreamServer } from './context.ts'
import { replayAnswer, STILL_RUNNING } from './idempotency.ts'

/**
 * Answers a request.
 *
 * @returns The stream; or a refusal, with nothing stored.
 */
export async function answerStream<C extends ChatCaller>(
  asked: StreamAsked<C>,
  server: StreamServer<C>,
): Promise<Result<StreamAnswer, WireRefusal>> {
  const { request, once, caller, threads } = asked
  const { runs, newId } = server
  const isNew = request.type === 'threads.create'
  const threadId = isNew ? newId(ID_PREFIX.thread) : request.params.thread_id
  // Before the thread is taken, so that nobody takes a thread of somebody else.
  if (!isNew && !(await threads.get(threadId))) return refuse(NOT_FOUND)
  const messageId = newId(ID_PREFIX.message)
  const place: ErrorPlace = { type: request.type, principal: caller.principal, threadId }
  const terms = { threads, caller, report: reportAt(server, place) }
  const record = recordOf(asked, threadId, messageId, newId(ID_PREFIX.run))
  const stored = await makeNew(record, messageId, asked, server)
  const take = () => (stored ? takeNew(record, terms, stored, server) : runs.take(record, terms))
  let taken = await take()
  if (!taken.taken && taken.why === 'repeated') {
    const replayed = await replayAnswer(request, taken.run, once, threads, server)
    if (replayed) return replayed
    await runs.drop(taken.run)
    taken = await take()
  }
  if (!taken.taken) return refuse(REFUSALS[taken.why])
  const { run, replaced } = taken
  try {
    if (replaced) await recover(replaced, threads, runs)
    return await beginAnswer(run, messageId, asked, server, stored)
  } catch (error) {
    // It is not known how far this came. A message that was stored is found again by its key.
    const left = await threads.item(threadId, messageId).catch(() => undefined)
    await run.undo(left !== undefined).catch(terms.report)
    throw error
  }
}

/**
 * The thread that a request creates, where it can be stored in the same change as the run. A request
 * that is refused takes the longer way, whose refusals come in the order of all requests.
 */
async function makeNew<C extends ChatCaller>(
  { threadId }: NewRun,
  messageId: string,
  { request, threads }: StreamAsked<C>,
  server: StreamServer<C>,
): Promise<NewThread | undefined> {
  if (request.type !== 'threads.create' || !server.runs.takesNew) return undefined
  const createdAt = new Date(server.now()).toISOString()
  const parts = { ...server, threads, threadId, createdAt, messageId }
  const made = await makeThread(request.params, parts)
  return made.ok ? made.value : undefined
}

/** Takes a new thread for a run, and stores both in one change. */
async function takeNew<C extends ChatCaller>(
  record: NewRun,
  terms: RunTerms,
  { thread, first }: NewThread,
  { runs }: StreamServer<C>,
): Promise<Awaited<ReturnType<Runs['takeNew']>>> {
  let taken: Awaited<ReturnType<Runs['takeNew']>> = { taken: false, why: 'refused' }
  try {
    await terms.threads.create(thread, first, async (...stored) => {
      taken = await runs.takeNew(record, terms, ...stored)
      return taken.taken
    })
    return taken
  } catch (error) {
    // It is not known whether it was stored. The run must not keep its key until its time is over.
    const left = await terms.threads.get(thread.id).catch(() => undefined)
    await runs.drop(record, left !== undefined).catch(terms.report)
    throw error
  }
}

/** The run that a request asks for. */
function recordOf<C extends ChatCaller>(
  { request, once, threads }: StreamAsked<C>,
  threadId: string,
  messageId: string,
  runId: string,
): NewRun {
  return {
    id: runId,
    owner: threads.owner,
    threadId,
    resumable: request.metadata?.[RESUMABLE] === true,
    ...(bringsMessage(request) ? { itemId: messageId } : {}),
    ...(once ? { once } : {}),
  }
}

/** In a function of its own, so that a waiting stream holds the place and not the request. */
function reportAt(
  { report }: Pick<StreamServer<ChatCaller>, 'report'>,
  place: ErrorPlace,
): (error: unknown) => void {
  return (error) => report(error, place)
}

/** Why a thread cannot be taken. */
const REFUSALS: Readonly<Record<'busy' | 'crowded' | 'repeated' | 'refused', WireRefusal>> = {
  busy: conflict('thread_busy'),
  crowded: {
    status: 429,
    code: 'too_many_runs',
    ...errorText('too_many_runs'),
    retryAfter: 5,
  },
  repeated: STILL_RUNNING,
  // An attachment is not there any more.
  refused: NOT_FOUND,
}
