// One answer: the app's events, each stored before it is given out, until it is complete, fails, is stopped, or takes too long.

import { cleanItem, cleanUpdate } from './clean.ts'
import { errorEventFor, GONE, INTERRUPTED, TOO_LONG } from './error-event.ts'
import type { AnswerEvent, ErrorEvent, ThreadStreamEvent } from './event.ts'
import { type FrameSource, frame } from './frames.ts'
import { type HiddenItem, type Item, isHidden } from './item.ts'
import type { OwnedThreads } from './owned-threads.ts'
import { pendingMessages } from './pending.ts'
import { ChatkitStreamError } from './stream-error.ts'
import { type ThreadChange, wireThread } from './thread.ts'

/** What an answer is made of. */
export interface AnswerParts {
  /** Events whose changes are stored already. */
  readonly prelude: readonly ThreadStreamEvent[]
  readonly threads: OwnedThreads
  readonly threadId: string
  /** Begins the app's answer; called when more than the prelude is asked for. */
  readonly begin: (signal: AbortSignal) => AsyncIterable<AnswerEvent>
  /** Gives the change of the thread that the app has asked for since the last time, if any. */
  readonly takeChange: () => ThreadChange | undefined
  /** Whether the run has a log, whose readers are told there of its end. */
  readonly resumable: boolean
  /** Whether the thread is still this run's: asked before anything is stored. */
  readonly isHeld: () => boolean | Promise<boolean>
  /** The note that the model is left when the answer is stopped. */
  readonly stoppedNote: (why: StopReason) => HiddenItem
  /** What clients are sent of an item, where it differs from what is stored. */
  readonly present: (item: Item) => Item
  /** Milliseconds. */
  readonly deadline: number
  readonly onError: (error: unknown) => void
  /** Frees the thread for the next answer: before anybody can see that this one has ended. */
  readonly release: (why: StopReason | undefined) => Promise<void>
  /** Discards the credential. */
  readonly end: () => Promise<void>
}

/** Why an answer is ended from outside. `lost`: another instance has taken this one for dead, so nothing more may be stored. */
export type StopReason = 'cancelled' | 'deadline' | 'deleted' | 'lost' | 'closing'

/** A running answer. It advances only when it is asked for more. */
export interface Answer {
  /** The next events, each as JSON, stored where they are to be stored; undefined at the end. One call at a time, of this or `nextFrames`. */
  next(): Promise<readonly string[] | undefined>
  /** The same as frames. */
  nextFrames(): Promise<string | undefined>
  /** Ends it. Text that was written so far is kept, with a note for the model; nothing else is stored from now on. */
  stop(why: StopReason): Promise<void>
  /** Whether it has ended or is about to. */
  isOver(): boolean
  /** Why it was stopped, if it was. */
  stopped(): StopReason | undefined
}

/** What a client is told of a stop; of a resumable run the log's reader says it, from what became of the run. */
const LAST_WORD: Readonly<Record<StopReason, { readonly event: ErrorEvent; readonly by: 'answer' | 'reader' } | undefined>> = {
  cancelled: undefined,
  deadline: { event: TOO_LONG, by: 'answer' },
  deleted: { event: GONE, by: 'reader' },
  lost: { event: INTERRUPTED, by: 'reader' },
  closing: { event: INTERRUPTED, by: 'reader' },
}

