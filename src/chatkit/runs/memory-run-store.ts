// The reference run store. It keeps runs in this process's memory, so it serves one process and
// loses them when the process ends.

import {
  type BeginTerms,
  type Begun,
  isAlive,
  type NewRun,
  type RunNews,
  type RunState,
  type RunStore,
  type StoredRun,
} from './run-store.ts'
import { RunTable } from './run-table.ts'
import { ShortLists } from './short-lists.ts'

/**
 * Makes a store that keeps runs in memory.
 *
 * @example
 * ```ts
 * const server = chatkitServer({ admit, store, respond, runs: memoryRunStore() })
 * ```
 */
export function memoryRunStore(): RunStore {
  const watchers = new ShortLists<(news: RunNews) => void>()
  const wake = (id: string, news?: RunNews): void => {
    for (const wakeOne of watchers.get(id)) wakeOne(news)
  }
  const table = new RunTable(wake)
  return {
    async begin(run, terms): Promise<Begun> {
      return beginRun(table, run, terms)
    },
    async append(id, first, events, aliveUntil): Promise<RunState> {
      const state = appendEvents(table, id, first, events, aliveUntil)
      if (events.length > 0 && isAlive({ state })) wake(id, 'events')
      return state
    },
    async end(id, state): Promise<void> {
      endRun(table, id, state)
    },
    async drop(id): Promise<void> {
      const kept = table.get(id)
      if (!kept) return
      table.drop(kept)
      wake(id)
    },
    async latest(owner, threadId, now): Promise<StoredRun | undefined> {
      return table.newestAt(owner, threadId, now)?.run
    },
    async events(id, after, limit): Promise<readonly string[]> {
      return table.get(id)?.events.slice(after, after + limit) ?? []
    },
    async stop(owner, threadId): Promise<void> {
      const kept = table.newest(owner, threadId)
      if (kept?.run.state === 'running') table.setState(kept, 'stopping')
    },
    async forget(owner, threadId): Promise<void> {
      for (const kept of table.ofThread(owner, threadId)) {
        table.drop(kept)
        wake(kept.run.id)
      }
    },
    watch(id, wakeOne): () => void {
      watchers.add(id, wakeOne)
      return () => watchers.remove(id, wakeOne)
    },
  }
}

function beginRun(table: RunTable, run: NewRun, { now, aliveUntil, most }: BeginTerms): Begun {
  table.dropOld(now)
  const repeated = table.withKeyOf(run)
  if (repeated) return { began: false, why: 'repeated', run: repeated.run }
  const before = table.newestAt(run.owner, run.threadId, now)
  if (before && isAlive(before.run)) return { began: false, why: 'busy' }
  if (table.countAlive(run.owner, now) >= most) return { began: false, why: 'crowded' }
  if (before?.run.state === 'done') before.events = []
  const replaced = before?.run.state === 'interrupted' ? before.run : undefined
  table.add(run, aliveUntil, replaced?.id)
  return replaced ? { began: true, replaced } : { began: true }
}

function appendEvents(
  table: RunTable,
  id: string,
  first: number,
  events: readonly string[],
  aliveUntil: number | undefined,
): RunState {
  const kept = table.get(id)
  if (!kept) return 'done'
  if (!isAlive(kept.run)) return kept.run.state
  if (events.length > 0 && first !== kept.events.length + 1)
    throw new TypeError('The events of a run must be numbered without a gap')
  if (aliveUntil !== undefined) kept.run = { ...kept.run, aliveUntil }
  kept.events.push(...events)
  return kept.run.state
}

function endRun(table: RunTable, id: string, state: 'done' | 'interrupted'): void {
  const kept = table.get(id)
  if (!kept || !isAlive(kept.run)) return
  table.setState(kept, state)
  // Nobody can resume it. But if it replaced a run, dropping it would bring that one back.
  if (!kept.run.resumable && !kept.run.once && !kept.replaced) table.drop(kept)
}
