// What counts once: the answer of an issuer, and a code. The issuer's own code is taken once as well, on
// all instances; this one refuses a second use before anybody is asked.

import { putNewest } from '../../core/put-newest.ts'

/** Tells a first use. */
export interface UsedOnce {
  /**
   * Whether this is the first use.
   *
   * @param endsAt Seconds since the epoch, after which it is not taken anyway.
   */
  isFirst(id: string, endsAt: number): boolean
}

const MAX_USES = 100_000

/** Makes an empty memory. */
export function usedOnce(now: () => number): UsedOnce {
  const uses = new Map<string, number>()
  return {
    isFirst(id, endsAt) {
      for (const [used, ended] of uses) {
        if (ended > now() / 1000) break
        uses.delete(used)
      }
      if (uses.has(id)) return false
      putNewest(uses, id, endsAt, MAX_USES)
      return true
    },
  }
}
