// Tells those who follow a run that it may have changed: the port, and its implementation within
// one process.

import type { RunNews } from '../../chatkit/runs/run-store.ts'
import { ShortLists } from '../../chatkit/runs/short-lists.ts'

/** Wakes the watchers of a run. They then read the store to see what changed. */
export interface RunBell {
  /** Wakes the watchers of a run. The news are for those in this process. */
  ring(id: string, news?: RunNews): void
  /** Calls `wake` whenever the run may have changed. Returns the function that stops it. */
  watch(id: string, wake: (news: RunNews) => void): () => void
}

/** A bell that wakes watchers in this process only. */
export function localBell(): RunBell {
  const watchers = new ShortLists<(news: RunNews) => void>()
  return {
    ring(id, news): void {
      for (const wake of watchers.get(id)) wake(news)
    },
    watch(id, wake): () => void {
      watchers.add(id, wake)
      return () => watchers.remove(id, wake)
    },
  }
}
