// The port for counts of calls: how many a person has made in a minute, an hour or a day. All
// instances of an app share one, so that a limit is the limit of all together.

/** The port. Every implementation must pass `test/policy/call-counts-contract.ts`. */
export interface CallCounts {
  /**
   * Counts one more call, in one step, unless there were as many as may be.
   *
   * @param key Whose calls of what. It is a digest, and names nobody.
   * @param since Seconds since the epoch at which the time that is counted began. Where another
   *   instance, by its clock, counts a later time already, the call counts there.
   * @param most As many as may be, from 1.
   * @returns Whether it was counted.
   */
  take(key: string, since: number, most: number): Promise<boolean>
}

/** Keys that are remembered. Beyond that nothing more is counted, and so refused. */
const MAX_KEYS = 100_000

/** Counts in the memory of this process: a restart begins anew. */
export function memoryCallCounts(): CallCounts {
  const counts = new Map<string, { since: number; used: number }>()
  return {
    async take(key, since, most) {
      const count = counts.get(key)
      if (!count && counts.size >= MAX_KEYS) dropOld(counts, since)
      if (!count && counts.size >= MAX_KEYS) throw new Error('too many keys are counted')
      const isNew = !count || count.since < since
      const used = isNew ? 0 : count.used
      if (used >= most) return false
      counts.set(key, { since: isNew ? since : count.since, used: used + 1 })
      return true
    },
  }
}

const DAY_S = 86_400

function dropOld(counts: Map<string, { readonly since: number }>, now: number): void {
  for (const [key, { since }] of counts) if (since < now - DAY_S) counts.delete(key)
}
