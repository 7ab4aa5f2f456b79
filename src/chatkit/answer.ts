// One answer: the app's events, each stored before it is given out, until it is complete, fails, is stopped, or takes too long.

import { AuthError, type RefusalReason } from '../core/errors.ts'
import { sentenceFor } from '../core/wire.ts'
import type { AnswerEvent, ErrorEvent, ThreadStreamEvent } from './event.ts'
import { type HiddenItem, type Item, isHidden } from './item.ts'
import { withoutNulls } from './json.ts'
import type { OwnedThreads } from './owned-threads.ts'
import { pendingMessages } from './pending.ts'
import { ChatkitStreamError } from './stream-error.ts'
import { type ThreadChange, wireThread } from './thread.ts'

/** What an answer is made of. */
export interface AnswerParts {
  readonly threads: OwnedThreads
  readonly threadId: string
  /** Events whose changes are stored already. */
  readonly prelude: readonly ThreadStreamEvent[]
  /** Begins the app's answer; called when more than the prelude is asked for. */
  readonly begin: (signal: AbortSignal) => AsyncIterable<AnswerEvent>
  /** Gives the change of the thread that the app has asked for since the last time, if any. */
  readonly takeChange: () => ThreadChange | undefined
  /** The note that the model is left when the person stops the answer. */
  readonly stoppedNote: () => HiddenItem
  /** What clients are sent of an item, where it differs from what is stored. */
  readonly present: (item: Item) => Item
  /** Milliseconds. */
  readonly deadline: number
  readonly onError: (error: unknown) => void
  /** Frees the thread for the next answer: before anybody can see that this one has ended. */
  readonly release: () => Promise<void>
  /** Discards the credential. */
  readonly end: () => Promise<void>
}

/** Why an answer is ended from outside. `lost`: another instance has taken this one for dead, so nothing more may be stored. */
export type StopReason = 'cancelled' | 'deadline' | 'deleted' | 'lost' | 'closing'

/** A running answer. It advances only when it is asked for more. */
export interface Answer {
  /** The next events, each as JSON, stored where they are to be stored; undefined at the end. One call at a time. */
  next(): Promise<readonly string[] | undefined>
  /** Ends it. Text that was written so far is kept, with a note for the model; nothing else is stored from now on. */
  stop(why: StopReason): Promise<void>
  /** Whether it has ended or is about to. */
  isOver(): boolean
}

const FAILED: ErrorEvent = { type: 'error', code: 'stream.error', allow_retry: true }
const GONE: ErrorEvent = { type: 'error', code: 'stream.error', allow_retry: false }
const TOO_LONG: ErrorEvent = {
  type: 'error',
  code: 'custom',
  message: 'The answer took too long and was stopped. Try again.',
  allow_retry: true,
}

/** The last event of a run whose instance is gone. */
export const INTERRUPTED: ErrorEvent = {
  type: 'error',
  code: 'custom',
  message: 'The answer was interrupted. Try again.',
  allow_retry: true,
}

const LAST_WORD: Readonly<Record<StopReason, ErrorEvent | undefined>> = {
  cancelled: undefined,
  deadline: TOO_LONG,
  deleted: GONE,
  lost: INTERRUPTED,
  closing: INTERRUPTED,
}

