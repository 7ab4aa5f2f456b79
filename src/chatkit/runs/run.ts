// One run: a thread that is taken for one answer, until the thread is free again.

import type { ErrorEvent } from '../protocol/event.ts'
import type { Item } from '../protocol/item.ts'
import { RENEWS } from '../protocol/ours.ts'
import type { ThreadChange, ThreadState } from '../protocol/thread.ts'
import type { ItemsChange } from '../threads/thread-store.ts'
import { RunLost, ThreadGone } from './answer-error.ts'
import { GONE, INTERRUPTED } from './error-event.ts'
import { Lease, type LeaseHost } from './lease.ts'
import { LogTail } from './log-tail.ts'
import { stopNote } from './notes.ts'
import { type PendingItems, pendingItems } from './pending.ts'
import { endStateOf, readersWordOf, type StopReason, stopReasonOf } from './run-end.ts'
import type { RunTerms, RunWriter } from './run-parts.ts'
import { isAlive, type NewRun, type RunState } from './run-store.ts'
import { SignInWait } from './sign-in-wait.ts'
import { WantedChange } from './wanted-change.ts'

/** What all runs of an instance share. */
export interface RunHost extends LeaseHost {
  readonly newId: (prefix: string) => string
  /** Milliseconds that one answer may take. */
  readonly deadlineMs: number
  /** Milliseconds that it waits for a fresh sign-in. */
  readonly signInWaitMs: number
  /** Called just before the thread of a run is free. */
  readonly onRelease: (run: Run) => void
}

const NOBODY: (() => void)[] = []

/**
 * The run owns three things: whether it holds the thread, what is stored in the thread, and its
 * end.
 *
 * message -> stream-requests -> runs.take -> Run -> begin-answer: stores the message ->
 * runs.answer(run): the frames that the client reads the app's events -> run.save -> thread store
 * stop    -> run.stop: abort the app, keep what was written, free the thread, close the writer
 *
 * The answer holds the run. The run knows the answer only as a {@link RunWriter}.
 *
 * It is a class because thousands may wait at once: as closures, its methods would be a large part
 * of the memory of each.
 */
export class Run {
  readonly record: NewRun
  /** What the answer has begun and not stored yet. */
  readonly pending: PendingItems = pendingItems()
  /** What readers here are given of its log, if it has one. */
  readonly tail: LogTail | undefined
  readonly #host: RunHost
  readonly #terms: RunTerms
  readonly #abort = new AbortController()
  readonly #lease: Lease
  /** What waits until the thread is free again. */
  #onReleased: (() => void)[] = NOBODY
  #isReleased = false
  #deadline: ReturnType<typeof setTimeout> | undefined
  #writer: RunWriter | undefined
  #wanted: WantedChange | undefined
  #isOver = false
  #signIns: SignInWait | undefined
  #stopReason: StopReason | undefined

  constructor(record: NewRun, terms: RunTerms, aliveUntil: number, host: RunHost) {
    this.record = record
    this.#terms = terms
    this.#host = host
    this.tail = record.resumable ? new LogTail() : undefined
    this.#lease = new Lease(record.id, aliveUntil, host, this)
  }

  /** Whether the answer has ended, or is about to. */
  get isOver(): boolean {
    return this.#isOver
  }