/** Starts an answer. */
export function startAnswer({ prelude, ...parts }: AnswerParts): Answer {
  const { threads, threadId } = parts
  const abort = new AbortController()
  const pending = pendingMessages()
  /** Ids of hidden items of this stream: updates and removals of them are kept back, too. */
  let hidden: Set<string> | undefined
  /** What nobody has asked for yet. */
  let ready: string[] = prelude.map((event) => JSON.stringify(event))
  let waiting: ((events: readonly string[] | undefined) => void) | undefined
  let events: AsyncIterator<AnswerEvent> | undefined
  let over = false
  let stopped: StopReason | undefined
  let closed = false
  const timer = setTimeout(() => void stop('deadline'), parts.deadline)

  /** Applies an event to the store and gives what the client is sent: nothing, for what is hidden. What is not stored is not waited for. */
  function apply(event: AnswerEvent): AnswerEvent | undefined | Promise<AnswerEvent | undefined> {
    switch (event.type) {
      case 'thread.item.added': {
        const item = cleanItem(event.item, threadId)
        pending.add(item)
        return visible(item) ? { type: event.type, item: parts.present(item) } : undefined
      }
      case 'thread.item.updated':
        pending.update(event.item_id, event.update)
        return hidden?.has(event.item_id) ? undefined : cleanUpdate(event)
      case 'thread.item.done':
      case 'thread.item.replaced':
        return store(event.type, cleanItem(event.item, threadId))
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
    await hold()
    // Before it is stored: a stop that comes meanwhile must not put the partial text over the complete one.
    pending.settle(item.id)
    if (!(await threads.change(threadId, { save: [item] }))) throw new ThreadGone()
    return visible(item) ? { type, item: parts.present(item) } : undefined
  }

  async function remove(event: Extract<AnswerEvent, { type: 'thread.item.removed' }>): Promise<AnswerEvent | undefined> {
    await hold()
    pending.settle(event.item_id)
    await threads.change(threadId, { remove: [event.item_id] })
    return hidden?.has(event.item_id) ? undefined : event
  }

  function visible(item: Item): boolean {
    if (!isHidden(item)) return true
    hidden ??= new Set()
    hidden.add(item.id)
    return false
  }

  /** Before anything is stored. A stop may come while it is waited for. */
  async function hold(): Promise<void> {
    if (!(await parts.isHeld()) || stopped) throw new RunLost()
  }

  async function applyChange(change: ThreadChange): Promise<ThreadStreamEvent> {
    await hold()
    const thread = await threads.update(threadId, change)
    if (!thread) throw new ThreadGone()
    return { type: 'thread.updated', thread: wireThread(thread) }
  }

  /**
   * Goes on until there is something to give. These are one loop, told by callbacks and not by an async function: most events are words, of which
   * there are thousands, and each would make promises and be waited for anew.
   */
  function advance(): void {
    try {
      events ??= parts.begin(abort.signal)[Symbol.asyncIterator]()
      Promise.resolve(events.next()).then(came, failed)
    } catch (error) {
      failed(error)
    }
  }

  function came(next: IteratorResult<AnswerEvent, unknown>): void {
    if (over) return
    try {
      if (next.done) return void finish()
      const applied = apply(next.value)
      if (applied instanceof Promise) void applied.then(accepted).catch(failed)
      else accepted(applied)
    } catch (error) {
      failed(error)
    }
  }

  /** An event is stored, if it is to be. */
  function accepted(event: AnswerEvent | undefined): void {
    if (over) return
    const change = parts.takeChange()
    if (event) ready.push(JSON.stringify(event))
    if (change) void applyChange(change).then(changed).catch(failed)
    else goOn()
  }

  function changed(event: ThreadStreamEvent): void {
    if (over) return
    ready.push(JSON.stringify(event))
    goOn()
  }

  function goOn(): void {
    if (ready.length > 0) give()
    else advance()
  }

  function failed(error: unknown): void {
    if (over) return
    if (isUnexpected(error)) parts.onError(error)
    abandon()
    void finish(eventFor(error))
  }

  /** The answer is complete or has failed: a change of the thread is still stored, after the error. */
  async function finish(failure?: ErrorEvent): Promise<void> {
    over = true
    const last: ThreadStreamEvent[] = failure ? [failure] : []
    try {
      const change = parts.takeChange()
      if (change) last.push(await applyChange(change))
    } catch (error) {
      if (isUnexpected(error)) parts.onError(error)
      if (!failure) last.push(eventFor(error))
    }
    await close(last)
  }

  async function stop(why: StopReason): Promise<void> {
    if (over) return
    over = true
    stopped = why
    abandon()
    try {
      if (why !== 'deleted' && why !== 'lost' && (await parts.isHeld())) {
        await threads.change(threadId, { save: [...pending.written(), parts.stoppedNote(why)] })
      }
    } catch (error) {
      parts.onError(error)
    }
    const word = LAST_WORD[why]
    await close(word && !(parts.resumable && word.by === 'reader') ? [word.event] : [])
  }

  /** Ends the app's part without waiting for it: a model or a tool that does not listen must not hold the stream open. */
  function abandon(): void {
    abort.abort()
    events?.return?.().catch(() => {})
  }

  async function close(last: readonly ThreadStreamEvent[]): Promise<void> {
    clearTimeout(timer)
    ready.push(...last.map((event) => JSON.stringify(event)))
    await parts.release(stopped).catch(parts.onError)
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

  function ask(resolve: (events: readonly string[] | undefined) => void): void {
    waiting = resolve
    if (ready.length > 0 || closed) give()
    else if (!over) advance()
  }

  return {
    next: () => new Promise(ask),
    nextFrames: () => new Promise((resolve) => ask((events) => resolve(events && framed(events)))),
    stop,
    isOver: () => over,
    stopped: () => stopped,
  }
}

/** The thread was deleted while its answer was written. */
class ThreadGone extends Error {
  override readonly name = 'ThreadGone'
}

/** Another instance has taken this one for dead: what it was about to store is not to be stored. */
class RunLost extends Error {
  override readonly name = 'RunLost'
}

function eventFor(error: unknown): ErrorEvent {
  if (error instanceof ThreadGone) return GONE
  return error instanceof RunLost ? INTERRUPTED : errorEventFor(error)
}

function isUnexpected(error: unknown): boolean {
  return !(error instanceof ChatkitStreamError || error instanceof ThreadGone || error instanceof RunLost)
}

/** The frames of an answer that goes no further than its client reads. */
export function framesOf(answer: Answer): FrameSource {
  return {
    next: () => answer.nextFrames(),
    cancel: () => answer.stop('cancelled'),
  }
}

function framed(events: readonly string[]): string {
  let frames = ''
  for (const event of events) frames += frame(event)
  return frames
}
