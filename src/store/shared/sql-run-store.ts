// Runs and their logs in a database: rows from and to the records of the port. How watchers are woken is the database's own affair.

import type {
  BeginTerms,
  Begun,
  NewRun,
  RunState,
  RunStore,
  StoredRun,
} from '../../chatkit/runs/run-store.ts'
import type { RunRow, RunStatements } from '../statements/run-statements.ts'
import { type SqlDatabase, type Step, step } from '../statements/sql.ts'
import type { RunBell } from './run-bell.ts'

/** Beginnings of one run, when what was in their way has ended before it could be named. */
const MOST_TRIES = 5

/** Milliseconds for which ended runs and their keys are kept at least, and between two looks for those to forget. */
const KEPT = 24 * 3600 * 1000
const SWEEP = 3600 * 1000

/**
 * The run store over an open database.
 *
 * @param lock What a beginning does first: where changes are made side by side, it takes the owner, so that no two count the owner's runs at once.
 */
export function sqlRunStore(
  database: SqlDatabase,
  run: RunStatements,
  bell: RunBell,
  lock: (owner: string) => readonly Step[] = () => [],
): RunStore {
  let swept = Number.NEGATIVE_INFINITY

  /** The newest run of a thread, taken for dead when its time is over. */
  async function latest(
    owner: string,
    thread: string,
    now: number,
  ): Promise<StoredRun | undefined> {
    const of = { owner, thread }
    const found = await database.first(run.newest, { ...of, rows: 1 })
    if (!found) return undefined
    if (!isAlive(found) || found.alive_until > now) return parseRun(found)
    await database.commit([step(run.bury, { ...of, now })])
    bell.ring(found.id)
    // It may have said that it is alive meanwhile.
    const again = await database.first(run.newest, { ...of, rows: 1 })
    return again && parseRun(again)
  }

  /** Apart from what begins, so that no beginning waits for another one's rows. */
  async function sweep(now: number): Promise<void> {
    if (Math.abs(now - swept) < SWEEP) return
    swept = now
    await database.commit([step(run.dropOld, { before: now - KEPT })])
  }

  return {
    async begin(wanted, { now, aliveUntil, most }): Promise<Begun> {
      const { id, owner, threadId: thread, once } = wanted
      const of = { owner, thread }
      const values = {
        ...of,
        id,
        resumable: wanted.resumable ? 1 : 0,
        item: wanted.itemId ?? null,
        key: once?.key ?? null,
        digest: once?.digest ?? null,
        until: aliveUntil,
        now,
        most,
      }
      await sweep(now)
      const before = [...lock(owner), step(run.bury, { ...of, now })]
      for (let tries = 1; ; tries += 1) {
        const changed = await database.commit([
          ...before,
          step(run.add, values),
          step(run.dropEvents, { ...of, id }),
        ])
        if (changed?.[before.length] === 1) break
        const why = await refused(wanted, { now, most })
        if (why) return why
        // What was in the way is over by now.
        if (tries === MOST_TRIES) return { began: false, why: 'busy' }
      }
      const [, last] = await database.all(run.newest, { ...of, rows: 2 })
      if (last?.state !== 'interrupted') return { began: true }
      bell.ring(last.id)
      return { began: true, replaced: parseRun(last) }
    },
    async append(id, first, events, aliveUntil): Promise<RunState> {
      const kept =
        events.length === 0
          ? []
          : [step(run.addEvents, { id, first, bodies: JSON.stringify(events) }, events.length)]
      // It is nearly always running, which then need not be asked.
      for (let state: RunState = 'running'; ; ) {
        if (
          await database.commit([step(run.touch, { id, until: aliveUntil, state }, 1), ...kept])
        ) {
          if (events.length > 0) bell.ring(id)
          return state
        }
        const found = await database.first(run.read, { id })
        if (!found) return 'done'
        if (!isAlive(found)) return found.state
        if (found.state === state)
          throw new TypeError('The events of a run are numbered without a gap')
        state = found.state
      }
    },
    async end(id, state): Promise<void> {
      await database.commit([step(run.end, { id, state })])
      bell.ring(id)
    },
    async drop(id): Promise<void> {
      await database.commit([step(run.drop, { id })])
      bell.ring(id)
    },
    latest,
    async events(id, after, limit): Promise<readonly string[]> {
      const rows = await database.all(run.events, { id, after, rows: limit })
      return rows.map(({ body }) => body)
    },
    async stop(owner, threadId): Promise<void> {
      const of = { owner, thread: threadId }
      const changed = await database.commit([step(run.stop, of)])
      if (changed?.[0] === 0) return
      const found = await database.first(run.newest, { ...of, rows: 1 })
      if (found) bell.ring(found.id)
    },
    async forget(owner, threadId): Promise<void> {
      const of = { owner, thread: threadId }
      const found = await database.first(run.newest, { ...of, rows: 1 })
      if (!found) return
      await database.commit([step(run.forget, of)])
      bell.ring(found.id)
    },
    watch: bell.watch,
  }

  /** Why a run could not be added, if that still holds. */
  async function refused(
    { owner, threadId: thread, once }: NewRun,
    { now, most }: Pick<BeginTerms, 'now' | 'most'>,
  ): Promise<Begun | undefined> {
    const before = once && (await database.first(run.byKey, { owner, key: once.key }))
    if (before) return { began: false, why: 'repeated', run: parseRun(before) }
    const found = await database.first(run.newest, { owner, thread, rows: 1 })
    if (found && isAlive(found)) return { began: false, why: 'busy' }
    const alive = await database.first(run.countAlive, { owner, now })
    return (alive?.count ?? 0) >= most ? { began: false, why: 'crowded' } : undefined
  }
}

/** Whether a run is under way. */
export function isAlive({ state }: Pick<StoredRun, 'state'>): boolean {
  return state === 'running' || state === 'stopping'
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
