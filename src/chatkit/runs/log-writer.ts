// Writes the log of one resumable run. The answer advances as fast as the log is written, even when
// no client reads.

import type { Answer, EventTaker } from './answer.ts'
import type { Run } from './run.ts'

/** Events that may wait for the store before the answer has to wait. */
const MAX_WAITING_EVENTS = 256

/**
 * Appends every event of an answer to the log, then releases the run. Events that come while the
 * store is busy are appended together the next time. When the store fails, the run is stopped,
 * because a log must have no gap. A run whose log became too long is stopped too; the event that
 * says so is still appended.
 *
 * @param maxChars Characters of one answer that the log may have.
 */
export function writeLog(run: Run, answer: Answer, maxChars: number): void {
  new LogWriter(run, answer, maxChars).ask()
}

const NOTHING: readonly never[] = Object.freeze([])

/** Not with `push`, which reserves room for sixteen more events in each list that the store keeps. */
function joined(before: readonly string[], more: readonly string[]): readonly string[] {
  return before.length === 0 ? more : before.concat(more)
}

/** Callbacks and not an async function, for the same reasons as the answer: time and memory. */
class LogWriter implements EventTaker {
  readonly #run: Run
  readonly #answer: Answer
  #charsLeft: number
  #waiting: readonly string[] = NOTHING
  /** The number of the next event. */
  #next = 1
  /** How many events the store has been given and has not answered for. */
  #sent = 0
  #isAsking = false
  #isBroken = false
  #isOver = false

  constructor(run: Run, answer: Answer, maxChars: number) {
    this.#run = run
    this.#answer = answer
    this.#charsLeft = maxChars
  }

  ask(): void {
    this.#isAsking = true
    this.#answer.askEvents(this)
  }

  takeEvents(events: readonly string[] | undefined): void {
    this.#isAsking = false
    if (!events) {
      this.#isOver = true
      if (this.#sent === 0) this.#release()
      return
    }
    for (const event of events) this.#charsLeft -= event.length
    if (!this.#isBroken) this.#waiting = joined(this.#waiting, events)
    if (this.#charsLeft < 0) void this.#run.stop('too_much')
    if (this.#sent === 0) this.#write()
    if (!this.#isAsking && this.#waiting.length < MAX_WAITING_EVENTS) this.ask()
  }

  #write(): void {
    if (this.#waiting.length === 0) return
    const events = this.#waiting
    this.#waiting = NOTHING
    this.#sent = events.length
    // Made for each batch: most of the answers that wait have nothing to write.
    this.#run.append(this.#next, events).then(
      () => this.#onWritten(),
      (error) => this.#onFailed(error),
    )
  }

  #onWritten(): void {
    this.#next += this.#sent
    this.#sent = 0
    this.#goOn()
  }

  #onFailed(error: unknown): void {
    this.#isBroken = true
    this.#sent = 0
    this.#waiting = NOTHING
    this.#run.report(error)
    void this.#run.stop('closing')
    this.#goOn()
  }

  #goOn(): void {
    this.#write()
    if (this.#isOver) {
      if (this.#sent === 0) this.#release()
    } else if (!this.#isAsking) this.ask()
  }

  #release(): void {
    this.#run.release().catch((error) => this.#run.report(error))
  }
}
