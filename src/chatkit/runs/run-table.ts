// The runs in this process's memory, and the ways to find them: by id, by thread and by key.

import { isAlive, type NewRun, type RunState, type StoredRun } from './run-store.ts'
import { ShortLists } from './short-lists.ts'

/** A run in memory. */
export interface KeptRun {
  run: StoredRun
  events: string[]
  /**
   * Id of the interrupted run that this one replaced. If this one is dropped, that one is the newest
   * run of the thread again.
   */
  readonly replaced: string | undefined
}

/** Milliseconds for which ended runs and their keys are kept: a day. */
const KEEP_MS = 24 * 3600 * 1000

/** The runs of one process. */
export class RunTable {
  readonly #runs = new Map<string, KeptRun>()
  /** Id of the newest run, by owner and thread. */
  readonly #newest = new Map<string, string>()
  /** Id of the run that used a key, by owner and key. */
  readonly #keys = new Map<string, string>()
  /** Ids of the live runs, by owner. */
  readonly #alive = new ShortLists<string>()
  readonly #onChange: (id: string) => void

  /** @param onChange Called with a run's id when its state has changed. */
  constructor(onChange: (id: string) => void) {
    this.#onChange = onChange
  }

  get(id: string | undefined): KeptRun | undefined {
    return id === undefined ? undefined : this.#runs.get(id)
  }

  /** The newest run of a thread. */
  newest(owner: string, threadId: string): KeptRun | undefined {
    return this.get(this.#newest.get(placeOf(owner, threadId)))
  }

  /** The newest run of a thread. It becomes interrupted when its instance is dead at `now`. */
  newestAt(owner: string, threadId: string, now: number): KeptRun | undefined {
    const kept = this.newest(owner, threadId)
    if (kept && isAlive(kept.run) && kept.run.aliveUntil <= now) this.setState(kept, 'interrupted')
    return kept
  }

  /** The run that used the key of a new one before. */
  withKeyOf({ owner, once }: NewRun): KeptRun | undefined {
    return once && this.get(this.#keys.get(placeOf(owner, once.key)))
  }

  ofThread(owner: string, threadId: string): readonly KeptRun[] {
    return [...this.#runs.values()].filter(
      ({ run }) => run.owner === owner && run.threadId === threadId,
    )
  }

  /** How many runs of an owner are alive at `now`. */
  countAlive(owner: string, now: number): number {
    return this.#alive.get(owner).filter((id) => (this.get(id)?.run.aliveUntil ?? 0) > now).length
  }

  add(run: NewRun, aliveUntil: number, replaced: string | undefined): void {
    const stored: StoredRun = { ...run, state: 'running', aliveUntil }
    this.#runs.set(run.id, { run: stored, events: [], replaced })
    this.#alive.add(run.owner, run.id)
    this.#newest.set(placeOf(run.owner, run.threadId), run.id)
    if (run.once) this.#keys.set(placeOf(run.owner, run.once.key), run.id)
  }

  setState(kept: KeptRun, state: RunState): void {
    kept.run = { ...kept.run, state }
    if (!isAlive(kept.run)) this.#alive.remove(kept.run.owner, kept.run.id)
    this.#onChange(kept.run.id)
  }

  drop({ run, replaced }: KeptRun): void {
    this.#runs.delete(run.id)
    this.#alive.remove(run.owner, run.id)
    if (run.once && this.withKeyOf(run) === undefined)
      this.#keys.delete(placeOf(run.owner, run.once.key))
    const thread = placeOf(run.owner, run.threadId)
    if (this.#newest.get(thread) !== run.id) return
    if (replaced !== undefined && this.#runs.has(replaced)) this.#newest.set(thread, replaced)
    else this.#newest.delete(thread)
  }

  /** Ends the runs whose instance is dead at `now`, and drops those that ended a day ago. */
  dropOld(now: number): void {
    // The order of insertion is the order of time, so the oldest runs come first.
    for (const kept of this.#runs.values()) {
      if (isAlive(kept.run)) {
        if (kept.run.aliveUntil > now) continue
        this.setState(kept, 'interrupted')
      }
      if (kept.run.aliveUntil + KEEP_MS > now) break
      this.drop(kept)
    }
  }
}

/** A key for a thread, or for an `Idempotency-Key`, of an owner. */
function placeOf(owner: string, name: string): string {
  return JSON.stringify([owner, name])
}
