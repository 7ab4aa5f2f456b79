// The port that stores runs: which answer is being written in which thread, and the log of its
// events. All instances share it.

import type { ItemsChange, StoredThread, ThreadStore } from '../threads/thread-store.ts'

/** The state of a run. */
export type RunState = 'running' | 'stopping' | 'done' | 'interrupted'

/** A run to begin. */
export interface NewRun {
  /** A random id that was never used before. */
  readonly id: string
  /** `principalKey` of the person whose thread it is. */
  readonly owner: string
  readonly threadId: string
  /** Whether its events are kept, so that a client can come back to it. */
  readonly resumable: boolean
  /** The message that it answers, where there is one. */
  readonly itemId?: string
  /** The `Idempotency-Key` of the request that began it, and a digest of that request. */
  readonly once?: { readonly key: string; readonly digest: string }
}

/** A run as it is stored. */
export interface StoredRun extends NewRun {
  readonly state: RunState
  /**
   * Milliseconds since the epoch. The run counts as dead from then on, unless `append` moves this
   * time.
   */
  readonly aliveUntil: number
}

/** Whether a run is under way. */
export function isAlive({ state }: { readonly state: RunState }): boolean {
  return state === 'running' || state === 'stopping'
}

/**
 * How a run began, or why not. `busy`: a live run has the thread. `crowded`: the owner has too many
 * live runs. `repeated`: the owner has used the key before.
 */
export type Begun =
  | { readonly began: true; readonly replaced?: StoredRun }
  | { readonly began: false; readonly why: 'busy' | 'crowded' }
  | { readonly began: false; readonly why: 'repeated'; readonly run: StoredRun }

/**
 * Begins a run in a thread that is new, and stores that thread with its first items, in one change. The
 * beginning is refused as {@link RunStore.begin} refuses it, or as `refused`, for the reasons for which
 * `createThread` gives false. Then nothing is stored.
 */
export type BeginInNew = (
  run: NewRun,
  terms: BeginTerms,
  thread: StoredThread,
  first: ItemsChange,
) => Promise<Begun | { readonly began: false; readonly why: 'refused' }>

/** The clock and the bounds of {@link RunStore.begin}. Times are milliseconds since the epoch. */
export interface BeginTerms {
  readonly now: number
  readonly aliveUntil: number
  /** The most runs of one owner that may be alive at once. */
  readonly most: number
}

/**
 * What a watcher is told. `events`: nothing but that this instance appended events. Otherwise
 * anything may have changed.
 */
export type RunNews = 'events' | undefined

/**
 * The port. An implementation passes `test/chatkit/runs/run-store-contract.ts`.
 *
 * A run that is not resumable claims its thread too, for all processes that share the store. Only a
 * store that serves one process may keep such runs in memory. A store keeps ended runs and their
 * keys for at least a day. It keeps the events of an ended run for a day, or until the next run of
 * the thread begins.
 */
export interface RunStore {
  /**
   * Takes a thread for a run, atomically: at most one run of a thread is alive.
   *
   * When the last run of the thread died before it was done, it becomes `interrupted` and is given
   * as `replaced`. A key that the owner used before is refused as `repeated`, whatever became of
   * that run. The state of the run in that answer may be out of date.
   */
  begin(run: NewRun, terms: BeginTerms): Promise<Begun>
  /**
   * Gives the joint beginning for threads that are kept in the same database as the runs; undefined for
   * others. A store without it begins the run first, and the thread is stored next.
   */
  joint?(threads: ThreadStore): BeginInNew | undefined
  /**
   * Appends events, each as JSON, to the log of a run. When it resolves, the events are durable and
   * every watcher has been woken. A store may keep the events of all runs together: whoever calls
   * this waits for a few milliseconds, and no other call fails when this one does.
   *
   * @param first The number of the first event. Events count from 1, without a gap.
   * @param aliveUntil Says that the run is alive until then. Without it, the time stays.
   * @returns `running`; `stopping` when somebody asked the run to stop; `interrupted` or `done`
   *   when the run is over, and then nothing was appended.
   */
  append(
    id: string,
    first: number,
    events: readonly string[],
    aliveUntil?: number,
  ): Promise<RunState>
  /** Ends a run that is running or stopping, and wakes every watcher. */
  end(id: string, state: 'done' | 'interrupted'): Promise<void>
  /** Forgets a run that left nothing. Its key may be used again, and `append` returns `done`. */
  drop(id: string): Promise<void>
  /**
   * Gives the newest run of a thread. When that run is dead at `now`, it becomes `interrupted`, and
   * its watchers are woken.
   */
  latest(owner: string, threadId: string, now: number): Promise<StoredRun | undefined>
  /** Gives at most `limit` events of a run, in order, from the one after number `after`. */
  events(id: string, after: number, limit: number): Promise<readonly string[]>
  /**
   * Asks the running run of a thread to stop: `running` becomes `stopping`, and watchers are woken.
   */
  stop(owner: string, threadId: string): Promise<void>
  /** Forgets the runs of a thread that was deleted. `append` returns `done` for them. */
  forget(owner: string, threadId: string): Promise<void>
  /**
   * Calls `wake` whenever the run may have changed, and sometimes when it has not. Returns the
   * function that ends the watch.
   */
  watch(id: string, wake: (news: RunNews) => void): () => void
}
