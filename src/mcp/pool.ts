// Sessions with MCP servers that outlive one request. Each is for one person and one server, and is
// never shared. The pool opens nothing itself: the app's `open` does.

import { checkOptions, type OptionNames } from '../core/known-options.ts'
import { isFunction, type ValueChecks } from '../core/option-values.ts'
import { type Principal, principalKey } from '../core/principal.ts'
import { toError } from '../core/sentences.ts'
import { lostSession } from './lost-session.ts'
import type { PoolCaller, SessionPoolOptions } from './pool-options.ts'
import { type PooledSession, PooledSessions } from './pooled-sessions.ts'

/** A pool of sessions. */
export interface SessionPool<Session> {
  /**
   * Does work with a session of the caller's. Nobody else uses it in the meantime. A session whose
   * work throws is closed. When the server has lost the session (404) before any other message of the
   * work, the work is done once more, in a new session: nothing was run.
   *
   * @throws AuthError `server_unavailable` when no session is free in time, or the pool was closed;
   *   `cancelled` when `signal` fires first; and what `work` throws.
   */
  use<T>(
    caller: PoolCaller,
    server: string,
    work: (session: Session) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T>
  /**
   * Closes a principal's sessions; those in use, when their work is done. Call it at sign-out, and
   * when a sign-in is revoked.
   */
  end(principal: Principal): void
  /** Closes all sessions in the same way, and opens no more. */
  close(): Promise<void>
}

/**
 * Makes an empty pool.
 *
 * One request uses a session at a time, so each message carries the credential, and leaves the
 * trace, of the request that it belongs to. The same person's next request may get the same
 * session. Between uses, and when it is closed, a session carries the credential of its last use,
 * while that is valid.
 *
 * @throws TypeError for an option that is missing or misspelt, or a limit that is no positive number.
 *
 * @example
 * ```ts
 * const pool = sessionPool({ open: connectClient, close: (client) => client.close() })
 * const tools = await pool.use(caller, 'Tasks', (client) => client.listTools())
 * ```
 */
export function sessionPool<Session>(options: SessionPoolOptions<Session>): SessionPool<Session> {
  const settings = checkedSettings(options)
  const waiting = new Set<() => void>()
  const sessions = new PooledSessions(settings, wake)
  let isClosed = false

  function wake(): void {
    for (const go of [...waiting]) go()
  }

  async function lease(
    caller: PoolCaller,
    server: string,
    fetch: typeof globalThis.fetch,
    signal: AbortSignal | undefined,
  ): Promise<PooledSession<Session>> {
    const timeout = AbortSignal.timeout(settings.patience)
    const stop = signal ? AbortSignal.any([timeout, signal]) : timeout
    for (;;) {
      if (signal?.aborted) throw toError({ reason: 'cancelled', server })
      if (isClosed || stop.aborted) throw toError({ reason: 'server_unavailable', server })
      const session = sessions.take(caller, server, fetch)
      if (session) return session
      await nextTurn(waiting, stop)
    }
  }

  return {
    async use(caller, server, work, signal) {
      for (let isFirst = true; ; isFirst = false) {
        const listening = lostSession(caller.fetch(server))
        const session = await lease(caller, server, listening.fetch, signal)
        try {
          const result = await work(await session.opened)
          if (!session.isOver && !isClosed) sessions.release(session)
          return result
        } catch (error) {
          if (!isFirst || !listening.isLost() || signal?.aborted) throw error
          // A server that was started anew has lost the others, too.
          sessions.dropLike(session)
        } finally {
          if (sessions.isFree(session)) {
            sessions.sweep()
            wake()
          } else sessions.drop(session)
        }
      }
    },
    end: (principal) => sessions.dropOwned(principalKey(principal)),
    async close() {
      isClosed = true
      sessions.dropFree()
      wake()
      await sessions.closed()
    },
  }
}

/** Every option of the factory. A new one does not compile until it is here. */
const SESSION_POOL_OPTIONS: OptionNames<SessionPoolOptions<unknown>> = {
  open: 'required',
  close: 'required',
  ttl: 'optional',
  idle: 'optional',
  max: 'optional',
  maxPerPrincipal: 'optional',
  patience: 'optional',
  now: 'optional',
}

const SESSION_POOL_VALUES: ValueChecks = {
  open: isFunction('it opens a session with the server'),
  close: isFunction('it ends a session'),
}

function checkedSettings<Session>(
  options: SessionPoolOptions<Session>,
): Required<SessionPoolOptions<Session>> {
  checkOptions('sessionPool', '', options, SESSION_POOL_OPTIONS, SESSION_POOL_VALUES)
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
  return { open, close, ttl, idle, max, maxPerPrincipal, patience, now }
}

/** Waits until a session may be free, or until the signal fires. */
function nextTurn(waiting: Set<() => void>, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      waiting.delete(go)
      stop.removeEventListener('abort', go)
      resolve()
    }
    waiting.add(go)
    stop.addEventListener('abort', go)
  })
}
