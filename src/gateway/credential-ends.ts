// Hears when people take back a credential that they keep with the gateway, for the calls that are at
// work with it. It asks the store, and only while somebody waits to hear: so all instances hear.

import { type Principal, principalKey } from '../core/principal.ts'

/**
 * Tells one credential of a person and server from the one that they may put in its place later;
 * undefined when there is none.
 */
export type StampOf = (principal: Principal, server: string) => Promise<string | undefined>

/** Milliseconds between two looks. Together with the reads, it keeps the promise of five seconds. */
const LOOK_MS = 2_500
/** Questions to the store at once. */
const AT_ONCE = 50

/** Who waits, for one person and server. */
interface Waiting {
  readonly principal: Principal
  readonly server: string
  readonly listeners: Set<() => void>
  /** Absent before the first look. */
  stamp?: string | undefined
}

/** The ends of the credentials that people keep. */
export class CredentialEnds {
  readonly #stampOf: StampOf
  readonly #waiting = new Map<string, Waiting>()
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(stampOf: StampOf) {
    this.#stampOf = stampOf
  }

  /**
   * Calls a listener once, when the person takes back the credential for a server.
   *
   * @returns Stops listening.
   */
  listen(principal: Principal, server: string, listener: () => void): () => void {
    const key = keyOf(principal, server)
    const known = this.#waiting.get(key)
    const waiting = known ?? { principal, server, listeners: new Set<() => void>() }
    if (!known) this.#waiting.set(key, waiting)
    waiting.listeners.add(listener)
    this.#schedule()
    return () => {
      waiting.listeners.delete(listener)
      if (waiting.listeners.size === 0 && this.#waiting.get(key) === waiting)
        this.#waiting.delete(key)
    }
  }

  /** The person has taken it back: whoever waits hears it now. */
  tell(principal: Principal, servers: readonly string[]): void {
    for (const server of servers) {
      const key = keyOf(principal, server)
      const waiting = this.#waiting.get(key)
      this.#waiting.delete(key)
      for (const listener of waiting?.listeners ?? []) listener()
    }
  }

  #schedule(): void {
    if (this.#timer || this.#waiting.size === 0) return
    this.#timer = setTimeout(() => {
      void this.#look().finally(() => {
        this.#timer = undefined
        this.#schedule()
      })
    }, LOOK_MS)
    // It must not keep a process alive that is done.
    this.#timer.unref?.()
  }

  async #look(): Promise<void> {
    const all = [...this.#waiting.values()]
    for (let at = 0; at < all.length; at += AT_ONCE)
      // A store that does not answer says nothing about a credential.
      await Promise.allSettled(all.slice(at, at + AT_ONCE).map((one) => this.#lookAt(one)))
  }

  async #lookAt(waiting: Waiting): Promise<void> {
    const { principal, server } = waiting
    const isFirst = !('stamp' in waiting)
    const stamp = await this.#stampOf(principal, server)
    if (this.#waiting.get(keyOf(principal, server)) !== waiting) return
    if (stamp === undefined || (!isFirst && stamp !== waiting.stamp)) this.tell(principal, [server])
    waiting.stamp = stamp
  }
}

function keyOf(principal: Principal, server: string): string {
  return JSON.stringify([principalKey(principal), server])
}
