// The run store over any SQL database: it turns the port's runs and events into rows and back. The
// database brings its own bell, which wakes the watchers.

import {
  type BeginTerms,
  type Begun,
  isAlive,
  type NewRun,
  type RunStore,
  type StoredRun,
} from '../../chatkit/runs/run-store.ts'
import type { ItemsChange, StoredThread, ThreadStore } from '../../chatkit/threads/thread-store.ts'
import type { RunRow } from '../statements/run-rows.ts'
import type { RunStatements } from '../statements/run-statements.ts'
import { type SqlDatabase, type Step, step } from '../statements/sql.ts'
import type { EventLog } from './event-log.ts'
import { jointAppend } from './joint-append.ts'
import type { RunBell } from './run-bell.ts'
import { tableLog } from './table-log.ts'

/**
 * How often a run tries to begin. It tries again when the run that was in its way ended before the
 * store could say which run that was.
 */
const MAX_TRIES = 5

/** The least time for which ended runs and their keys are kept. */
const KEEP_MS = 24 * 3600 * 1000
/** The time between two removals of older ones. */
const SWEEP_INTERVAL_MS = 3600 * 1000

/** What the functions below share. */
interface Parts {
  readonly database: SqlDatabase
  readonly run: RunStatements
  readonly bell: RunBell
  readonly log: EventLog
}

/** What a database does in its own way. */
export interface RunStoreParts {
  /**
   * The first steps of a beginning. A database that runs changes side by side must lock the owner
   * here, so that two beginnings never count the owner's runs at the same time.
   */
  readonly lock?: (owner: string) => readonly Step[]
  /**
   * The same for a run whose message is stored at once, by a change that waits for the disk. The
   * beginning need not wait, too. Default: `lock`.
   */
  readonly lockUnhurried?: (owner: string) => readonly Step[]
  /**
   * Gives the steps that store a new thread, for threads in the same database; undefined for others.
   * Default: there are none.
   */
  readonly stepsOfNew?: (
    threads: ThreadStore,
  ) => ((stored: StoredThread, first: ItemsChange) => readonly Step[]) | undefined
  /** Where events are kept. Default: in the table of events. */
  readonly log?: EventLog
}

/** The run store over an open database. */
export function sqlRunStore(
  database: SqlDatabase,
  run: RunStatements,
  bell: RunBell,
  options: RunStoreParts = {},
): RunStore {
  const { lock = () => [], lockUnhurried = lock, stepsOfNew } = options
  const { log = tableLog(database, run) } = options
  const parts = { database, run, bell, log }
  let sweptAt = Number.NEGATIVE_INFINITY

  /** A transaction of its own, so that no beginning waits for the rows of another. */
  async function sweep(now: number): Promise<void> {
    if (Math.abs(now - sweptAt) < SWEEP_INTERVAL_MS) return
    sweptAt = now
    const before = now - KEEP_MS
    await database.commit([step(run.dropOldEvents, { before }), step(run.dropOld, { before })])
  }

  return {
    async begin(wanted, terms): Promise<Begun> {
      await sweep(terms.now)
      const lockOwner = wanted.itemId === undefined ? lock : lockUnhurried
      return begin(wanted, terms, lockOwner(wanted.owner), parts)
    },
    joint(threads) {
      const steps = stepsOfNew?.(threads)
      if (!steps) return undefined
      return async (wanted, terms, thread, first) => {
        await sweep(terms.now)
        return beginInNew(wanted, terms, lock(wanted.owner), steps(thread, first), parts)
      }
    },
    append: jointAppend({
      database,
      bell,
      touch: run.touch,
      log,
    }),
    async end(id, state): Promise<void> {
      await log.close(id, [step(run.end, { id, state })])
      bell.ring(id)
    },
    async drop(id): Promise<void> {
      await log.erase([id], [step(run.drop, { id }), step(run.dropLog, { id })])
      bell.ring(id)
    },
    latest: (owner, threadId, now) => latest(owner, threadId, now, parts),
    events: (id, after, limit) => log.read(id, after, limit),
    async stop(owner, threadId): Promise<void> {
      const of = { owner, thread: threadId }
      const changed = await database.commit([step(run.stop, of)])
      if (changed?.[0] === 0) return
      const found = await database.first(run.newest, { ...of, rows: 1 })
      if (found) bell.ring(found.id)
    },
    async forget(owner, threadId): Promise<void> {
      const of = { owner, thread: threadId }
      const found = await database.all(run.newest, { ...of, rows: Number.MAX_SAFE_INTEGER })
      const ids = found.map(({ id }) => id)
      if (ids.length === 0) return
      // In this order, so that nobody adds an event in between.
      const steps = [step(run.endAll, of), step(run.dropLogs, of), step(run.forget, of)]
      await log.erase(ids, [...lock(owner), ...steps])
      for (const id of ids) bell.ring(id)
    },
    watch: bell.watch,
  }
}

