// Counts the streams that each person reads from this process. A stream counts wherever its run is,
// and also when the run is over.

/** Counts open streams. */
export interface OpenStreams {
  /** Whether an owner (`principalKey`) may open no further stream. */
  isFull(owner: string): boolean
  /** Counts one stream of an owner. Call the function that it returns when the stream ends. */
  enter(owner: string): () => void
}

/** Makes the count. It keeps nothing about owners without a stream. */
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
