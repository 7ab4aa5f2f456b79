// One answer: the app's events, each stored by the run before a client sees it, until the answer is
// complete, fails, or its run is stopped.

import { type FrameSource, type FrameTaker, frame } from '../http/frames.ts'
import { cleanItem, cleanUpdate } from '../protocol/clean.ts'
import type { AnswerEvent, ErrorEvent, ThreadStreamEvent } from '../protocol/event.ts'
import { type Item, isHidden } from '../protocol/item.ts'
import { type ThreadState, wireThread } from '../protocol/thread.ts'
import { eventFor, isUnexpected } from './answer-error.ts'
import { TOO_LONG, TOO_MUCH } from './error-event.ts'
import type { Run } from './run.ts'
import { readersWordOf, type StopReason } from './run-end.ts'
import type { RunWriter } from './run-parts.ts'

/** What an answer says. */
export interface AnswerPlan {
  readonly thread: ThreadState
  /** The first events. Their changes are stored already. */
  readonly prelude: readonly ThreadStreamEvent[]
  /** Begins the app's part. Called when a client asks for more than the prelude. */
  readonly begin: (signal: AbortSignal) => AsyncIterable<AnswerEvent>
  /** Gives what clients are sent of an item, where it differs from what is stored. */
  readonly present: (item: Item) => Item
}

/** Whoever logs an answer. */
export interface EventTaker {
  /** The next events, each as JSON; undefined at the end. */
  takeEvents(events: readonly string[] | undefined): void
}

/**
 * An answer that is being written. It advances only when it is asked for more. One call at a time,
 * of `ask` (frames for the client) or `askEvents` (for the log).
 */
export interface Answer extends FrameSource {
  /** Gives the next events, once, perhaps before this returns. */
  askEvents(taker: EventTaker): void
}

/** Starts the answer of a run. */
export function startAnswer(run: Run, plan: AnswerPlan): Answer {
  const answer = new RunningAnswer(run, plan)
  run.start(plan.thread, answer)
  return answer
}

/** The last event after a stop. For a resumable run, those that are not here are its readers'. */
const LAST_WORD: Readonly<Partial<Record<StopReason, ErrorEvent>>> = {
  deadline: TOO_LONG,
  too_much: TOO_MUCH,
}

const NOTHING: readonly never[] = Object.freeze([])

/** What an iterator gives that could not be made. */
const OVER: IteratorResult<AnswerEvent, unknown> = { done: true, value: undefined }

/** A class for the same reason as {@link Run}: memory. */
class RunningAnswer implements Answer, RunWriter {
  readonly #run: Run
  /** Forgotten when it is called: it holds the message. */
  #begin: AnswerPlan['begin'] | undefined
  readonly #present: AnswerPlan['present']
  /** Ids of hidden items of this stream: their updates and removals are not sent either. */
  #hidden: Set<string> | undefined
  /** Events that nobody has asked for yet, as JSON. */
  #ready: readonly string[]
  /** Who asked for more: one of the two. */
  #reader: FrameTaker | undefined
  #log: EventTaker | undefined
  #events: AsyncIterator<AnswerEvent> | undefined
  /** The last events of an answer that ended by itself. */
  #last: readonly ThreadStreamEvent[] = NOTHING
  #isClosed = false
  /** Whether something is asked of the app, or stored: until then nothing more is asked for. */
  #isWorking = false

  constructor(run: Run, { prelude, begin, present }: AnswerPlan) {
    this.#run = run
    this.#begin = begin
    this.#present = present
    this.#ready = prelude.map((event) => JSON.stringify(event))
  }

  ask(taker: FrameTaker): void {
    this.#reader = taker
    this.#onAsked()
  }

  askEvents(taker: EventTaker): void {
    this.#log = taker
    this.#onAsked()
  }

