// The requests that are answered with a stream: the thread is taken, what the request brings is stored, and its answer becomes a run.

import { type AnswerParts, startAnswer } from './answer.ts'
import type { ThreadStreamEvent } from './event.ts'
import { type FrameSource, fixedFrames } from './frames.ts'
import { ID_PREFIX } from './id.ts'
import type { Once } from './idempotency.ts'
import type { AnswerContext, ChatCaller, ChatkitLimits, ChatkitServerOptions } from './options.ts'
import type { OwnedThreads } from './owned-threads.ts'
import { type Beginning, prepare, presented } from './prepare.ts'
import { recover } from './recover.ts'
import { conflict, done, NOT_FOUND, type Outcome, type Refusal, refuse } from './refusal.ts'
import type { RequestMetadata, StreamRequest } from './request.ts'
import type { StoredRun } from './run-store.ts'
import { isAlive, type Runs } from './runs.ts'
import { type ThreadChange, type ThreadState, wireThread } from './thread.ts'

/** What the server has for them. */
export interface StreamServer<C extends ChatCaller>
  extends Pick<ChatkitServerOptions<C>, 'respond' | 'action' | 'attachments' | 'allowCancel'> {
  readonly runs: Runs
  readonly limits: ChatkitLimits
  readonly deadline: number
  readonly now: () => number
  readonly newId: (prefix: string) => string
  readonly onError: (error: unknown, threadId: string) => void
}

/** The `metadata` by which a client asks that the run goes on when it is gone, and for ids to come back to. */
const RESUMABLE = 'onbehalf/resumable'

/** What the model reads after a stop, so that its next answer does not go on with the old one. */
const STOPPED = 'The person stopped the answer before it was complete. Do not continue it unless they ask for it.'

/**
 * Answers a request.
 *
 * @returns The stream, whose answer ends the caller when it is over; or a refusal, with nothing stored and the caller not ended.
 */
export async function answerStream<C extends ChatCaller>(
  request: StreamRequest,
  once: Once | undefined,
  caller: C,
  threads: OwnedThreads,
  server: StreamServer<C>,
): Promise<Outcome<FrameSource>> {
  const { newId, now, runs } = server
  const isNew = request.type === 'threads.create'
  const threadId = isNew ? newId(ID_PREFIX.thread) : request.params.thread_id
  // Before the thread is taken: a foreign one is not.
  if (!isNew && !(await threads.get(threadId))) return refuse(NOT_FOUND)
  const messageId = newId(ID_PREFIX.message)
  const claimed = await runs.claim({
    id: newId(ID_PREFIX.run),
    owner: threads.owner,
    threadId,
    resumable: request.metadata?.[RESUMABLE] === true,
    ...(isNew || request.type === 'threads.add_user_message' ? { itemId: messageId } : {}),
    ...(once ? { once } : {}),
  })
  if (!claimed.claimed) {
    if (claimed.why === 'repeated') return repeated(request, claimed.run, once, threads, server)
    return refuse(claimed.why === 'busy' ? BUSY : CROWDED)
  }
  const { claim, replaced } = claimed
  let followed = false
  try {
    if (replaced) await recover(replaced, threads, runs)
    const createdAt = new Date(now()).toISOString()
    const prepared = await prepare(request, { ...server, threads, threadId, createdAt, messageId })
    if (!prepared.ok) return prepared
    const { thread, prelude, begin } = prepared.value
    if (!begin) {
      await caller.end()
      return done(fixedFrames(prelude))
    }
    const answer = startAnswer({
      ...partsOf(request.metadata ?? {}, caller, threads, thread, begin, server),
      prelude,
      release: claim.release,
    })
    followed = true
    return done(claim.follow(answer))
  } finally {
    if (!followed) await claim.release()
  }
}

/** Everything of an answer but what it begins with and how it lets go of its thread. */
function partsOf<C extends ChatCaller>(
  metadata: RequestMetadata,
  caller: C,
  threads: OwnedThreads,
  thread: ThreadState,
  begin: NonNullable<Beginning<C>['begin']>,
  server: StreamServer<C>,
): Omit<AnswerParts, 'prelude' | 'release'> {
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
    stoppedNote: () => ({ ...context.newItem('hidden'), type: 'sdk_hidden_context', content: STOPPED }),
    present: (item) => presented(item, server.attachments),
    deadline: server.deadline,
    onError: (error) => server.onError(error, threadId),
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
    newItem: (kind) => ({ id: newId(ID_PREFIX[kind]), thread_id: threadId, created_at: new Date(now()).toISOString() }),
    async history(limit = 100) {
      const page = await threads.items(threadId, { limit, order: 'desc', hidden: true })
      return page ? page.data.toReversed() : []
    },
  }
}

/** The answer to a request that was made before: what it led to, and no second run. */
async function repeated<C extends ChatCaller>(
  { type }: StreamRequest,
  run: StoredRun,
  once: Once | undefined,
  threads: OwnedThreads,
  { attachments }: StreamServer<C>,
): Promise<Outcome<FrameSource>> {
  if (run.once?.digest !== once?.digest) return refuse(KEY_REUSED)
  if (isAlive(run)) return refuse(STILL_RUNNING)
  const thread = await threads.get(run.threadId)
  const message = run.itemId === undefined ? undefined : await threads.item(run.threadId, run.itemId)
  if (!thread || !message) return refuse(NOT_FOUND)
  const page = await threads.items(run.threadId, { limit: 100, order: 'asc', hidden: false, after: message.id })
  const next = page?.data.findIndex(({ type }) => type === 'user_message') ?? -1
  const answers = page?.data.slice(0, next < 0 ? undefined : next) ?? []
  const created: ThreadStreamEvent[] = type === 'threads.create' ? [{ type: 'thread.created', thread: wireThread(thread) }] : []
  const items = [message, ...answers].map((item) => ({ type: 'thread.item.done', item: presented(item, attachments) }) as const)
  return done(fixedFrames([...created, ...items]))
}

const BUSY: Refusal = conflict('thread_busy', 'An answer is still being written here. Wait for it, or stop it first.')

const STILL_RUNNING: Refusal = conflict('still_running', 'This message was sent before, and its answer is still being written.')

const CROWDED: Refusal = {
  status: 429,
  code: 'too_many_runs',
  message: 'Too many answers are being written for you at once. Wait for one of them.',
  retryAfter: 5,
}

const KEY_REUSED: Refusal = {
  status: 422,
  code: 'idempotency_key_reused',
  message: 'This Idempotency-Key was used for another request. Use a new one.',
}
