// The places where a process may die, counted: before and after everything that it waits for. A
// schedule names the place, so that every run of the same work dies at the same one.

import type { SqlDatabase } from '../../src/store/statements/sql.ts'

/** What happens at a place. A promise holds the process there. */
export type AtPoint = (number: number, what: string) => void | Promise<void>

/** The places of one process. */
export class Points {
  /** How many places were passed. */
  count = 0
  readonly #at: AtPoint
  readonly #buried: Promise<never>
  #bury: (error: Error) => void = () => {}
  #isDead = false
  #sleep: Promise<void> | undefined
  #wake: () => void = () => {}

  constructor(at: AtPoint = () => {}) {
    this.#at = at
    this.#buried = new Promise((_, reject) => {
      this.#bury = reject
    })
    this.#buried.catch(() => {})
  }

  /** Whether the process is dead: nothing of it goes past a place any more. */
  get isDead(): boolean {
    return this.#isDead
  }

  /** The process dies now. What it waits for never comes. */
  die(): void {
    this.#isDead = true
  }

  /** The process stands still: nothing of it goes past a place until it wakes up. */
  sleep(): void {
    this.#sleep ??= new Promise((resolve) => {
      this.#wake = resolve
    })
  }

  /** The process goes on where it stood. */
  wake(): void {
    this.#sleep = undefined
    this.#wake()
  }

  /** Frees what a dead process left in memory: whatever waits at a place fails. */
  bury(): void {
    this.#isDead = true
    this.wake()
    this.#bury(new Error('This process is dead'))
  }

  /** A place. It is passed at once, unless the process dies there or is held. */
  async pass(what: string): Promise<void> {
    if (this.#isDead) return this.#buried
    this.count += 1
    await this.#at(this.count, what)
    await this.#sleep
    if (this.#isDead) return this.#buried
  }

  /** Work with a place before it and one after it. */
  async around<T>(what: string, work: () => T | Promise<T>): Promise<T> {
    await this.pass(`before ${what}`)
    const result = await work()
    await this.pass(`after ${what}`)
    return result
  }
}

/** A database with places around everything that is asked of it. */
export function pointedDatabase<D extends SqlDatabase>(database: D, points: Points): D {
  return {
    ...database,
    first: (statement, values) => points.around('a read', () => database.first(statement, values)),
    all: (statement, values) => points.around('a read', () => database.all(statement, values)),
    commit: (steps) => points.around('a commit', () => database.commit(steps)),
  }
}

/** A network with places around every request. */
export function pointedFetch(
  fetch: typeof globalThis.fetch,
  points: Points,
): typeof globalThis.fetch {
  return (input, init) => points.around('a request', () => fetch(input, init))
}