  /** Resolves when the thread is free again. */
  get released(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#isReleased) resolve()
      else this.#onReleased = [...this.#onReleased, resolve]
    })
  }

  /** Whether an answer is being written, or was. */
  get isStarted(): boolean {
    return this.#writer !== undefined
  }

  /** Aborts when the app's part of the answer is over. */
  get signal(): AbortSignal {
    return this.#abort.signal
  }

  /** Reports an unexpected error. */
  report(error: unknown): void {
    this.#terms.report(error)
  }

  /** The answer begins: from now on the run can be stopped, and the deadline counts. */
  start(thread: ThreadState, writer: RunWriter): void {
    this.#wanted = new WantedChange(thread)
    this.#writer = writer
    this.#deadline = setTimeout(() => void this.stop('deadline'), this.#host.deadlineMs)
  }

  /** The sign-ins of its person that come after the first one. */
  get signIns(): SignInWait {
    this.#signIns ??= new SignInWait(
      () => this.#writer?.tell({ type: 'client_effect', name: RENEWS, data: {} }),
      this.#host.signInWaitMs,
    )
    return this.#signIns
  }

  // --- Whether the thread is held
  // -----------------------------------------------------------------

  /** Whether the thread is still this run's. */
  isHeld(): boolean | Promise<boolean> {
    return this.#lease.isHeld()
  }

  /** Tells the run store that the run is alive; nobody waits for it. */
  renewSoon(): void {
    this.#lease.renewSoon()
  }

  /**
   * Keeps events in the log, and then gives them to the readers here.
   *
   * @param first Number of the first event; they count from 1.
   */
  append(first: number, events: readonly string[]): Promise<void> {
    return this.#host.store.append(this.record.id, first, events).then((state) => {
      if (isAlive({ state })) this.tail?.add(events)
      this.heed(state)
    })
  }

  /** Stops when the store says that the run is over. */
  heed(state: RunState): void {
    const why = stopReasonOf(state)
    // Not awaited: the stop may itself be waiting for this call.
    if (why) void this.stop(why)
  }

  // --- What is stored
  // -----------------------------------------------------------------------------

  /**
   * Stores an item.
   *
   * @throws RunLost when the thread is not this run's any more, ThreadGone when it was deleted.
   */
  async save(item: Item): Promise<void> {
    await this.#hold()
    // Before it is stored: a stop that comes meanwhile must not overwrite the complete item with a
    // part of it.
    this.pending.settle(item.id)
    if (!(await this.#change({ save: [...this.pending.takeNotes(), item] })))
      throw (await this.isHeld()) ? new ThreadGone() : new RunLost()
  }

  /** Stores the notes that no item has come for. @throws RunLost like `save`. */
  async saveNotes(): Promise<void> {
    const save = this.pending.takeNotes()
    if (save.length > 0) await this.#hold()
    if (save.length > 0) await this.#change({ save })
  }

  /** Removes an item. @throws RunLost when the thread is not this run's any more. */
  async remove(itemId: string): Promise<void> {
    await this.#hold()
    this.pending.settle(itemId)
    await this.#change({ remove: [itemId] })
  }

  /** The app asks for a change of the thread. It is stored with the next event. */
  changeThread(wanted: ThreadChange): void {
    if (!this.#wanted) throw new Error('The answer of this run has not begun')
    this.#wanted.want(wanted)
  }

  /** The app proposes a title. It is stored like a change, unless the thread has got another one. */
  proposeTitle(title: string): void {
    this.#wanted?.propose(title)
  }

  /** Whether the app asked for a change that is not stored yet. */
  get hasThreadChange(): boolean {
    return this.#wanted?.isWanted === true
  }

  /**
   * Stores the change that the app asked for.
   *
   * @throws RunLost when the thread is not this run's any more, ThreadGone when it was deleted.
   */
  async storeThreadChange(): Promise<ThreadState> {
    await this.#hold()
    const thread = await this.#wanted?.store(this.#terms.threads, this.record.threadId)
    if (!thread) throw new ThreadGone()
    return thread
  }

  /** The store looks once more whether the run has ended: this process may sleep before it does. */
  #change(change: ItemsChange): Promise<boolean> {
    const { id, threadId } = this.record
    return this.#terms.threads.change(threadId, { ...change, run: id })
  }

  /** Called before anything is stored. A stop may come while this waits. */
  async #hold(): Promise<void> {
    if (!(await this.isHeld()) || this.#stopReason) throw new RunLost()
  }

  // --- How it ends
  // --------------------------------------------------------------------------------

  /**
   * Stops the answer. The text written so far is kept, with a note for the model; nothing else is
   * stored from now on. Does nothing before the answer has begun, and after it has ended.
   */
  async stop(why: StopReason): Promise<void> {
    if (!this.#writer || this.#isOver) return
    this.#isOver = true
    this.#stopReason = why
    this.abandon()
    await this.#keepWritten(why).catch(this.#terms.report)
    await this.end()
  }

  /** The answer ends by itself: from now on it cannot be stopped. */
  seal(): void {
    this.#isOver = true
  }

  /** Ends the app's part. A model or a tool that does not listen must not hold the stream open. */
  abandon(): void {
    this.#abort.abort()
    this.#writer?.abandon()
  }

  /** Frees the thread, before the client can see that the answer has ended, and ends the caller. */
  async end(): Promise<void> {
    const { caller, report } = this.#terms
    clearTimeout(this.#deadline)
    // The log of a resumable run must first hold its last events: its writer releases the run.
    if (!this.record.resumable) await this.release().catch(report)
    this.#writer?.close(this.#stopReason)
    await caller.end().catch(report)
    await this.#signIns?.end().catch(report)
  }

  /** Frees the thread for the next run, and records how this one ended. */
  async release(): Promise<void> {
    const why = this.#stopReason
    const state = endStateOf(why)
    await this.#free(
      async () => state && this.#host.store.end(this.record.id, state),
      why && readersWordOf(why),
    )
  }

  /** The run came to no answer. It is forgotten, unless it left a message. */
  async undo(leftMessage: boolean): Promise<void> {
    const { store } = this.#host
    const { id } = this.record
    await this.#free(
      () => (leftMessage ? store.end(id, 'interrupted') : store.drop(id)),
      leftMessage ? INTERRUPTED : GONE,
    )
  }

  /** @param word The last event for readers of the log. */
  async #free(settle: () => Promise<unknown>, word: ErrorEvent | undefined): Promise<void> {
    this.#lease.close()
    this.#host.onRelease(this)
    try {
      await settle()
    } finally {
      this.tail?.end(word)
      this.#isReleased = true
      for (const resolve of this.#onReleased) resolve()
    }
  }

  async #keepWritten(why: StopReason): Promise<void> {
    if (why === 'deleted' || why === 'lost' || !(await this.isHeld())) return
    const note = stopNote(this.record, why, this.#host)
    await this.#change({ save: [...this.pending.written(), note] })
  }
}
