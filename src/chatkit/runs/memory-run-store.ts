// The reference run store. It serves one process, and loses the runs when the process ends.

import {
  type Begun,
  isAlive,
  type NewRun,
  type RunState,
  type RunStore,
  type StoredRun,
} from './run-store.ts'

interface Kept {
  run: StoredRun
  events: string[]
  /**
   * Id of the interrupted run before this one. It is the newest run of the thread again when this
   * one is dropped.
   */
  readonly replaced: string | undefined
}

/** How long ended runs and their keys are kept. */
const KEPT_MS = 24 * 3600 * 1000

/** Makes a store that keeps runs in memory. */
export function memoryRunStore(): RunStore {
  const runs = new Map<string, Kept>()
  /** The newest run of each thread, by owner and thread. */
  const newest = new Map<string, string>()
  const keys = new Map<string, string>()
  const watchers = new Map<string, readonly (() => void)[]>()
  /** The live runs of each owner. */
  const alive = new Map<string, readonly string[]>()

  const place = (owner: string, of: string) => JSON.stringify([owner, of])

  function wake(id: string): void {
    for (const watcher of watchers.get(id) ?? []) watcher()
  }

  function set(kept: Kept, state: RunState): void {
    kept.run = { ...kept.run, state }
    if (!isAlive(kept.run)) leaveAlive(kept)
    wake(kept.run.id)
  }

  function leaveAlive({ run }: Kept): void {
    removeFrom(alive, run.owner, run.id)
  }

  /** Gives the newest run of a thread. When its time is over, it counts as dead. */
  function latestOf(owner: string, threadId: string, now: number): Kept | undefined {
    const kept = runs.get(newest.get(place(owner, threadId)) ?? '')
    if (kept && isAlive(kept.run) && kept.run.aliveUntil <= now) set(kept, 'interrupted')
    return kept
  }

  function drop(kept: Kept): void {
    const { run } = kept
    runs.delete(run.id)
    leaveAlive(kept)
    if (run.once && keys.get(place(run.owner, run.once.key)) === run.id)
      keys.delete(place(run.owner, run.once.key))
    const thread = place(run.owner, run.threadId)
    if (newest.get(thread) !== run.id) return
    if (kept.replaced && runs.has(kept.replaced)) newest.set(thread, kept.replaced)
    else newest.delete(thread)
  }

  function runWithKeyOf(run: NewRun): StoredRun | undefined {
    return run.once && runs.get(keys.get(place(run.owner, run.once.key)) ?? '')?.run
  }

  return {
    async begin(run, { now, aliveUntil, most }): Promise<Begun> {
      // The map has the oldest runs first, so stop at the first one that is kept.
      for (const kept of runs.values()) {
        if (isAlive(kept.run)) {
          if (kept.run.aliveUntil > now) continue
          set(kept, 'interrupted')
        }
        if (kept.run.aliveUntil + KEPT_MS > now) break
        drop(kept)
      }
      const known = runWithKeyOf(run)
      if (known) return { began: false, why: 'repeated', run: known }
      const before = latestOf(run.owner, run.threadId, now)
      if (before && isAlive(before.run)) return { began: false, why: 'busy' }
      const live = (alive.get(run.owner) ?? []).filter(
        (id) => (runs.get(id)?.run.aliveUntil ?? 0) > now,
      )
      if (live.length >= most) return { began: false, why: 'crowded' }
      if (before?.run.state === 'done') before.events = []
      const replaced = before?.run.state === 'interrupted' ? before.run : undefined
      runs.set(run.id, {
        run: { ...run, state: 'running', aliveUntil },
        events: [],
        replaced: replaced?.id,
      })
      alive.set(run.owner, [...(alive.get(run.owner) ?? []), run.id])
      newest.set(place(run.owner, run.threadId), run.id)
      if (run.once) keys.set(place(run.owner, run.once.key), run.id)
      return replaced ? { began: true, replaced } : { began: true }
    },
    async append(id, first, events, aliveUntil): Promise<RunState> {
      const kept = runs.get(id)
      if (!kept) return 'done'
      if (!isAlive(kept.run)) return kept.run.state
      if (events.length > 0 && first !== kept.events.length + 1)
        throw new TypeError('The events of a run are numbered without a gap')
      kept.run = { ...kept.run, aliveUntil }
      if (events.length > 0) {
        kept.events.push(...events)
        wake(id)
      }
      return kept.run.state
    },
    async end(id, state): Promise<void> {
      const kept = runs.get(id)
      if (!kept || !isAlive(kept.run)) return
      set(kept, state)
      // Nobody can resume it. But if it replaced a run, dropping it would bring that one back.
      if (!kept.run.resumable && !kept.run.once && !kept.replaced) drop(kept)
    },
    async drop(id): Promise<void> {
      const kept = runs.get(id)
      if (!kept) return
      drop(kept)
      wake(id)
    },
    async latest(owner, threadId, now): Promise<StoredRun | undefined> {
      return latestOf(owner, threadId, now)?.run
    },
    async events(id, after, limit): Promise<readonly string[]> {
      return runs.get(id)?.events.slice(after, after + limit) ?? []
    },
    async stop(owner, threadId): Promise<void> {
      const kept = runs.get(newest.get(place(owner, threadId)) ?? '')
      if (kept?.run.state === 'running') set(kept, 'stopping')
    },
    async forget(owner, threadId): Promise<void> {
      for (const kept of [...runs.values()]) {
        if (kept.run.owner !== owner || kept.run.threadId !== threadId) continue
        drop(kept)
        wake(kept.run.id)
      }
    },
    watch(id, watcher): () => void {
      watchers.set(id, [...(watchers.get(id) ?? []), watcher])
      return () => removeFrom(watchers, id, watcher)
    },
  }
}

/**
 * Removes an entry from a list. The lists are arrays, because nearly all have one entry, and a set
 * of one takes three times as much memory.
 */
function removeFrom<T>(lists: Map<string, readonly T[]>, key: string, gone: T): void {
  const left = lists.get(key)?.filter((entry) => entry !== gone)
  if (left?.length) lists.set(key, left)
  else lists.delete(key)
}
