// The requests that are answered with a stream: the thread is taken, what the request brings is stored, and its answer becomes a run.

import { type FrameSource, fixedFrames } from '../http/frames.ts'
import type {
  AnswerContext,
  ChatCaller,
  ChatkitLimits,
  ChatkitServerOptions,
  ErrorPlace,
} from '../options.ts'
import { ID_PREFIX } from '../protocol/id.ts'
import { RESUMABLE } from '../protocol/ours.ts'
import {
  conflict,
  done,
  NOT_FOUND,
  type Outcome,
  type Refusal,
  refuse,
} from '../protocol/refusal.ts'
import type { RequestMetadata, StreamRequest } from '../protocol/request.ts'
import type { ThreadChange, ThreadState } from '../protocol/thread.ts'
import { startAnswer } from '../runs/answer.ts'
import type { AnswerParts } from '../runs/answer-parts.ts'
import { cutNote, recover } from '../runs/recover.ts'
import type { NewRun } from '../runs/run-store.ts'
import type { Claim, Runs } from '../runs/runs.ts'
import type { OwnedThreads } from '../threads/owned-threads.ts'
import { type Once, repeated, STILL_RUNNING } from './idempotency.ts'
import { type Beginning, prepare, presented } from './prepare.ts'

/** What the server has for them. */
export interface StreamServer<C extends ChatCaller>
  extends Pick<ChatkitServerOptions<C>, 'respond' | 'action' | 'attachments' | 'allowCancel'> {
  readonly runs: Runs
  readonly limits: ChatkitLimits
  readonly deadline: number
  readonly now: () => number
  readonly newId: (prefix: string) => string
  readonly report: (error: unknown, place: ErrorPlace) => void
}

/** The `metadata` by which a client asks that the run goes on when it is gone, and for ids to come back to. */

/** What the model reads after a stop, so that its next answer does not go on with the old one. */
const STOPPED =
  'The person stopped the answer before it was complete. Do not continue it unless they ask for it.'

/** A stream, and whether its answer ends the caller when it is over. */
export interface StreamAnswer {
  readonly frames: FrameSource
  readonly endsCaller: boolean
}

/**
 * Answers a request.
 *
 * @returns The stream; or a refusal, with nothing stored.
 */
export async function answerStream<C extends ChatCaller>(
  request: StreamRequest,
  once: Once | undefined,
  caller: C,
  threads: OwnedThreads,
  server: StreamServer<C>,
): Promise<Outcome<StreamAnswer>> {
  const { newId, now, runs } = server
  const isNew = request.type === 'threads.create'
  const threadId = isNew ? newId(ID_PREFIX.thread) : request.params.thread_id
  // Before the thread is taken: a foreign one is not.
  if (!isNew && !(await threads.get(threadId))) return refuse(NOT_FOUND)
  const messageId = newId(ID_PREFIX.message)
  const run: NewRun = {
    id: newId(ID_PREFIX.run),
    owner: threads.owner,
    threadId,
    resumable: request.metadata?.[RESUMABLE] === true,
    ...(isNew || request.type === 'threads.add_user_message' ? { itemId: messageId } : {}),
    ...(once ? { once } : {}),
  }
  let claimed = await runs.claim(run)
  if (!claimed.claimed && claimed.why === 'repeated') {
    const answer = await repeated(request, claimed.run, once, threads, server)
    if (answer) return answer
    await runs.drop(claimed.run)
    claimed = await runs.claim(run)
  }
  if (!claimed.claimed) return refuse(REFUSALS[claimed.why])
  const { claim, replaced } = claimed
  const onError = reporting(server, { type: request.type, principal: caller.principal, threadId })
  const undo = (left: boolean) => claim.undo(left).catch(onError)
  try {
    if (replaced) await recover(replaced, threads, runs)
    const createdAt = new Date(now()).toISOString()
    const prepared = await prepare(request, { ...server, threads, threadId, createdAt, messageId })
    if (!prepared.ok) {
      await undo(false)
      return prepared
    }
    const { thread, prelude, begin } = prepared.value
    if (!begin) {
      await undo(false)
      return done({ frames: fixedFrames(prelude), endsCaller: false })
    }
    const parts = partsOf(request.metadata ?? {}, caller, threads, thread, begin, claim, server)
    return done({
      frames: claim.follow(startAnswer({ ...parts, prelude, onError })),
      endsCaller: true,
    })
  } catch (error) {
    // It is not known how far this came. A message that is there is found again by its key.
    const left = await threads.item(threadId, messageId).catch(() => undefined)
    await undo(left !== undefined)
    throw error
  }
}

/** In a function of its own, so that what it gives holds the place and nothing else of the request. */
function reporting(
  { report }: Pick<StreamServer<ChatCaller>, 'report'>,
  place: ErrorPlace,
): (error: unknown) => void {
  return (error) => report(error, place)
}

/** Everything of an answer but what it begins with and whom it tells of errors. */
function partsOf<C extends ChatCaller>(
  metadata: RequestMetadata,
  caller: C,
  threads: OwnedThreads,
  thread: ThreadState,
  begin: NonNullable<Beginning<C>['begin']>,
  { run, isHeld, release }: Claim,
  server: StreamServer<C>,
): Omit<AnswerParts, 'prelude' | 'onError'> {
  const { newId, now, limits } = server
  const threadId = thread.id
  let current = thread
  let change: ThreadChange | undefined
  const context: Omit<AnswerContext<C>, 'signal'> = {
    ...contextOf(metadata, caller, threads, threadId, { newId, now }),
    updateThread(wanted) {
      if ((wanted.title?.length ?? 0) > limits.titleLength) {
        throw new TypeError(`The title is longer than ${limits.titleLength} characters`)
      }
      if (JSON.stringify({ ...current, ...wanted }) === JSON.stringify(current)) return
      current = { ...current, ...wanted }
      change = { ...change, ...wanted }
    },
  }
  return {
    threads,
    threadId,
    begin: (signal) => begin({ ...context, signal }),
    takeChange() {
      const taken = change
      change = undefined
      return taken
    },
    resumable: run.resumable,
    isHeld,
    release,
    stoppedNote: (why) =>
      why === 'cancelled'
        ? { ...context.newItem('hidden'), type: 'sdk_hidden_context', content: STOPPED }
        : cutNote(run, now()),
    present: (item) => presented(item, server.attachments),
    deadline: server.deadline,
    end: () => caller.end(),
  }
}

/** What every function of the app that works in a thread is given. */
export function contextOf<C extends ChatCaller>(
  metadata: RequestMetadata,
  caller: C,
  threads: OwnedThreads,
  threadId: string,
  { newId, now }: Pick<StreamServer<C>, 'newId' | 'now'>,
): Omit<AnswerContext<C>, 'signal' | 'updateThread'> {
  return {
    caller,
    metadata,
    newItem: (kind) => ({
      id: newId(ID_PREFIX[kind]),
      thread_id: threadId,
      created_at: new Date(now()).toISOString(),
    }),
    async history(limit = 100) {
      const page = await threads.items(threadId, { limit, order: 'desc', hidden: true })
      return page ? page.data.toReversed() : []
    },
  }
}

/** Why a thread cannot be taken. */
const REFUSALS: Readonly<Record<'busy' | 'crowded' | 'repeated', Refusal>> = {
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
