// One answer: the app's events, each stored before it is given out, until it is complete, fails, is stopped, or takes too long.

import { type FrameSource, frame } from '../http/frames.ts'
import { cleanItem, cleanUpdate } from '../protocol/clean.ts'
import type { AnswerEvent, ErrorEvent, ThreadStreamEvent } from '../protocol/event.ts'
import { type Item, isHidden } from '../protocol/item.ts'
import { type ThreadChange, wireThread } from '../protocol/thread.ts'
import { eventFor, isUnexpected, RunLost, ThreadGone } from './answer-error.ts'
import type { Answer, AnswerParts, StopReason } from './answer-parts.ts'
import { GONE, INTERRUPTED, TOO_LONG, TOO_MUCH } from './error-event.ts'
import { pendingMessages } from './pending.ts'

/** What a client is told of a stop; of a resumable run the log's reader says it, from what became of the run. */
const LAST_WORD: Readonly<
  Record<StopReason, { readonly event: ErrorEvent; readonly by: 'answer' | 'reader' } | undefined>
> = {
  cancelled: undefined,
  deadline: { event: TOO_LONG, by: 'answer' },
  too_much: { event: TOO_MUCH, by: 'answer' },
  deleted: { event: GONE, by: 'reader' },
  lost: { event: INTERRUPTED, by: 'reader' },
  closing: { event: INTERRUPTED, by: 'reader' },
}

/** Starts an answer. */
export function startAnswer({ prelude, ...parts }: AnswerParts): Answer {
  return new RunningAnswer(
    parts,
    prelude.map((event) => JSON.stringify(event)),
  )
}

/** Who asked for more, in which form. */
type Waiting =
  | { readonly form: 'events'; readonly take: (events: readonly string[] | undefined) => void }
  | { readonly form: 'frames'; readonly take: (frames: string | undefined) => void }

/** A class, because thousands may wait at once: as functions, its methods would be a tenth of what each keeps. */
class RunningAnswer implements Answer {
  readonly #parts: Omit<AnswerParts, 'prelude'>
  readonly #abort = new AbortController()
  readonly #pending = pendingMessages()
  readonly #timer: ReturnType<typeof setTimeout>
  /** Ids of hidden items of this stream: updates and removals of them are kept back, too. */
  #hidden: Set<string> | undefined
  /** What nobody has asked for yet. */
  #ready: string[]
  #waiting: Waiting | undefined
  #events: AsyncIterator<AnswerEvent> | undefined
  #over = false
  #stopped: StopReason | undefined
  #closed = false

  constructor(parts: Omit<AnswerParts, 'prelude'>, ready: string[]) {
    this.#parts = parts
    this.#ready = ready
    this.#timer = setTimeout(() => void this.stop('deadline'), parts.deadline)
  }

