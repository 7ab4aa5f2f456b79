// Remembers used proofs, within bounds, for as long as each could be used again (RFC 9449 section
// 11.1). Each process has its own memory.

/** The memory of used proofs. */
export interface UsedProofs {
  /**
   * Marks a proof as used.
   *
   * @param id Identifies the proof among all others.
   * @param issuedAt Seconds since the epoch, as the proof says.
   * @returns Whether the proof is new. A proof that is as old as forgotten ones counts as used.
   */
  add(id: string, issuedAt: number): boolean
}

/** Options of {@link usedProofs}. */
export interface UsedProofsOptions {
  /** Proofs remembered at most. */
  readonly maxEntries: number
  /** How long after its own time a proof may be used. */
  readonly windowSeconds: number
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/**
 * Makes a memory. When it is full, it forgets the proofs of its oldest second and refuses any other
 * proof of that second or before. So under a flood proofs are good for a shorter time, but none is
 * accepted twice.
 */
export function usedProofs({ maxEntries, windowSeconds, now }: UsedProofsOptions): UsedProofs {
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
      const oldest = Math.floor(now() / 1000 - windowSeconds)
      for (const known of seconds.keys()) if (known < oldest) forget(known)
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
