// Tells those who follow a run that it may have changed: the port, and its implementation within
// one process.

import type { RunNews } from '../../chatkit/runs/run-store.ts'

/** Wakes the watchers of a run. They then read the store to see what changed. */
export interface RunBell {
  /** Wakes the watchers of a run. The news are for those in this process. */
  ring(id: string, news?: RunNews): void
  /** Calls `wake` whenever the run may have changed. Returns the function that stops it. */
  watch(id: string, wake: (news: RunNews) => void): () => void
}

/** A bell that wakes watchers in this process only. */
export function localBell(): RunBell {
  const watchers = new Map<string, Set<(news: RunNews) => void>>()
  return {
    ring(id, news): void {
      for (const wake of watchers.get(id) ?? []) wake(news)
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