  next(): Promise<readonly string[] | undefined> {
    return new Promise((take) => this.#ask({ form: 'events', take }))
  }

  nextFrames(): Promise<string | undefined> {
    return new Promise((take) => this.#ask({ form: 'frames', take }))
  }

  isOver(): boolean {
    return this.#over
  }

  stopped(): StopReason | undefined {
    return this.#stopped
  }

  async stop(why: StopReason): Promise<void> {
    if (this.#over) return
    this.#over = true
    this.#stopped = why
    this.#abandon()
    const { threads, threadId, isHeld, stoppedNote, onError, resumable } = this.#parts
    try {
      if (why !== 'deleted' && why !== 'lost' && (await isHeld())) {
        await threads.change(threadId, { save: [...this.#pending.written(), stoppedNote(why)] })
      }
    } catch (error) {
      onError(error)
    }
    const word = LAST_WORD[why]
    await this.#close(word && !(resumable && word.by === 'reader') ? [word.event] : [])
  }

  /** Applies an event to the store and gives what the client is sent: nothing, for what is hidden. What is not stored is not waited for. */
  #apply(event: AnswerEvent): AnswerEvent | undefined | Promise<AnswerEvent | undefined> {
    switch (event.type) {
      case 'thread.item.added': {
        const item = cleanItem(event.item, this.#parts.threadId)
        this.#pending.add(item)
        return this.#visible(item)
          ? { type: event.type, item: this.#parts.present(item) }
          : undefined
      }
      case 'thread.item.updated':
        this.#pending.update(event.item_id, event.update)
        return this.#hidden?.has(event.item_id) ? undefined : cleanUpdate(event)
      case 'thread.item.done':
      case 'thread.item.replaced':
        return this.#store(event.type, cleanItem(event.item, this.#parts.threadId))
      case 'thread.item.removed':
        return this.#remove(event)
      case 'progress_update':
      case 'client_effect':
      case 'notice':
      case 'error':
        return event
    }
  }

  async #store(
    type: 'thread.item.done' | 'thread.item.replaced',
    item: Item,
  ): Promise<AnswerEvent | undefined> {
    const { threads, threadId, present } = this.#parts
    await this.#hold()
    // Before it is stored: a stop that comes meanwhile must not put the partial text over the complete one.
    this.#pending.settle(item.id)
    if (!(await threads.change(threadId, { save: [item] }))) throw new ThreadGone()
    return this.#visible(item) ? { type, item: present(item) } : undefined
  }

  async #remove(
    event: Extract<AnswerEvent, { type: 'thread.item.removed' }>,
  ): Promise<AnswerEvent | undefined> {
    const { threads, threadId } = this.#parts
    await this.#hold()
    this.#pending.settle(event.item_id)
    await threads.change(threadId, { remove: [event.item_id] })
    return this.#hidden?.has(event.item_id) ? undefined : event
  }

  #visible(item: Item): boolean {
    if (!isHidden(item)) return true
    this.#hidden ??= new Set()
    this.#hidden.add(item.id)
    return false
  }

  /** Before anything is stored. A stop may come while it is waited for. */
  async #hold(): Promise<void> {
    if (!(await this.#parts.isHeld()) || this.#stopped) throw new RunLost()
  }

  async #applyChange(change: ThreadChange): Promise<ThreadStreamEvent> {
    const { threads, threadId } = this.#parts
    await this.#hold()
    const thread = await threads.update(threadId, change)
    if (!thread) throw new ThreadGone()
    return { type: 'thread.updated', thread: wireThread(thread) }
  }

  #ask(waiting: Waiting): void {
    this.#waiting = waiting
    if (this.#ready.length > 0 || this.#closed) this.#give()
    else if (!this.#over) this.#advance()
  }

  /**
   * Goes on until there is something to give. This and what it calls are one loop, told by callbacks and not by an async function: most events are words,
   * of which there are thousands, and each would make promises and be waited for anew.
   */
  #advance(): void {
    try {
      this.#events ??= this.#parts.begin(this.#abort.signal)[Symbol.asyncIterator]()
      Promise.resolve(this.#events.next()).then(this.#came, this.#failed)
    } catch (error) {
      this.#failed(error)
    }
  }

  readonly #came = (next: IteratorResult<AnswerEvent, unknown>): void => {
    if (this.#over) return
    try {
      if (next.done) return void this.#finish()
      const applied = this.#apply(next.value)
      if (applied instanceof Promise)
        void applied.then((event) => this.#accepted(event)).catch(this.#failed)
      else this.#accepted(applied)
    } catch (error) {
      this.#failed(error)
    }
  }

  readonly #failed = (error: unknown): void => {
    if (this.#over) return
    if (isUnexpected(error)) this.#parts.onError(error)
    this.#abandon()
    void this.#finish(eventFor(error))
  }

  /** An event is stored, if it is to be. */
  #accepted(event: AnswerEvent | undefined): void {
    if (this.#over) return
    const change = this.#parts.takeChange()
    if (event) this.#ready.push(JSON.stringify(event))
    if (change)
      void this.#applyChange(change)
        .then((told) => this.#changed(told))
        .catch(this.#failed)
    else this.#goOn()
  }

  #changed(event: ThreadStreamEvent): void {
    if (this.#over) return
    this.#ready.push(JSON.stringify(event))
    this.#goOn()
  }

  #goOn(): void {
    if (this.#ready.length > 0) this.#give()
    else this.#advance()
  }

  /** The answer is complete or has failed: a change of the thread is still stored, after the error. */
  async #finish(failure?: ErrorEvent): Promise<void> {
    this.#over = true
    const last: ThreadStreamEvent[] = failure ? [failure] : []
    try {
      const change = this.#parts.takeChange()
      if (change) last.push(await this.#applyChange(change))
    } catch (error) {
      if (isUnexpected(error)) this.#parts.onError(error)
      if (!failure) last.push(eventFor(error))
    }
    await this.#close(last)
  }

  /** Ends the app's part without waiting for it: a model or a tool that does not listen must not hold the stream open. */
  #abandon(): void {
    this.#abort.abort()
    this.#events?.return?.().catch(() => {})
  }

  async #close(last: readonly ThreadStreamEvent[]): Promise<void> {
    const { release, end, onError } = this.#parts
    clearTimeout(this.#timer)
    this.#ready.push(...last.map((event) => JSON.stringify(event)))
    await release(this.#stopped).catch(onError)
    this.#closed = true
    this.#give()
    await end().catch(onError)
  }

  #give(): void {
    const asked = this.#waiting
    if (!asked) return
    if (this.#ready.length > 0) {
      this.#waiting = undefined
      const given = this.#ready
      this.#ready = []
      if (asked.form === 'events') asked.take(given)
      else asked.take(framed(given))
    } else if (this.#closed) {
      this.#waiting = undefined
      asked.take(undefined)
    }
  }
}

/** The frames of an answer that goes no further than its client reads. */
export function framesOf(answer: Answer): FrameSource {
  return new AnswerFrames(answer)
}

class AnswerFrames implements FrameSource {
  readonly #answer: Answer

  constructor(answer: Answer) {
    this.#answer = answer
  }

  next(): Promise<string | undefined> {
    return this.#answer.nextFrames()
  }

  cancel(): Promise<void> {
    return this.#answer.stop('cancelled')
  }
}

function framed(events: readonly string[]): string {
  let frames = ''
  for (const event of events) frames += frame(event)
  return frames
}
