// How long a server that ends by itself is not started again for the same person: longer each time,
// until one process has run for a while.

import { putNewest } from '../core/put-newest.ts'

/** Whose process of which server. */
interface Whose {
  readonly owner: string
  readonly server: string
}

/** The pauses of an app's servers. */
export interface Backoff {
  /** A process ended by itself, or never began. */
  failed(whose: Whose, startedAt: number): void
  /** Whether it must not be started yet. */
  isOn(whose: Whose): boolean
}

/** A process that ran for so long has worked. */
const STEADY_MS = 10_000
const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 60_000
/** People and servers that are remembered. The oldest is forgotten. */
const MAX_REMEMBERED = 10_000

/**
 * Makes the memory of failures.
 *
 * @param now Milliseconds since the epoch.
 */
export function createBackoff(now: () => number): Backoff {
  const pauses = new Map<string, { readonly pauseMs: number; readonly until: number }>()
  const keyOf = ({ owner, server }: Whose) => JSON.stringify([owner, server])

  return {
    failed(whose, startedAt) {
      const key = keyOf(whose)
      const before = pauses.get(key)
      pauses.delete(key)
      if (now() - startedAt >= STEADY_MS) return
      const pauseMs = Math.min(LONGEST_PAUSE_MS, before ? before.pauseMs * 2 : FIRST_PAUSE_MS)
      putNewest(pauses, key, { pauseMs, until: now() + pauseMs }, MAX_REMEMBERED)
    },
    isOn: (whose) => (pauses.get(keyOf(whose))?.until ?? 0) > now(),
  }
}
