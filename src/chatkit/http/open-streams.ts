// The streams that people read from this process: each person's are counted, also those of runs that are over or are another instance's.

/** Counts open streams. */
export interface OpenStreams {
  /** Whether an owner (`principalKey`) has as many as they may. */
  isFull(owner: string): boolean
  /** Counts one for an owner, until what it gives is called. */
  enter(owner: string): () => void
}

/** Makes the count. Nothing is kept of who has none. */
export function openStreams(most: number): OpenStreams {
  const counts = new Map<string, number>()
  const countOf = (owner: string) => counts.get(owner) ?? 0
  return {
    isFull: (owner) => countOf(owner) >= most,
    enter(owner) {
      counts.set(owner, countOf(owner) + 1)
      let left = false
      return () => {
        if (left) return
        left = true
        const others = countOf(owner) - 1
        if (others > 0) counts.set(owner, others)
        else counts.delete(owner)
      }
    },
  }
}
