// The newest events of a run, in the memory of the instance that writes it. Readers on that
// instance that keep up are given them without a question to the run store.

import type { ErrorEvent } from '../protocol/event.ts'

/** The most events and characters that wait here. A reader that is further behind asks the store. */
const MAX_EVENTS = 256
const MAX_CHARS = 64 * 1024

/** How a log ends. */
export interface LogEnding {
  /** The last event for its readers, where the log does not have it. */
  readonly word: ErrorEvent | undefined
}

const NOTHING: readonly never[] = Object.freeze([])

/**
 * The newest events of one log. Only events that the store has made durable come in here, because
 * what a client was shown must outlive this process.
 */
export class LogTail {
  /** The number of the last event of the log. */
  #last = 0
  /** The events that some reader may not have yet, up to the last one. */
  #events: readonly string[] = NOTHING
  #chars = 0
  #readers: readonly (() => void)[] = NOTHING
  #ending: LogEnding | undefined

  /** The number of the last event of the log. */
  get last(): number {
    return this.#last
  }

  /** How the log ended; undefined while more may come. */
  get ending(): LogEnding | undefined {
    return this.#ending
  }

  /** Takes in events that the log has by now. */
  add(events: readonly string[]): void {
    this.#last += events.length
    if (this.#readers.length === 0) return
    for (const event of events) this.#chars += event.length
    const held = this.#events.length === 0 ? events : [...this.#events, ...events]
    // Some reader is slow. The store keeps the events for it.
    if (held.length > MAX_EVENTS || this.#chars > MAX_CHARS) this.#forget()
    else this.#events = held
    this.#wake()
  }

  /** The events after number `seen`; undefined when some of them are only in the store. */
  after(seen: number): readonly string[] | undefined {
    const missing = this.#last - seen
    if (missing > this.#events.length) return undefined
    const found = missing === this.#events.length ? this.#events : this.#events.slice(-missing)
    // Nobody else needs them.
    if (this.#readers.length === 1) this.#forget()
    return missing === 0 ? NOTHING : found
  }

  /** No more events come. */
  end(word: ErrorEvent | undefined): void {
    this.#ending ??= { word }
    this.#wake()
  }

  /** Calls `wake` at each change. Returns the function that ends this. */
  follow(wake: () => void): () => void {
    this.#readers = [...this.#readers, wake]
    return () => {
      this.#readers = this.#readers.filter((each) => each !== wake)
      if (this.#readers.length === 0) this.#forget()
    }
  }

  #wake(): void {
    for (const wake of this.#readers) wake()
  }

  #forget(): void {
    this.#events = NOTHING
    this.#chars = 0
  }
}
