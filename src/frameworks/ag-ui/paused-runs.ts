// Where runs wait for the person's decision, between one request of the page and the next.

/** A run that waits. All of it can be stored: it holds the conversation, and no credential. */
export interface PausedRun {
  /** The id of the interrupt that the page was shown. */
  readonly interruptId: string
  /** Milliseconds since the epoch. */
  readonly expiresAt: number
  /** What continues the run, as text. */
  readonly state: string
}

/** Where runs wait. A conversation of a person has one run at most that does. */
export interface PausedRuns {
  /**
   * Keeps a run, in place of one that waits under the key.
   *
   * @param key Names the person and the conversation.
   */
  put(key: string, run: PausedRun): Promise<void>
  /** The run that waits under the key. */
  get(key: string): Promise<PausedRun | undefined>
  /**
   * Removes exactly this run.
   *
   * @returns True for one of all that ask for it at the same time: that one goes on with the run.
   */
  take(key: string, interruptId: string): Promise<boolean>
}

/** The oldest run goes first when there are more, or when they are larger together. */
const MAX_RUNS = 1_000
const MAX_CHARS = 64 * 1024 * 1024

/** Keeps runs in this process's memory: for one instance, where a restart may end what waits. */
export function memoryPausedRuns(): PausedRuns {
  const runs = new Map<string, PausedRun>()
  let chars = 0

  function remove(key: string): void {
    chars -= runs.get(key)?.state.length ?? 0
    runs.delete(key)
  }

  return {
    async put(key, run) {
      remove(key)
      runs.set(key, { ...run })
      chars += run.state.length
      for (const oldest of runs.keys()) {
        if (runs.size <= MAX_RUNS && chars <= MAX_CHARS) break
        remove(oldest)
      }
    },
    async get(key) {
      return runs.get(key)
    },
    async take(key, interruptId) {
      if (runs.get(key)?.interruptId !== interruptId) return false
      remove(key)
      return true
    },
  }
}
