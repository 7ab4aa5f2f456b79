// The heartbeats of all streams of a server: one timer for all, because thousands are open at once
// and a timer of its own is a tenth of the memory of a stream.

/** A stream that is quiet now and then. */
export interface Beating {
  /** The time has come to say something. */
  beat(): void
}

/** The most parts in which the time between two beats is divided. */
const MAX_PARTS = 15
/** Milliseconds that a part has at least. */
const LEAST_PART_MS = 50

/**
 * Beats for each stream at intervals. The streams are in parts that take turns, so that not all of
 * them are written to at once.
 */
export class Heartbeats {
  readonly #tickMs: number
  readonly #parts: readonly Set<Beating>[]
  #turn = 0
  #count = 0
  #timer: ReturnType<typeof setInterval> | undefined

  /** @param everyMs Milliseconds between two beats of one stream. The first may come earlier. */
  constructor(everyMs: number) {
    const parts = Math.max(1, Math.min(MAX_PARTS, Math.floor(everyMs / LEAST_PART_MS)))
    this.#tickMs = everyMs / parts
    this.#parts = Array.from({ length: parts }, () => new Set())
  }

  /** @returns What {@link Heartbeats.leave} needs. */
  enter(stream: Beating): Set<Beating> {
    const part = this.#parts[this.#turn] ?? new Set()
    part.add(stream)
    this.#count += 1
    this.#timer ??= setInterval(() => this.#tick(), this.#tickMs)
    return part
  }

  leave(stream: Beating, part: Set<Beating>): void {
    if (!part.delete(stream)) return
    this.#count -= 1
    if (this.#count > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  /** Goes on to the part that has waited longest. */
  #tick(): void {
    this.#turn = (this.#turn + 1) % this.#parts.length
    for (const stream of this.#parts[this.#turn] ?? []) stream.beat()
  }
}
