// A run that waits for a fresh sign-in of its person: the page is asked for one, and brings it with a
// request of its own.

import type { ChatCaller } from '../options.ts'

/** The sign-ins of one run, after the first one. */
export class SignInWait {
  readonly #tell: () => void
  readonly #waitMs: number
  /** The callers that brought one. The run ends them, because it works with what they brought. */
  readonly #brought: ChatCaller[] = []
  #take: ((caller: ChatCaller | undefined) => void) | undefined

  /**
   * @param tell Asks the page, in the stream.
   * @param waitMs How long the run waits for the answer.
   */
  constructor(tell: () => void, waitMs: number) {
    this.#tell = tell
    this.#waitMs = waitMs
  }

  /**
   * Asks the page and waits.
   *
   * @returns The caller that was admitted with the fresh sign-in; undefined when none came in time.
   */
  ask(signal: AbortSignal): Promise<ChatCaller | undefined> {
    return new Promise((resolve) => {
      const end = (caller?: ChatCaller): void => {
        clearTimeout(timer)
        signal.removeEventListener('abort', giveUp)
        this.#take = undefined
        resolve(caller)
      }
      const giveUp = (): void => end()
      const timer = setTimeout(giveUp, this.#waitMs)
      signal.addEventListener('abort', giveUp, { once: true })
      this.#take = end
      if (signal.aborted) giveUp()
      else this.#tell()
    })
  }

  /** Brings a fresh sign-in. False: nobody waits, and the caller is not taken. */
  bring(caller: ChatCaller): boolean {
    const take = this.#take
    if (!take) return false
    this.#brought.push(caller)
    take(caller)
    return true
  }

  /** Ends the callers that it was brought. */
  async end(): Promise<void> {
    await Promise.all(this.#brought.splice(0).map((caller) => caller.end()))
  }
}
