// The calls that run now in this process, by whose they are.

/** Counts them. */
export class RunningNow {
  readonly #counts = new Map<string, number>()

  /** Gives what is called when the call is over; undefined where there are too many. */
  enter(key: string, most: number): (() => void) | undefined {
    const running = this.#counts.get(key) ?? 0
    if (running >= most) return undefined
    this.#counts.set(key, running + 1)
    return () => {
      const left = (this.#counts.get(key) ?? 1) - 1
      if (left > 0) this.#counts.set(key, left)
      else this.#counts.delete(key)
    }
  }
}
