// The run store in a SQLite file, for one process at a time. Runs that nobody can come back to are kept in memory: they cost no commit.

import { memoryRunStore } from '../chatkit/memory-run-store.ts'
import type { BeginTerms, Begun, NewRun, RunStore } from '../chatkit/run-store.ts'
import { type RunTables, runStatements } from './run-statements.ts'
import { localBell, sqlRunStore } from './sql-run-store.ts'
import type { SqliteDatabase } from './sqlite.ts'
import { sqliteCompiler } from './statement.ts'

/** The run store over an open database. */
export function sqliteRunStore(database: SqliteDatabase): RunStore {
  const kept = sqlRunStore(database, runStatements(sqliteCompiler<RunTables>()), localBell())
  const light = memoryRunStore()
  /** Ids of the runs that are in memory. */
  const lights = new Set<string>()
  const of = (id: string) => (lights.has(id) ? light : kept)
  let turn: Promise<unknown> = Promise.resolve()

  /** One begin at a time: a thread may be taken in either place. */
  function begin(run: NewRun, terms: BeginTerms): Promise<Begun> {
    const begun = turn.then(async (): Promise<Begun> => {
      const isLight = !run.resumable && !run.once
      const [here, there] = isLight ? [light, kept] : [kept, light]
      const other = await there.latest(run.owner, run.threadId, terms.now)
      if (other?.state === 'running' || other?.state === 'stopping') return { began: false, why: 'busy' }
      const done = await here.begin(run, terms)
      if (done.began && isLight) lights.add(run.id)
      return done.began && !done.replaced && other?.state === 'interrupted' ? { began: true, replaced: other } : done
    })
    turn = begun.catch(() => {})
    return begun
  }

  return {
    begin,
    append: (id, first, events, aliveUntil) => of(id).append(id, first, events, aliveUntil),
    async end(id, state): Promise<void> {
      const store = of(id)
      lights.delete(id)
      await store.end(id, state)
    },
    async latest(owner, threadId, now) {
      // A run in memory is kept while it is alive only, so it is the newest then.
      return (await light.latest(owner, threadId, now)) ?? (await kept.latest(owner, threadId, now))
    },
    events: (id, after, limit) => of(id).events(id, after, limit),
    async stop(owner, threadId): Promise<void> {
      await light.stop(owner, threadId)
      await kept.stop(owner, threadId)
    },
    async forget(owner, threadId): Promise<void> {
      await light.forget(owner, threadId)
      await kept.forget(owner, threadId)
    },
    watch: (id, wake) => of(id).watch(id, wake),
  }
}
