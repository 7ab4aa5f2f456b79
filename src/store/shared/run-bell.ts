// How those who follow a run hear that something of it has changed: the port, and the one within this process.

/** Tells watchers that something of a run may have changed, and lets them listen. */
export interface RunBell {
  ring(id: string): void
  watch(id: string, wake: () => void): () => void
}

/** Watchers within one process. */
export function localBell(): RunBell {
  const watchers = new Map<string, Set<() => void>>()
  return {
    ring(id): void {
      for (const wake of watchers.get(id) ?? []) wake()
    },
    watch(id, wake): () => void {
      const all = watchers.get(id) ?? new Set()
      watchers.set(id, all.add(wake))
      return () => {
        all.delete(wake)
        if (all.size === 0 && watchers.get(id) === all) watchers.delete(id)
      }
    },
  }
}
