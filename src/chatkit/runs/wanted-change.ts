// The change of a thread that an answer asks for and that is not stored yet.

import type { ThreadChange, ThreadState } from '../protocol/thread.ts'
import type { OwnedThreads } from '../threads/owned-threads.ts'

/** A class for the same reason as the run: memory. */
export class WantedChange {
  /** The thread as the app sees it, with the changes that it asked for. */
  #thread: ThreadState
  #wanted: ThreadChange | undefined
  #proposed: string | undefined

  constructor(thread: ThreadState) {
    this.#thread = thread
  }

  /** Whether something is to be stored. */
  get isWanted(): boolean {
    return this.#wanted !== undefined || this.#proposed !== undefined
  }

  want(wanted: ThreadChange): void {
    const changed = { ...this.#thread, ...wanted }
    if (JSON.stringify(changed) === JSON.stringify(this.#thread)) return
    this.#thread = changed
    this.#wanted = { ...this.#wanted, ...wanted }
  }

  /** Wants a title, unless the stored one is another by then than the app knows. */
  propose(title: string): void {
    if (title !== this.#thread.title) this.#proposed = title
  }

  /** Stores it. Undefined when the thread is gone. */
  async store(threads: OwnedThreads, threadId: string): Promise<ThreadState | undefined> {
    const { title: known } = this.#thread
    const title = this.#proposed
    const change = this.#wanted ?? {}
    this.#wanted = undefined
    this.#proposed = undefined
    if (title === undefined || change.title !== undefined) return threads.update(threadId, change)
    // A person may have named the conversation while its answer was written.
    const isAsKnown = (await threads.get(threadId))?.title === known
    return threads.update(threadId, isAsKnown ? { ...change, title } : change)
  }
}
