// The port for runs: which answer is being written in which thread, by whichever instance, and what it has sent so far.

/** What became of a run. */
export type RunState = 'running' | 'stopping' | 'done' | 'interrupted'

/** A run to begin. */
export interface NewRun {
  /** Random, never used before. */
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
  /** Milliseconds since the epoch at which its instance is taken for dead, unless it says otherwise before. */
  readonly aliveUntil: number
}

/** Whether a run is under way. */
export function isAlive({ state }: { readonly state: RunState }): boolean {
  return state === 'running' || state === 'stopping'
}

/** How a run began, or why not. `busy`: another one that is alive has the thread; `crowded`: the owner has too many; `repeated`: the key was used. */
export type Begun =
  | { readonly began: true; readonly replaced?: StoredRun }
  | { readonly began: false; readonly why: 'busy' | 'crowded' }
  | { readonly began: false; readonly why: 'repeated'; readonly run: StoredRun }

/** The clock and the bounds of {@link RunStore.begin}. Times are milliseconds since the epoch. */
export interface BeginTerms {
  readonly now: number
  readonly aliveUntil: number
  /** Runs of one owner that may be alive at once. */
  readonly most: number
}

/**
 * The port. An implementation passes `test/chatkit/runs/run-store-contract.ts`. Runs that are not resumable may be kept in this process only where the
 * store serves one process; their claim of the thread holds for all processes that the store serves. Ended runs and their keys are kept for at least a
 * day, the events of ended runs until the next run of the thread begins, or a day.
 */
export interface RunStore {
  /**
   * Takes a thread for a run, atomically: at most one run of a thread is alive. `replaced` is the run before in the thread when it was neither done nor alive any more: it is
   * `interrupted` from now on. An owner's key that a run has used refuses as `repeated`, whatever became of that run; its state may be older than `now`.
   */
  begin(run: NewRun, terms: BeginTerms): Promise<Begun>
  /**
   * Keeps events (each one's JSON) at the end of a run's log and says that it is alive. Durable when it resolves; then every watcher is woken.
   *
   * @param first The number of the first one; they count from 1, and none is left out.
   * @returns `running`, `stopping` when somebody asked it to stop, `interrupted` or `done` when it is no longer this run's turn: nothing was kept then.
   */
  append(
    id: string,
    first: number,
    events: readonly string[],
    aliveUntil: number,
  ): Promise<RunState>
  /** Ends a run that is running or stopping, and wakes every watcher. */
  end(id: string, state: 'done' | 'interrupted'): Promise<void>
  /** Forgets a run that left nothing: its key is free again, and `append` answers `done`. */
  drop(id: string): Promise<void>
  /** The newest run of a thread; one whose instance is dead at `now` is `interrupted` from now on, and watchers are woken. */
  latest(owner: string, threadId: string, now: number): Promise<StoredRun | undefined>
  /** The events of a run after the one with that number, in order, at most `limit`. */
  events(id: string, after: number, limit: number): Promise<readonly string[]>
  /** Asks a running run of the thread to stop: `running` becomes `stopping`, and watchers are woken. */
  stop(owner: string, threadId: string): Promise<void>
  /** Forgets the runs of a thread that was deleted; `append` then answers `done`. */
  forget(owner: string, threadId: string): Promise<void>
  /** Calls `wake` whenever something of the run may have changed, and now and then without a reason; gives the way to end it. */
  watch(id: string, wake: () => void): () => void
}
