// Runs and their logs in a database: rows from and to the records of the port. How watchers are woken is the database's own affair.

import type { Begun, NewRun, RunState, RunStore, StoredRun } from '../chatkit/run-store.ts'
import type { RunRow, RunStatements } from './run-statements.ts'
import { type SqlDatabase, step } from './sql.ts'

/** Tells watchers that something of a run may have changed, and lets them listen. */
export interface RunBell {
  ring(id: string): Promise<void> | void
  watch(id: string, wake: () => void): () => void
}

/** Milliseconds for which ended runs and their keys are kept. */
const KEPT = 24 * 3600 * 1000

/** The run store over an open database. */
export function sqlRunStore(database: SqlDatabase, run: RunStatements, bell: RunBell): RunStore {
  /** The newest run of a thread, taken for dead when its time is over. */
  async function latest(owner: string, thread: string, now: number): Promise<StoredRun | undefined> {
    const of = { owner, thread }
    const found = await database.first(run.newest, { ...of, rows: 1 })
    if (!found) return undefined
    if (!isAlive(found.state) || found.alive_until > now) return parseRun(found)
    await database.commit([step(run.bury, { ...of, now })])
    await bell.ring(found.id)
    // It may have said that it is alive meanwhile.
    const again = await database.first(run.newest, { ...of, rows: 1 })
    return again && parseRun(again)
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
      const changed = await database.commit([
        step(run.bury, { ...of, now }),
        step(run.add, values),
        step(run.dropEvents, { ...of, id }),
        step(run.dropOld, { before: now - KEPT }),
      ])
      if (changed?.[1] !== 1) return refused(wanted)
      const [, before] = await database.all(run.newest, { ...of, rows: 2 })
      if (before?.state !== 'interrupted') return { began: true }
      await bell.ring(before.id)
      return { began: true, replaced: parseRun(before) }
    },
    async append(id, first, events, aliveUntil): Promise<RunState> {
      const kept = await database.commit([
        step(run.touch, { id, until: aliveUntil }, 1),
        ...events.map((body, index) => step(run.addEvent, { id, number: first + index, body }, 1)),
      ])
      const found = await database.first(run.read, { id })
      if (!found) return 'done'
      if (kept === undefined && isAlive(found.state)) throw new TypeError('The events of a run are numbered without a gap')
      if (kept !== undefined && events.length > 0) await bell.ring(id)
      return found.state
    },
    async end(id, state): Promise<void> {
      await database.commit([step(run.end, { id, state })])
      await bell.ring(id)
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
      if (found) await bell.ring(found.id)
    },
    async forget(owner, threadId): Promise<void> {
      const of = { owner, thread: threadId }
      const found = await database.first(run.newest, { ...of, rows: 1 })
      if (!found) return
      await database.commit([step(run.forget, of)])
      await bell.ring(found.id)
    },
    watch: bell.watch,
  }

  /** Why a run could not be added. */
  async function refused({ owner, threadId: thread, once }: NewRun): Promise<Begun> {
    const before = once && (await database.first(run.byKey, { owner, key: once.key }))
    if (before) return { began: false, why: 'repeated', run: parseRun(before) }
    const found = await database.first(run.newest, { owner, thread, rows: 1 })
    return { began: false, why: found && isAlive(found.state) ? 'busy' : 'crowded' }
  }
}

/** Watchers within one process. */
export function localBell(): RunBell {
  const watchers = new Map<string, Set<() => void>>()
  return {
    ring(id): void {
      for (const wake of watchers.get(id) ?? []) wake()
    },
    watch(id, wake): () => void {
      const all = watchers.get(id) ?? new Set()
      watchers.set(id, all.add(wake))
      return () => {
        all.delete(wake)
        if (all.size === 0) watchers.delete(id)
      }
    },
  }
}

function isAlive(state: RunState): boolean {
  return state === 'running' || state === 'stopping'
}

function parseRun(row: RunRow): StoredRun {
  const { id, owner, thread_id, resumable, item_id, once_key, once_digest, state, alive_until } = row
  return {
    id,
    owner,
    threadId: thread_id,
    resumable: resumable === 1,
    ...(item_id === null ? {} : { itemId: item_id }),
    ...(once_key === null || once_digest === null ? {} : { once: { key: once_key, digest: once_digest } }),
    state,
    aliveUntil: alive_until,
  }
}