/** Starts an answer. */
export function startAnswer(parts: AnswerParts): Answer {
  const { threads, threadId } = parts
  const abort = new AbortController()
  const pending = pendingMessages()
  /** Ids of hidden items of this stream: updates and removals of them are kept back, too. */
  const hidden = new Set<string>()
  /** What nobody has asked for yet. */
  let ready: string[] = parts.prelude.map((event) => JSON.stringify(event))
  let waiting: ((events: readonly string[] | undefined) => void) | undefined
  let events: AsyncIterator<AnswerEvent> | undefined
  let over = false
  let closed = false
  const timer = setTimeout(() => void stop('deadline'), parts.deadline)

  /** Applies an event to the store and gives what the client is sent: nothing, for what is hidden. What is not stored is not waited for. */
  function apply(event: AnswerEvent): AnswerEvent | undefined | Promise<AnswerEvent | undefined> {
    switch (event.type) {
      case 'thread.item.added': {
        const item = clean(event.item, threadId)
        pending.add(item)
        return visible(item) ? { type: event.type, item: parts.present(item) } : undefined
      }
      case 'thread.item.updated':
        pending.update(event.item_id, event.update)
        return hidden.has(event.item_id) ? undefined : cleanUpdate(event)
      case 'thread.item.done':
      case 'thread.item.replaced':
        return store(event.type, clean(event.item, threadId))
      case 'thread.item.removed':
        return remove(event)
      case 'progress_update':
      case 'client_effect':
      case 'notice':
      case 'error':
        return event
    }
  }

  async function store(type: 'thread.item.done' | 'thread.item.replaced', item: Item): Promise<AnswerEvent | undefined> {
    // Before it is stored: a stop that comes meanwhile must not put the partial text over the complete one.
    pending.settle(item.id)
    if (!(await threads.change(threadId, { save: [item] }))) throw new ThreadGone()
    return visible(item) ? { type, item: parts.present(item) } : undefined
  }

  async function remove(event: Extract<AnswerEvent, { type: 'thread.item.removed' }>): Promise<AnswerEvent | undefined> {
    pending.settle(event.item_id)
    await threads.change(threadId, { remove: [event.item_id] })
    return hidden.has(event.item_id) ? undefined : event
  }

  function visible(item: Item): boolean {
    if (isHidden(item)) hidden.add(item.id)
    return !isHidden(item)
  }

  async function applyChange(change: ThreadChange): Promise<ThreadStreamEvent> {
    const thread = await threads.update(threadId, change)
    if (!thread) throw new ThreadGone()
    return { type: 'thread.updated', thread: wireThread(thread) }
  }

  /** Goes on until there is something to give. */
  async function advance(): Promise<void> {
    try {
      events ??= parts.begin(abort.signal)[Symbol.asyncIterator]()
      for (;;) {
        const next = await events.next()
        if (over) return
        if (next.done) return await finish()
        const applied = apply(next.value)
        const event = applied instanceof Promise ? await applied : applied
        if (over) return
        const change = parts.takeChange()
        if (event) ready.push(JSON.stringify(event))
        if (change) {
          const updated = await applyChange(change)
          if (over) return
          ready.push(JSON.stringify(updated))
        }
        if (ready.length > 0) return give()
      }
    } catch (error) {
      if (over) return
      if (!(error instanceof ChatkitStreamError || error instanceof ThreadGone)) parts.onError(error)
      abandon()
      await finish(eventFor(error))
    }
  }

  /** The answer is complete or has failed: a change of the thread is still stored, after the error. */
  async function finish(failure?: ErrorEvent): Promise<void> {
    over = true
    const last: ThreadStreamEvent[] = failure ? [failure] : []
    try {
      const change = parts.takeChange()
      if (change) last.push(await applyChange(change))
    } catch (error) {
      if (!(error instanceof ThreadGone)) parts.onError(error)
      if (!failure) last.push(eventFor(error))
    }
    await close(last)
  }

  async function stop(why: StopReason): Promise<void> {
    if (over) return
    over = true
    abandon()
    try {
      if (why !== 'deleted' && why !== 'lost')
        await threads.change(threadId, { save: [...pending.written(), parts.stoppedNote()] })
    } catch (error) {
      parts.onError(error)
    }
    const word = LAST_WORD[why]
    await close(word ? [word] : [])
  }

  /** Ends the app's part without waiting for it: a model or a tool that does not listen must not hold the stream open. */
  function abandon(): void {
    abort.abort()
    events?.return?.().catch(() => {})
  }

  async function close(last: readonly ThreadStreamEvent[]): Promise<void> {
    clearTimeout(timer)
    ready.push(...last.map((event) => JSON.stringify(event)))
    await parts.release().catch(parts.onError)
    closed = true
    give()
    await parts.end().catch(parts.onError)
  }

  function give(): void {
    const asked = waiting
    if (!asked) return
    if (ready.length > 0) {
      waiting = undefined
      const given = ready
      ready = []
      asked(given)
    } else if (closed) {
      waiting = undefined
      asked(undefined)
    }
  }

  return {
    next: () =>
      new Promise((resolve) => {
        waiting = resolve
        if (ready.length > 0 || closed) give()
        else if (!over) void advance()
      }),
    stop,
    isOver: () => over,
  }
}

/** The thread was deleted while its answer was written. */
class ThreadGone extends Error {
  override readonly name = 'ThreadGone'
}

function eventFor(error: unknown): ErrorEvent {
  if (error instanceof ChatkitStreamError) return error.event
  if (error instanceof AuthError) {
    const message = endsSignIn(error.refusal.reason) ? 'Sign in again to continue.' : sentenceFor(error)
    return { type: 'error', code: 'custom', message, allow_retry: true }
  }
  return error instanceof ThreadGone ? GONE : FAILED
}

/** Whether a reason means that the person's credential serves no more; the protocol has no event of its own for that. */
function endsSignIn(reason: RefusalReason): boolean {
  return (
    reason === 'credential_missing' ||
    reason === 'token_expired' ||
    reason === 'token_inactive' ||
    reason === 'handle_refused' ||
    reason === 'exchange_grant_refused'
  )
}

/** An item as it is stored and sent. In widgets null means absent, at every depth; elsewhere free-form values keep theirs. */
function clean(item: Item, threadId: string): Item {
  if (item.thread_id !== threadId) throw new TypeError('An item belongs to another thread')
  if (item.type === 'widget') return { ...item, widget: withoutNulls(item.widget) }
  if (item.type !== 'client_tool_call' || item.output !== null) return item
  const { output: _, ...call } = item
  return call
}

function cleanUpdate(event: Extract<AnswerEvent, { type: 'thread.item.updated' }>): AnswerEvent {
  const { update } = event
  if (update.type === 'widget.root.updated') return { ...event, update: { ...update, widget: withoutNulls(update.widget) } }
  if (update.type !== 'widget.component.updated') return event
  return { ...event, update: { ...update, component: withoutNulls(update.component) } }
}
