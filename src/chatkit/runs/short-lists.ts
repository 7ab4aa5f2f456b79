// Short lists by key. Nearly every list holds one value, so they are arrays: a set of one value
// takes three times as much memory.

/** Lists of few values, by key. Nothing is kept for a key without values. */
export class ShortLists<T> {
  readonly #lists = new Map<string, readonly T[]>()

  get(key: string): readonly T[] {
    return this.#lists.get(key) ?? []
  }

  add(key: string, value: T): void {
    this.#lists.set(key, [...this.get(key), value])
  }

  remove(key: string, value: T): void {
    const left = this.get(key).filter((each) => each !== value)
    if (left.length > 0) this.#lists.set(key, left)
    else this.#lists.delete(key)
  }
}