  #onAsked(): void {
    if (this.#ready.length > 0 || this.#isClosed) this.#give()
    else if (!this.#run.isOver && !this.#isWorking) this.#advance()
  }

  tell(event: ThreadStreamEvent): void {
    if (this.#run.isOver) return
    this.#add(event)
    this.#give()
  }

  cancel(): Promise<void> {
    return this.#run.stop('cancelled')
  }

  abandon(): void {
    this.#events?.return?.().catch(() => {})
  }

  close(why: StopReason | undefined): void {
    const readers = this.#run.record.resumable ? undefined : why && readersWordOf(why)
    const word = (why && LAST_WORD[why]) ?? readers
    const last = word ? [word] : this.#last
    for (const event of last) this.#add(event)
    this.#isClosed = true
    this.#give()
  }

  /** Not with `push`, which reserves room for sixteen more in each list that the log keeps. */
  #add(event: ThreadStreamEvent): void {
    const json = JSON.stringify(event)
    this.#ready = this.#ready.length === 0 ? [json] : this.#ready.concat(json)
  }

  #give(): void {
    const reader = this.#reader
    const log = this.#log
    if (!(reader || log) || (this.#ready.length === 0 && !this.#isClosed)) return
    this.#reader = undefined
    this.#log = undefined
    const given = this.#ready.length > 0 ? this.#ready : undefined
    this.#ready = NOTHING
    log?.takeEvents(given)
    reader?.take(given && framesOf(given))
  }

  /**
   * Goes on until there is something to give. This and what it calls are one loop of callbacks, not
   * an async function: most events are words, thousands of them, and each would cost promises.
   */
  #advance(): void {
    this.#isWorking = true
    try {
      const begin = this.#begin
      this.#begin = undefined
      if (begin) this.#events = begin(this.#run.signal)[Symbol.asyncIterator]()
      Promise.resolve(this.#events?.next() ?? OVER).then(this.#onNext, this.#onError)
    } catch (error) {
      this.#onError(error)
    }
  }

  readonly #onNext = (next: IteratorResult<AnswerEvent, unknown>): void => {
    if (this.#run.isOver) return
    try {
      if (next.done) return void this.#finish()
      const applied = this.#apply(next.value)
      if (applied instanceof Promise)
        void applied.then((event) => this.#accept(event)).catch(this.#onError)
      else this.#accept(applied)
    } catch (error) {
      this.#onError(error)
    }
  }

  readonly #onError = (error: unknown): void => {
    if (this.#run.isOver) return
    if (isUnexpected(error)) this.#run.report(error)
    this.#run.abandon()
    void this.#finish(eventFor(error))
  }

  /** The event is stored, if it is one to be stored. */
  #accept(event: ThreadStreamEvent | undefined): void {
    if (this.#run.isOver) return
    if (event) this.#add(event)
    if (this.#run.hasThreadChange) void this.#changeThread().catch(this.#onError)
    else this.#goOn()
  }

  async #changeThread(): Promise<void> {
    const event = threadUpdated(await this.#run.storeThreadChange())
    if (this.#run.isOver) return
    this.#add(event)
    this.#goOn()
  }

  #goOn(): void {
    if (this.#ready.length > 0) {
      this.#isWorking = false
      this.#give()
    } else this.#advance()
  }

  /** The answer is complete or has failed. A change of the thread is still stored. */
  async #finish(failure?: ErrorEvent): Promise<void> {
    const run = this.#run
    run.seal()
    const last: ThreadStreamEvent[] = failure ? [failure] : []
    try {
      await run.saveNotes()
      if (run.hasThreadChange) last.push(threadUpdated(await run.storeThreadChange()))
    } catch (error) {
      if (isUnexpected(error)) run.report(error)
      if (!failure) last.push(eventFor(error))
    }
    this.#last = last
    await run.end()
  }

  /**
   * Stores an event, where it is one to be stored.
   *
   * @returns What the client is sent; undefined for what is hidden. No promise where nothing is
   * stored, so that words cost no wait.
   */
  #apply(
    event: AnswerEvent,
  ): ThreadStreamEvent | undefined | Promise<ThreadStreamEvent | undefined> {
    const { pending, record } = this.#run
    switch (event.type) {
      case 'thread.item.added': {
        const item = cleanItem(event.item, record.threadId)
        pending.add(item)
        return this.#show(event.type, item)
      }
      case 'thread.item.updated':
        pending.update(event.item_id, event.update)
        return this.#hidden?.has(event.item_id) ? undefined : cleanUpdate(event)
      case 'thread.item.done':
      case 'thread.item.replaced': {
        const { type } = event
        const item = cleanItem(event.item, record.threadId)
        return this.#run.save(item).then(() => this.#show(type, item))
      }
      case 'thread.item.noted':
        pending.note(event.item)
        return this.#hide(event.item.id)
      case 'thread.item.removed':
        return this.#run
          .remove(event.item_id)
          .then(() => (this.#hidden?.has(event.item_id) ? undefined : event))
      case 'progress_update':
      case 'client_effect':
      case 'notice':
      case 'error':
        return event
    }
  }

  /** An event with an item; undefined when the item is only for the model. */
  #show(
    type: 'thread.item.added' | 'thread.item.done' | 'thread.item.replaced',
    item: Item,
  ): ThreadStreamEvent | undefined {
    if (!isHidden(item)) return { type, item: this.#present(item) }
    return this.#hide(item.id)
  }

  #hide(itemId: string): undefined {
    this.#hidden ??= new Set()
    this.#hidden.add(itemId)
  }
}

function threadUpdated(thread: ThreadState): ThreadStreamEvent {
  return { type: 'thread.updated', thread: wireThread(thread) }
}

function framesOf(events: readonly string[]): string {
  let frames = ''
  for (const event of events) frames += frame(event)
  return frames
}
