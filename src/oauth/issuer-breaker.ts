// A breaker for one authorization server: while it does not answer, callers are told so at once, and
// one of them finds out whether it is back.

import { type RefusalReason, type Result, refused } from '../core/errors.ts'

/** The first pause. Each failed probe doubles it. */
const FIRST_PAUSE_MS = 1000

/** The longest pause: so long at most after the server is back, somebody notices. */
const MAX_PAUSE_MS = 30_000

/** A single failure may be a lost connection, so it stops nobody. */
const FAILURES_TO_OPEN = 2

/** Runs one request to the server, or refuses it with `issuer_unavailable` without sending it. */
export type IssuerBreaker = <T>(request: () => Promise<Result<T>>) => Promise<Result<T>>

/**
 * Makes a breaker. It opens when requests one after another find the server unavailable: it hangs,
 * cannot be reached, or says so itself. Without it, every call would wait for the whole deadline.
 *
 * @param now Milliseconds since the epoch.
 */
export function issuerBreaker(now: () => number): IssuerBreaker {
  let failures = 0
  let pauseUntil = Number.NEGATIVE_INFINITY
  let probes = 0

  const isOpen = () => failures >= FAILURES_TO_OPEN
  // A clock that was set back must not make the pause longer.
  const isPaused = () => now() < pauseUntil && pauseUntil - now() <= MAX_PAUSE_MS

  function learn(reason: RefusalReason | undefined, startedOpen: boolean): void {
    // A caller who gave up has learned nothing.
    if (reason === 'cancelled') return
    if (reason !== 'issuer_unavailable') {
      failures = 0
      return
    }
    // Those that were under way together count once: they tell of the same moment.
    if (isOpen() && !startedOpen) return
    failures++
    const doublings = Math.max(failures - FAILURES_TO_OPEN, 0)
    if (isOpen()) pauseUntil = now() + Math.min(FIRST_PAUSE_MS * 2 ** doublings, MAX_PAUSE_MS)
  }

  return async (request) => {
    const startedOpen = isOpen()
    if (startedOpen && (probes > 0 || isPaused())) return refused('issuer_unavailable')
    if (startedOpen) probes++
    let reason: RefusalReason | undefined = 'cancelled'
    try {
      const result = await request()
      reason = result.ok ? undefined : result.refusal.reason
      return result
    } finally {
      if (startedOpen) probes--
      learn(reason, startedOpen)
    }
  }
}
