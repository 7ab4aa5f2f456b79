// The requests that are answered with a stream: the thread is taken, what the request brings is
// stored, and its answer becomes a run.

import { granted, type Result } from '../../core/errors.ts'
import { fixedFrames } from '../http/frames.ts'
import type { AnswerContext, ChatCaller, ErrorPlace } from '../options.ts'
import { ID_PREFIX } from '../protocol/id.ts'
import { RESUMABLE } from '../protocol/ours.ts'
import { conflict, NOT_FOUND, refuse, type WireRefusal } from '../protocol/refusal.ts'
import type { StreamRequest } from '../protocol/request.ts'
import { startAnswer } from '../runs/answer.ts'
import { recover } from '../runs/recover.ts'
import type { Run } from '../runs/run.ts'
import type { NewRun } from '../runs/run-store.ts'
import type { OwnedThreads } from '../threads/owned-threads.ts'
import { beginAnswer } from './begin-answer.ts'
import { contextOf, type StreamAnswer, type StreamServer } from './context.ts'
import { type Once, replayAnswer, STILL_RUNNING } from './idempotency.ts'
import { presentItem } from './items.ts'

/** A request, and whose it is. */
export interface StreamAsked<C extends ChatCaller> {
  readonly request: StreamRequest
  readonly once: Once | undefined
  readonly caller: C
  readonly threads: OwnedThreads
}

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
  let taken = await runs.take(record, terms)
  if (!taken.taken && taken.why === 'repeated') {
    const replayed = await replayAnswer(request, taken.run, once, threads, server)
    if (replayed) return replayed
    await runs.drop(taken.run)
    taken = await runs.take(record, terms)
  }
  if (!taken.taken) return refuse(REFUSALS[taken.why])
  const { run, replaced } = taken
  try {
    if (replaced) await recover(replaced, threads, runs)
    return await answerIn(run, messageId, asked, server)
  } catch (error) {
    // It is not known how far this came. A message that was stored is found again by its key.
    const left = await threads.item(threadId, messageId).catch(() => undefined)
    await run.undo(left !== undefined).catch(terms.report)
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
  const hasMessage =
    request.type === 'threads.create' || request.type === 'threads.add_user_message'
  return {
    id: runId,
    owner: threads.owner,
    threadId,
    resumable: request.metadata?.[RESUMABLE] === true,
    ...(hasMessage ? { itemId: messageId } : {}),
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

/** Stores what a request brings, and starts its answer. */
async function answerIn<C extends ChatCaller>(
  run: Run,
  messageId: string,
  { request, caller, threads }: StreamAsked<C>,
  server: StreamServer<C>,
): Promise<Result<StreamAnswer, WireRefusal>> {
  const { threadId } = run.record
  const createdAt = new Date(server.now()).toISOString()
  const begun = await beginAnswer(request, { ...server, threads, threadId, createdAt, messageId })
  if (!begun.ok || !begun.value.begin) {
    await run.undo(false).catch((error) => run.report(error))
    if (!begun.ok) return begun
    return granted({ frames: fixedFrames(begun.value.prelude), endsCaller: false })
  }
  const { thread, prelude, begin } = begun.value
  const { runs, limits, attachments } = server
  const context: Omit<AnswerContext<C>, 'signal'> = {
    ...contextOf(request.metadata ?? {}, caller, threads, threadId, server),
    updateThread(change) {
      if ((change.title?.length ?? 0) > limits.titleLength)
        throw new TypeError(`The title is longer than ${limits.titleLength} characters`)
      run.changeThread(change)
    },
  }
  const answer = startAnswer(run, {
    thread,
    prelude,
    begin: (signal) => begin({ ...context, signal }),
    present: (item) => presentItem(item, attachments),
  })
  return granted({ frames: runs.follow(run, answer), endsCaller: true })
}

/** Why a thread cannot be taken. */
const REFUSALS: Readonly<Record<'busy' | 'crowded' | 'repeated', WireRefusal>> = {
  busy: conflict(
    'thread_busy',
    'An answer is still being written here. Wait for it, or stop it first.',
  ),
  crowded: {
    status: 429,
    code: 'too_many_runs',
    message: 'Too many answers are being written for you at once. Wait for one of them.',
    retryAfter: 5,
  },
  repeated: STILL_RUNNING,
}
