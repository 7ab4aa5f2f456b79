// The runs that this instance has under way, by thread, and the pulse that tells the run store that
// they are alive.

import type { Run } from './run.ts'
import type { NewRun } from './run-store.ts'

/** Names a thread of an owner. */
export type ThreadPlace = Pick<NewRun, 'owner' | 'threadId'>

/** The runs of this instance. */
export class RunRegister {
  readonly #runs = new Map<string, Run>()
  readonly #pulseMs: number
  #pulse: ReturnType<typeof setInterval> | undefined

  /** @param pulseMs Milliseconds between two signs of life. */
  constructor(pulseMs: number) {
    this.#pulseMs = pulseMs
  }

  /** The run of a thread, if this instance has one. */
  get(place: ThreadPlace): Run | undefined {
    return this.#runs.get(keyOf(place))
  }

  all(): readonly Run[] {
    return [...this.#runs.values()]
  }

  enter(run: Run): void {
    this.#runs.set(keyOf(run.record), run)
    this.#pulse ??= setInterval(() => {
      for (const each of this.#runs.values()) each.renewSoon()
    }, this.#pulseMs)
  }

  leave(run: Run): void {
    const key = keyOf(run.record)
    // A new run may have taken the thread already.
    if (this.#runs.get(key) === run) this.#runs.delete(key)
    if (this.#runs.size > 0) return
    clearInterval(this.#pulse)
    this.#pulse = undefined
  }
}

function keyOf({ owner, threadId }: ThreadPlace): string {
  return JSON.stringify([owner, threadId])
}
