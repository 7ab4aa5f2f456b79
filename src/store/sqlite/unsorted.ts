// What is in the journal of a SQLite file and not in the logs of its runs yet, as this process
// remembers it.

import type { RunEvents } from '../shared/event-log.ts'

/** The characters that the journal may have. So many are in memory, too. */
const MAX_CHARS = 4 * 1024 * 1024
/** A run with more is moved to its log at once: whoever reads a log parses whole rows. */
const MAX_RUN_CHARS = 32 * 1024
/** The most runs that are moved along with one batch, so that no batch is slow. */
const MAX_RUNS = 16

/** Events of one run in one batch. */
interface Part {
  /** The number of the batch. */
  readonly seq: number
  readonly events: readonly string[]
}

/** A run that is under way. */
export interface OpenRun {
  readonly id: string
  /** The number of its last event. */
  readonly last: number
  /** The events that its log lacks: all up to the last one. */
  readonly events: readonly string[]
  /** A change is on its way that brings these events into the log. Only its maker sets this. */
  isMoving: boolean
}

/** What is moved to the logs along with the next batch. */
export interface Move {
  readonly runs: readonly OpenRun[]
  /** The batches before this one are in the logs then. Undefined: none needs to be deleted. */
  readonly before: number | undefined
}

/** What the logs lack. */
export class Unsorted {
  readonly #runs = new Map<string, WaitingRun>()
  /** The runs with events, the one that has waited longest first. */
  readonly #waiting = new Set<WaitingRun>()
  /** The batches in the journal, by their number: how many characters each has. */
  readonly #batches = new Map<number, number>()
  #chars = 0
  /** The last batch that has events of a run, for each run that is in the journal. */
  readonly #traces = new Map<string, number>()

  get(id: string): OpenRun | undefined {
    return this.#runs.get(id)
  }

  /** The runs whose logs lack something. */
  all(): readonly OpenRun[] {
    return [...this.#waiting]
  }

  /** A run has begun. */
  enter(id: string): void {
    this.#runs.set(id, new WaitingRun(id))
  }

  /** A run is over, and its log lacks nothing. */
  leave(id: string): void {
    const run = this.#runs.get(id)
    if (run) this.#waiting.delete(run)
    this.#runs.delete(id)
  }

  /** Whether the journal has anything of a run, also of one that is over. */
  hasTrace(id: string): boolean {
    return this.#traces.has(id)
  }

  /** A batch is in the journal, with so many characters. */
  add(seq: number, chars: number, runs: readonly RunEvents[]): void {
    this.#batches.set(seq, chars)
    this.#chars += chars
    for (const { id, events } of runs) {
      const run = this.#runs.get(id)
      if (!run) continue
      run.add({ seq, events })
      this.#waiting.add(run)
      // The newest ones last.
      this.#traces.delete(id)
      this.#traces.set(id, seq)
    }
  }

  /** What to move along with batch `seq`. */
  plan(seq: number): Move {
    const isFull = this.#chars > MAX_CHARS
    const runs: WaitingRun[] = []
    let before = seq
    for (const run of this.#waiting) {
      const isTaken =
        !run.isMoving && runs.length < MAX_RUNS && (isFull || run.chars > MAX_RUN_CHARS)
      if (isTaken) runs.push(run)
      else before = Math.min(before, run.since)
    }
    return { runs, before: isFull ? before : undefined }
  }

  /** The events of these runs in the batches before `seq` are in the logs. */
  moved(runs: readonly OpenRun[], seq: number): void {
    for (const { id } of runs) {
      const run = this.#runs.get(id)
      if (run?.forget(seq)) this.#waiting.delete(run)
    }
  }

  /** The journal has no batch before this one any more. */
  cleared(before: number): void {
    for (const [seq, chars] of this.#batches) {
      if (seq >= before) break
      this.#batches.delete(seq)
      this.#chars -= chars
    }
    for (const [id, seq] of this.#traces) {
      if (seq >= before) break
      this.#traces.delete(id)
    }
  }
}

class WaitingRun implements OpenRun {
  readonly id: string
  last = 0
  chars = 0
  isMoving = false
  #parts: readonly Part[] = []

  constructor(id: string) {
    this.id = id
  }

  get events(): readonly string[] {
    return this.#parts.flatMap(({ events }) => events)
  }

  /** The first batch that has events of this run. */
  get since(): number {
    return this.#parts[0]?.seq ?? Number.POSITIVE_INFINITY
  }

  add(part: Part): void {
    // Not with `push`, which reserves room for sixteen more: most of the runs that wait have few.
    this.#parts = this.#parts.concat(part)
    this.last += part.events.length
    this.chars += charsOf(part)
  }

  /** Forgets the batches before `seq`. @returns Whether nothing is left. */
  forget(seq: number): boolean {
    this.#parts = this.#parts.filter((part) => part.seq >= seq)
    this.chars = this.#parts.reduce((sum, part) => sum + charsOf(part), 0)
    return this.#parts.length === 0
  }
}

function charsOf({ events }: Part): number {
  return events.reduce((sum, event) => sum + event.length, 0)
}
