// The requests that bring a person's message and are answered with a stream.

import { principalKey } from '../core/principal.ts'
import { type Answer, startAnswer } from './answer.ts'
import type { ThreadStreamEvent } from './event.ts'
import { ID_PREFIX, type IdKind } from './id.ts'
import type { ItemBase, UserMessageItem } from './item.ts'
import type { AnswerContext, ChatCaller, ChatkitLimits, Respond } from './options.ts'
import type { OwnedThreads } from './owned-threads.ts'
import { done, NOT_FOUND, type Outcome, type Refusal, refuse } from './refusal.ts'
import type { ChatkitRequest } from './request.ts'
import type { RunningAnswers } from './running.ts'
import { type ThreadChange, type ThreadState, wireThread } from './thread.ts'

/** A request that brings a message. */
export type MessageRequest = Extract<ChatkitRequest, { type: 'threads.create' | 'threads.add_user_message' }>

/** What the server has for them. */
export interface MessageServer<C extends ChatCaller> {
  readonly respond: Respond<C>
  readonly running: RunningAnswers
  readonly limits: ChatkitLimits
  readonly deadline: number
  readonly now: () => number
  readonly newId: (prefix: string) => string
  readonly onError: (error: unknown, threadId: string) => void
}

/** What the model reads after a stop, so that its next answer does not go on with the old one. */
const STOPPED = 'The person stopped the answer before it was complete. Do not continue it unless they ask for it.'

/**
 * Stores the message, then starts the answer.
 *
 * @returns The answer, which ends the caller when it is over; or a refusal, with nothing stored and the caller not ended.
 */
export async function answerMessage<C extends ChatCaller>(
  request: MessageRequest,
  caller: C,
  threads: OwnedThreads,
  clientGone: AbortSignal,
  server: MessageServer<C>,
): Promise<Outcome<Answer>> {
  const { newId, now, limits } = server
  const created_at = new Date(now()).toISOString()
  const threadId = request.type === 'threads.create' ? newId(ID_PREFIX.thread) : request.params.thread_id
  const claim = await server.running.claim(runningKey(caller, threadId))
  let started = false
  try {
    const stored = await store()
    if (!stored.ok) return stored
    const { thread, userMessage, isNew } = stored.value
    const answer = start(thread, userMessage, isNew)
    claim?.start(answer)
    started = true
    return done(answer)
  } finally {
    if (!started) claim?.release()
  }

  function newItem(kind: IdKind): ItemBase {
    return { id: newId(ID_PREFIX[kind]), thread_id: threadId, created_at: new Date(now()).toISOString() }
  }

  async function store(): Promise<Outcome<{ thread: ThreadState; userMessage: UserMessageItem; isNew: boolean }>> {
    const { input } = request.params
    const isNew = request.type === 'threads.create'
    const thread = isNew
      ? ({ id: threadId, created_at, status: { type: 'active' }, metadata: {} } satisfies ThreadState)
      : await threads.get(threadId)
    // No attachment exists here, so every one that is named is missing.
    if (!thread || input.attachments.length > 0) return refuse(NOT_FOUND)
    const refusal = claim ? notOpen(thread) : BUSY
    if (refusal) return refuse(refusal)
    const userMessage: UserMessageItem = { ...newItem('message'), type: 'user_message', ...input, attachments: [] }
    if (isNew) await threads.create(thread, [userMessage])
    else if (!(await threads.saveItems(threadId, [userMessage]))) return refuse(NOT_FOUND)
    return done({ thread, userMessage, isNew })
  }

  function start(thread: ThreadState, userMessage: UserMessageItem, isNew: boolean): Answer {
    let current = thread
    let change: ThreadChange | undefined
    const context: Omit<AnswerContext<C>, 'signal'> = {
      caller,
      metadata: request.metadata ?? {},
      newItem,
      async history(limit = 100) {
        const page = await threads.items(threadId, { limit, order: 'desc', hidden: true })
        return page ? page.data.toReversed() : []
      },
      updateThread(wanted) {
        if ((wanted.title?.length ?? 0) > limits.titleLength) {
          throw new TypeError(`The title is longer than ${limits.titleLength} characters`)
        }
        if (JSON.stringify({ ...current, ...wanted }) === JSON.stringify(current)) return
        current = { ...current, ...wanted }
        change = { ...change, ...wanted }
      },
    }
    const prelude: ThreadStreamEvent[] = [
      ...(isNew ? [{ type: 'thread.created', thread: wireThread(thread) } as const] : []),
      { type: 'thread.item.done', item: userMessage },
      { type: 'stream_options', stream_options: { allow_cancel: true } },
    ]
    return startAnswer({
      threads,
      threadId,
      prelude,
      begin: (signal) => server.respond(thread, userMessage, { ...context, signal }),
      takeChange() {
        const taken = change
        change = undefined
        return taken
      },
      stoppedNote: () => ({ ...newItem('hidden'), type: 'sdk_hidden_context', content: STOPPED }),
      deadline: server.deadline,
      clientGone,
      onError: (error) => server.onError(error, threadId),
      release: () => claim?.release(),
      end: () => caller.end(),
    })
  }
}

/** The key of a thread's answer in the register. The owner is in it: a foreign id takes nothing. */
export function runningKey(caller: ChatCaller, threadId: string): string {
  return JSON.stringify([principalKey(caller.principal), threadId])
}

const BUSY: Refusal = {
  status: 409,
  code: 'thread_busy',
  message: 'An answer is still being written here. Wait for it, or stop it first.',
}

function notOpen({ status }: ThreadState): Refusal | undefined {
  switch (status.type) {
    case 'active':
      return undefined
    case 'locked':
      return { status: 409, code: 'thread_locked', message: 'This conversation is locked and takes no messages.' }
    case 'closed':
      return { status: 409, code: 'thread_closed', message: 'This conversation is closed.' }
  }
}
