// Sessions with MCP servers that outlive one request: kept for a while, each for one person and one server, never shared. It opens nothing itself.

import { type Principal, principalKey } from '../core/principal.ts'
import { toError } from '../core/sentences.ts'
import type { VerifiedToken } from '../core/verify/verify.ts'

/** In whose name a session is used; a `Caller` is one. */
export interface PoolCaller {
  readonly principal: Principal
  readonly token: Pick<VerifiedToken, 'scopes' | 'expiresAt'>
  fetch(server: string): typeof globalThis.fetch
}

/** Options of {@link sessionPool}. */
export interface SessionPoolOptions<Session> {
  /**
   * Opens a session: connects a client, for example. What it throws reaches the caller of `use`.
   *
   * @param fetch Carries the credential of whoever uses the session at the time, always the same person.
   */
  readonly open: (server: string, fetch: typeof globalThis.fetch) => Promise<Session>
  /** Ends a session. What it throws is dropped. */
  readonly close: (session: Session) => Promise<void>
  /** Milliseconds for which a session is used after it was opened, and never beyond the token of whoever opened it. Default 300,000. */
  readonly ttl?: number
  /** Milliseconds that a session waits for its next use. Default 60,000. */
  readonly idle?: number
  /** Sessions at most. Default 1,000. */
  readonly max?: number
  /** Sessions of one principal at most, with all servers together. Default 8. */
  readonly maxPerPrincipal?: number
  /** Milliseconds that a use waits for a session when all that may be are in use. Default 10,000. */
  readonly patience?: number
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number
}