/** The values of a new run's row. */
function rowOf(wanted: NewRun, { now, aliveUntil, most }: BeginTerms) {
  const { id, owner, threadId, once } = wanted
  return {
    owner,
    thread: threadId,
    id,
    resumable: wanted.resumable ? 1 : 0,
    item: wanted.itemId ?? null,
    key: once?.key ?? null,
    digest: once?.digest ?? null,
    until: aliveUntil,
    now,
    most,
  }
}

/** A new thread has no earlier run, so there is nothing to bury, to delete or to replace. */
async function beginInNew(
  wanted: NewRun,
  terms: BeginTerms,
  lock: readonly Step[],
  thread: readonly Step[],
  { database, run, log }: Parts,
): Promise<Begun | { readonly began: false; readonly why: 'refused' }> {
  const steps = [...lock, step(run.add, rowOf(wanted, terms), 1), ...thread]
  for (let tries = 1; tries <= MAX_TRIES; tries += 1) {
    if (await database.commit(steps)) {
      log.open(wanted.id)
      return { began: true }
    }
    const why = await findObstacle(wanted, terms, { database, run })
    if (why) return why
  }
  return { began: false, why: 'refused' }
}

async function begin(
  wanted: NewRun,
  terms: BeginTerms,
  lock: readonly Step[],
  { database, run, bell, log }: Parts,
): Promise<Begun> {
  const { id, owner, threadId: thread } = wanted
  const { now, most } = terms
  const of = { owner, thread }
  const values = rowOf(wanted, terms)
  const before = [...lock, step(run.bury, { ...of, now })]
  for (let tries = 1; ; tries += 1) {
    const changed = await database.commit([
      ...before,
      step(run.add, values),
      step(run.dropEvents, { ...of, id }),
    ])
    if (changed?.[before.length] === 1) break
    const why = await findObstacle(wanted, { now, most }, { database, run })
    if (why) return why
    // What was in the way has ended by now.
    if (tries === MAX_TRIES) return { began: false, why: 'busy' }
  }
  log.open(id)
  const [, last] = await database.all(run.newest, { ...of, rows: 2 })
  if (last?.state !== 'interrupted') return { began: true }
  await log.close(last.id, [])
  bell.ring(last.id)
  return { began: true, replaced: parseRun(last) }
}

/** Why a run could not be added; undefined when the reason has gone since. */
async function findObstacle(
  { owner, threadId: thread, once }: NewRun,
  { now, most }: Pick<BeginTerms, 'now' | 'most'>,
  { database, run }: Pick<Parts, 'database' | 'run'>,
): Promise<Begun | undefined> {
  const before = once && (await database.first(run.byKey, { owner, key: once.key }))
  if (before) return { began: false, why: 'repeated', run: parseRun(before) }
  const found = await database.first(run.newest, { owner, thread, rows: 1 })
  if (found && isAlive(found)) return { began: false, why: 'busy' }
  const alive = await database.first(run.countAlive, { owner, now })
  return (alive?.count ?? 0) >= most ? { began: false, why: 'crowded' } : undefined
}

/**
 * The newest run of a thread. If its time is over, its instance died, so it is marked as
 * interrupted.
 */
async function latest(
  owner: string,
  thread: string,
  now: number,
  { database, run, bell }: Omit<Parts, 'log'>,
): Promise<StoredRun | undefined> {
  const of = { owner, thread }
  const found = await database.first(run.newest, { ...of, rows: 1 })
  if (!found) return undefined
  if (!isAlive(found) || found.alive_until > now) return parseRun(found)
  await database.commit([step(run.bury, { ...of, now })])
  bell.ring(found.id)
  // Read again: the instance may have extended its time in between.
  const again = await database.first(run.newest, { ...of, rows: 1 })
  return again && parseRun(again)
}

function parseRun(row: RunRow): StoredRun {
  const { id, owner, thread_id, resumable, item_id, once_key, once_digest, state, alive_until } =
    row
  return {
    id,
    owner,
    threadId: thread_id,
    resumable: resumable === 1,
    ...(item_id === null ? {} : { itemId: item_id }),
    ...(once_key === null || once_digest === null
      ? {}
      : { once: { key: once_key, digest: once_digest } }),
    state,
    aliveUntil: alive_until,
  }
}
