// The sessions of one pool: which are open, whose they are, which are free, and when each ends.
// Waiting for one is the pool's.

import { principalKey } from '../core/principal.ts'
import type { PoolCaller, SessionPoolOptions } from './pool-options.ts'

/** One session. */
export interface PooledSession<Session> {
  /**
   * Who, where, and with which rights: a session opened with more is not for a sign-in with less.
   */
  readonly key: string
  readonly owner: string
  readonly opened: Promise<Session>
  /** Milliseconds since the epoch. */
  readonly expiresAt: number
  /** Milliseconds since the epoch. */
  idleSince: number
  /** Set when the session must not be used again. */
  isOver: boolean
  /** Carries the credential of whoever uses the session now, or did last. */
  fetch: typeof globalThis.fetch
}

/** The largest delay that `setTimeout` takes. */
const MAX_TIMER_MS = 2 ** 31 - 1

/** The sessions of one pool. */
export class PooledSessions<Session> {
  readonly #options: Required<SessionPoolOptions<Session>>
  readonly #onClosed: () => void
  readonly #all = new Set<PooledSession<Session>>()
  /** How many sessions each owner has. */
  readonly #owned = new Map<string, number>()
  /** Those not in use, the longest idle first. */
  readonly #free = new Set<PooledSession<Session>>()
  readonly #closing = new Set<Promise<void>>()
  #timer: ReturnType<typeof setTimeout> | undefined

  /** @param onClosed Called when there is room for another session. */
  constructor(options: Required<SessionPoolOptions<Session>>, onClosed: () => void) {
    this.#options = options
    this.#onClosed = onClosed
  }

  /**
   * A session that may be used now: a free one, or a new one. Undefined when the limits leave none.
   */
  take(
    { principal, token }: PoolCaller,
    server: string,
    fetch: typeof globalThis.fetch,
  ): PooledSession<Session> | undefined {
    const owner = principalKey(principal)
    const key = JSON.stringify([owner, principal.client ?? null, [...token.scopes].sort(), server])
    this.sweep()
    const free = this.#takeFree(key)
    if (free) {
      free.fetch = fetch
      return free
    }
    if (!this.#makeRoom(owner)) return undefined
    const { ttl, now } = this.#options
    const expiresAt = Math.min(now() + ttl, token.expiresAt * 1000)
    return this.#add(key, owner, server, expiresAt, fetch)
  }

  /** Gives a session back, for the next use. */
  release(session: PooledSession<Session>): void {
    session.idleSince = this.#options.now()
    this.#free.add(session)
  }

  isFree(session: PooledSession<Session>): boolean {
    return this.#free.has(session)
  }

  /** Closes a session that nobody uses. */
  drop(session: PooledSession<Session>): void {
    this.#free.delete(session)
    if (!this.#all.delete(session)) return
    const left = (this.#owned.get(session.owner) ?? 1) - 1
    if (left === 0) this.#owned.delete(session.owner)
    else this.#owned.set(session.owner, left)
    const ended: Promise<void> = session.opened
      .then(this.#options.close)
      .catch(() => {})
      .finally(() => this.#closing.delete(ended))
    this.#closing.add(ended)
    this.#onClosed()
  }

  /** Closes an owner's sessions. Those in use are not used again. */
  dropOwned(owner: string): void {
    for (const session of this.#all) {
      if (session.owner !== owner) continue
      session.isOver = true
      if (this.#free.has(session)) this.drop(session)
    }
  }

  /** Closes the free sessions of the same person with the same server. */
  dropLike({ key }: PooledSession<Session>): void {
    for (const session of this.#free) if (session.key === key) this.drop(session)
  }

  /** Closes all free sessions. */
  dropFree(): void {
    for (const session of this.#free) this.drop(session)
    clearTimeout(this.#timer)
  }

  /** Settles when what is being closed is closed. */
  async closed(): Promise<void> {
    await Promise.all(this.#closing)
  }

  /** Closes what was idle long enough, and sets the timer for the next one. */
  sweep(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const { idle, now } = this.#options
    const time = now()
    for (const session of this.#free) {
      if (session.idleSince + idle > time) break
      this.drop(session)
    }
    const [oldest] = this.#free
    if (!oldest) return
    const delayMs = Math.max(1, Math.min(oldest.idleSince + idle - time, MAX_TIMER_MS))
    this.#timer = setTimeout(() => this.sweep(), delayMs)
    // On Node, an idle session must not keep the process alive.
    if (typeof this.#timer === 'object') this.#timer.unref()
  }

  #takeFree(key: string): PooledSession<Session> | undefined {
    const time = this.#options.now()
    for (const session of this.#free) {
      if (session.key !== key) continue
      if (session.expiresAt <= time) {
        this.drop(session)
        continue
      }
      this.#free.delete(session)
      return session
    }
    return undefined
  }

  /** Makes room for one more session of an owner, by closing the one that was idle longest. */
  #makeRoom(owner: string): boolean {
    const { max, maxPerPrincipal } = this.#options
    if ((this.#owned.get(owner) ?? 0) >= maxPerPrincipal) {
      const own = [...this.#free].find((session) => session.owner === owner)
      if (!own) return false
      this.drop(own)
    }
    if (this.#all.size >= max) {
      const [oldest] = this.#free
      if (!oldest) return false
      this.drop(oldest)
    }
    return true
  }

  #add(
    key: string,
    owner: string,
    server: string,
    expiresAt: number,
    fetch: typeof globalThis.fetch,
  ): PooledSession<Session> {
    const { open, now } = this.#options
    const opened = Promise.resolve().then(() =>
      open(server, (input, init) => session.fetch(input, init)),
    )
    const idleSince = now()
    const session: PooledSession<Session> = {
      key,
      owner,
      opened,
      expiresAt,
      idleSince,
      isOver: false,
      fetch,
    }
    this.#all.add(session)
    this.#owned.set(owner, (this.#owned.get(owner) ?? 0) + 1)
    return session
  }
}