/** A pool of sessions. */
export interface SessionPool<Session> {
  /**
   * Does work with a session of the caller's, which nobody else uses in the meantime. One whose work throws is closed.
   *
   * @throws AuthError `server_unavailable` when no session is free in time, or the pool was closed; `cancelled` when `signal` fires first.
   */
  use<T>(
    caller: PoolCaller,
    server: string,
    work: (session: Session) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T>
  /** Closes a principal's sessions, those in use when their work is done: at sign-out, or when a sign-in is revoked. */
  end(principal: Principal): void
  /** Closes all sessions, likewise, and opens none any more. */
  close(): Promise<void>
}

interface Entry<Session> {
  /** Who, where, and with which rights: a session that was opened with more is not for a sign-in with less. */
  readonly key: string
  readonly owner: string
  readonly opened: Promise<Session>
  /** Milliseconds since the epoch. */
  readonly expiresAt: number
  idleSince: number
  /** Not used again. */
  over: boolean
  fetch: typeof globalThis.fetch
}

/**
 * Makes an empty pool.
 *
 * A session is used by one request at a time, so that each message carries the credential, and leaves the trace, of the request that it belongs
 * to; the same person's next request has the same session. Between uses, and at its end, it carries that of the last one, for as long as that one
 * is valid.
 *
 * @throws TypeError for a limit that is no positive number.
 */
export function sessionPool<Session>(options: SessionPoolOptions<Session>): SessionPool<Session> {
  const {
    open,
    close,
    ttl = 300_000,
    idle = 60_000,
    max = 1_000,
    maxPerPrincipal = 8,
    patience = 10_000,
    now = Date.now,
  } = options
  for (const [name, value] of Object.entries({ ttl, idle, max, maxPerPrincipal, patience }))
    if (!(value > 0)) throw new TypeError(`${name} must be a positive number`)
  const all = new Set<Entry<Session>>()
  /** How many of `all` each owner has. */
  const owned = new Map<string, number>()
  /** Those not in use, the longest idle first. */
  const free = new Set<Entry<Session>>()
  const waiting = new Set<() => void>()
  const closing = new Set<Promise<void>>()
  let closed = false
  let timer: ReturnType<typeof setTimeout> | undefined

  /** Closes a session that nobody uses. */
  function drop(entry: Entry<Session>): void {
    free.delete(entry)
    if (!all.delete(entry)) return
    const left = (owned.get(entry.owner) ?? 1) - 1
    if (left === 0) owned.delete(entry.owner)
    else owned.set(entry.owner, left)
    const ended: Promise<void> = entry.opened
      .then(close)
      .catch(() => {})
      .finally(() => closing.delete(ended))
    closing.add(ended)
    wake()
  }

  function wake(): void {
    for (const go of [...waiting]) go()
  }

  /** Closes what has waited long enough, and comes again when the next one will have. */
  function sweep(): void {
    clearTimeout(timer)
    timer = undefined
    const time = now()
    for (const entry of free) {
      if (entry.idleSince + idle > time) break
      drop(entry)
    }
    const [oldest] = free
    if (!oldest) return
    timer = setTimeout(sweep, Math.max(1, Math.min(oldest.idleSince + idle - time, 2 ** 31 - 1)))
    // On Node: what is idle keeps no process alive.
    if (typeof timer === 'object') timer.unref()
  }

  /** A session that may be used now; undefined when the caps leave none. */
  function take(
    { principal, token }: PoolCaller,
    server: string,
    fetch: typeof globalThis.fetch,
  ): Entry<Session> | undefined {
    const owner = principalKey(principal)
    const key = JSON.stringify([owner, principal.client ?? null, [...token.scopes].sort(), server])
    const time = now()
    sweep()
    for (const entry of free) {
      if (entry.key !== key) continue
      if (entry.expiresAt <= time) {
        drop(entry)
        continue
      }
      free.delete(entry)
      entry.fetch = fetch
      return entry
    }
    if ((owned.get(owner) ?? 0) >= maxPerPrincipal) {
      const own = [...free].find((entry) => entry.owner === owner)
      if (!own) return undefined
      drop(own)
    }
    if (all.size >= max) {
      const [oldest] = free
      if (!oldest) return undefined
      drop(oldest)
    }
    const expiresAt = Math.min(time + ttl, token.expiresAt * 1000)
    const opened = Promise.resolve().then(() =>
      open(server, (input, init) => entry.fetch(input, init)),
    )
    const entry: Entry<Session> = {
      key,
      owner,
      opened,
      expiresAt,
      idleSince: time,
      over: false,
      fetch,
    }
    all.add(entry)
    owned.set(owner, (owned.get(owner) ?? 0) + 1)
    return entry
  }

  async function leased(
    caller: PoolCaller,
    server: string,
    signal: AbortSignal | undefined,
  ): Promise<Entry<Session>> {
    const fetch = caller.fetch(server)
    const stop = AbortSignal.any([AbortSignal.timeout(patience), ...(signal ? [signal] : [])])
    for (;;) {
      if (signal?.aborted) throw toError({ reason: 'cancelled', server })
      if (closed || stop.aborted) throw toError({ reason: 'server_unavailable', server })
      const entry = take(caller, server, fetch)
      if (entry) return entry
      await new Promise<void>((resolve) => {
        const go = () => {
          waiting.delete(go)
          stop.removeEventListener('abort', go)
          resolve()
        }
        waiting.add(go)
        stop.addEventListener('abort', go)
      })
    }
  }

  return {
    async use(caller, server, work, signal) {
      const entry = await leased(caller, server, signal)
      try {
        const result = await work(await entry.opened)
        entry.idleSince = now()
        if (!entry.over && !closed) free.add(entry)
        return result
      } finally {
        if (free.has(entry)) {
          sweep()
          wake()
        } else drop(entry)
      }
    },
    end(principal) {
      const owner = principalKey(principal)
      for (const entry of all) {
        if (entry.owner !== owner) continue
        entry.over = true
        if (free.has(entry)) drop(entry)
      }
    },
    async close() {
      closed = true
      for (const entry of free) drop(entry)
      clearTimeout(timer)
      wake()
      await Promise.all(closing)
    },
  }
}
