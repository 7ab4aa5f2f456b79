// Remembers the proofs that were used, within bounds and for as long as each could be used again
// (RFC 9449 section 11.1). Per process.

/** The memory of used proofs. */
export interface UsedProofs {
  /**
   * Marks a proof as used.
   *
   * @param id What tells it from all others.
   * @param issuedAt Seconds since the epoch, as the proof says.
   * @returns Whether it is new. One that is too old to be told from those forgotten is not.
   */
  add(id: string, issuedAt: number): boolean
}

/** Options of {@link usedProofs}. */
export interface UsedProofsOptions {
  /** Proofs remembered at most. */
  readonly maxEntries: number
  /** Seconds after a proof's own time for which it may be used. */
  readonly window: number
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/**
 * Makes a memory. When it is full it forgets the proofs of its oldest second and takes no more of
 * that second or before: under a flood the time in which a proof is good gets shorter, but none is
 * taken twice.
 */
export function usedProofs({ maxEntries, window, now }: UsedProofsOptions): UsedProofs {
  const seconds = new Map<number, Set<string>>()
  let size = 0
  let floor = Number.NEGATIVE_INFINITY

  function forget(second: number): void {
    size -= seconds.get(second)?.size ?? 0
    seconds.delete(second)
  }

  return {
    add(id, issuedAt): boolean {
      const second = Math.floor(issuedAt)
      const oldest = Math.floor(now() / 1000 - window)
      for (const one of seconds.keys()) if (one < oldest) forget(one)
      if (second <= floor || second < oldest || seconds.get(second)?.has(id)) return false
      if (size >= maxEntries) {
        floor = Math.min(...seconds.keys())
        forget(floor)
        if (second <= floor) return false
      }
      const ids = seconds.get(second) ?? new Set()
      seconds.set(second, ids.add(id))
      size++
      return true
    },
  }
}
