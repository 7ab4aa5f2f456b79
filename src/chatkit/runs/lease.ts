// How a run holds its thread: for a time that it extends, until the store says that the run is
// over.

import { isAlive, type RunState, type RunStore } from './run-store.ts'

/** What all leases of an instance share. */
export interface LeaseHost {
  readonly store: RunStore
  readonly now: () => number
  /** Milliseconds for which the run store believes that a run is alive. */
  readonly leaseMs: number
}

/** Who hears what the store says. */
export interface LeaseHolder {
  /** The store has been asked, and the run is in this state. */
  heed(state: RunState): void
  /** Hears of unexpected errors. */
  report(error: unknown): void
}

const NO_EVENTS: readonly string[] = []

/** Milliseconds from a wake by the store until the state is read there. */
const LOOK_DELAY_MS = 250

/** The lease of one run. */
export class Lease {
  readonly #id: string
  readonly #host: LeaseHost
  readonly #holder: LeaseHolder
  readonly #unwatch: () => void
  /** Milliseconds since the epoch. Before this time no other instance can take the run for dead. */
  #aliveUntil: number
  #look: ReturnType<typeof setTimeout> | undefined

  constructor(id: string, aliveUntil: number, host: LeaseHost, holder: LeaseHolder) {
    this.#id = id
    this.#aliveUntil = aliveUntil
    this.#host = host
    this.#holder = holder
    this.#unwatch = host.store.watch(id, (news) => {
      if (news === 'events') return
      // With a delay, because a store need not say which news it has.
      this.#look ??= setTimeout(() => {
        this.#look = undefined
        this.renewSoon()
      }, LOOK_DELAY_MS)
    })
  }

  /**
   * Whether the run is alive. Within the lease nobody needs to be asked. After it, as in a process
   * that slept, another instance may have taken the run for dead.
   */
  isHeld(): boolean | Promise<boolean> {
    return this.#host.now() < this.#aliveUntil || this.#renew()
  }

  /** Tells the run store that the run is alive; nobody waits for it. */
  renewSoon(): void {
    void this.#renew().catch((error) => this.#holder.report(error))
  }

  /** Ends the lease here. The store is not told. */
  close(): void {
    this.#unwatch()
    clearTimeout(this.#look)
  }

  async #renew(): Promise<boolean> {
    const { store, now, leaseMs } = this.#host
    const aliveUntil = now() + leaseMs
    const state = await store.append(this.#id, 1, NO_EVENTS, aliveUntil)
    if (isAlive({ state })) this.#aliveUntil = aliveUntil
    this.#holder.heed(state)
    return isAlive({ state })
  }
}
