// The run store in a SQLite file, for one process at a time. A run that a client cannot resume
// stays in memory, so that it costs no commit.

import { memoryRunStore } from '../../chatkit/runs/memory-run-store.ts'
import {
  type BeginTerms,
  type Begun,
  isAlive,
  type NewRun,
  type RunStore,
} from '../../chatkit/runs/run-store.ts'
import { checkOptions, type OptionNames } from '../../core/known-options.ts'
import { isNumber } from '../../core/option-values.ts'
import { checkSqlite } from '../checks.ts'
import { sqlRunStore } from '../shared/sql-run-store.ts'
import { SQLITE } from '../statements/compiled-sqlite.ts'
import { step } from '../statements/sql.ts'
import type { SqliteDatabase } from './database.ts'

/** Options of {@link sqliteRunStore}. */
export interface SqliteRunStoreOptions {
  /**
   * How long to wait at the start for the process before this one to end, in whole milliseconds. The
   * process stands still meanwhile. Default 5,000.
   */
  readonly takeoverTimeout?: number
}

/** Every option of the factory. A new one does not compile until it is here. */
const RUN_STORE_OPTIONS: OptionNames<SqliteRunStoreOptions> = { takeoverTimeout: 'optional' }

/**
 * The run store over an open database. It claims the file for this process until the database is
 * closed: make it when your app starts, before it answers anybody. Other processes may use the file
 * for everything else.
 *
 * @throws SqliteInUseError when another process keeps its runs in the file and does not end in time.
 */
export function sqliteRunStore(
  database: SqliteDatabase,
  options: SqliteRunStoreOptions = {},
): RunStore {
  checkSqlite('sqliteRunStore', database)
  checkOptions('sqliteRunStore', '', options, RUN_STORE_OPTIONS, { takeoverTimeout: isNumber })
  const { takeoverTimeout = 5000 } = options
  /** Whether a process before this one may have left runs that are not over. */
  let isFirst = database.claim(takeoverTimeout)
  const { bell, journal } = database
  const kept = sqlRunStore(database, SQLITE.runs, bell, { log: journal })
  const light = memoryRunStore()
  /** The runs that are in memory. */
  const lights = new Map<string, NewRun>()
  const of = (id: string) => (lights.has(id) ? light : kept)

  /**
   * Ends what a dead process left. Only this process has the claim, so whatever was alive before
   * its first use of the store is dead.
   */
  async function buryOnce(now: number): Promise<void> {
    if (!isFirst) return
    await database.commit([...journal.sorted(), step(SQLITE.runs.buryAll, { now })])
    isFirst = false
  }

  async function begin(run: NewRun, terms: BeginTerms): Promise<Begun> {
    const { owner, threadId } = run
    const { now, most } = terms
    await buryOnce(now)
    const inMemory = await light.latest(owner, threadId, now)
    const inFile = await kept.latest(owner, threadId, now)
    // The run after an interrupted one must be found as the newest, also after it has ended. So it
    // goes into the file.
    if (!run.resumable && !run.once && inFile?.state !== 'interrupted') {
      if (inFile && isAlive(inFile)) return { began: false, why: 'busy' }
      const elsewhere = (await database.first(SQLITE.runs.countAlive, { owner, now }))?.count ?? 0
      const begun = await light.begin(run, { ...terms, most: most - elsewhere })
      if (begun.began) lights.set(run.id, run)
      return begun
    }
    const isBusy = inMemory !== undefined && isAlive(inMemory)
    const begun = await kept.begin(run, {
      ...terms,
      most: isBusy ? 0 : most - (await countLights(owner, now)),
    })
    if (!begun.began)
      return begun.why === 'crowded' && isBusy ? { began: false, why: 'busy' } : begun
    if (!inMemory) return begun
    await forgetLights(owner, threadId)
    return { began: true, replaced: inMemory }
  }

  async function countLights(owner: string, now: number): Promise<number> {
    let count = 0
    for (const run of lights.values()) {
      if (run.owner !== owner) continue
      const found = await light.latest(owner, run.threadId, now)
      if (found?.id === run.id && isAlive(found)) count += 1
    }
    return count
  }

  async function forgetLights(owner: string, threadId: string): Promise<void> {
    await light.forget(owner, threadId)
    for (const run of lights.values())
      if (run.owner === owner && run.threadId === threadId) lights.delete(run.id)
  }

  function leave(id: string): RunStore {
    const store = of(id)
    lights.delete(id)
    return store
  }

  return {
    // A thread may be taken in either store.
    begin: oneAtATime(begin),
    append: (id, first, events, aliveUntil) => of(id).append(id, first, events, aliveUntil),
    end: (id, state) => leave(id).end(id, state),
    drop: (id) => leave(id).drop(id),
    async latest(owner, threadId, now) {
      await buryOnce(now)
      // A run leaves the memory when it ends, or when another run takes its thread. So a run that
      // is in memory is the newest of its thread.
      return (await light.latest(owner, threadId, now)) ?? (await kept.latest(owner, threadId, now))
    },
    events: (id, after, limit) => of(id).events(id, after, limit),
    async stop(owner, threadId): Promise<void> {
      await light.stop(owner, threadId)
      await kept.stop(owner, threadId)
    },
    async forget(owner, threadId): Promise<void> {
      await forgetLights(owner, threadId)
      await kept.forget(owner, threadId)
    },
    watch: (id, wake) => of(id).watch(id, wake),
  }
}

/** Each call begins when the one before it has ended. */
function oneAtATime<A extends readonly unknown[], R>(
  work: (...args: A) => Promise<R>,
): (...args: A) => Promise<R> {
  let turn: Promise<unknown> = Promise.resolve()
  return (...args) => {
    const done = turn.then(() => work(...args))
    turn = done.catch(() => {})
    return done
  }
}
