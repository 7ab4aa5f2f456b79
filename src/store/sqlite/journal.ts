// The newest events of all runs, in the order in which they came. SQLite writes a whole page for
// each place of a table that a commit touches, and each run has a place of its own in the table of
// events. So a batch goes into one row first. What has come together for a run goes into its log
// later, as one row, along with another batch.

import type { EventLog, RunEvents } from '../shared/event-log.ts'
import { tableLog } from '../shared/table-log.ts'
import { SQLITE } from '../statements/compiled-sqlite.ts'
import { type SqlDatabase, type Step, step } from '../statements/sql.ts'
import { type OpenRun, Unsorted } from './unsorted.ts'

/** The journal of one file. */
export interface Journal extends EventLog {
  /** The first steps of a change that ends what a dead process left: its events are sorted. */
  sorted(): readonly Step[]
}

type Changed = ReturnType<SqlDatabase['commit']>

/** Makes the journal of the runs that this process begins. */
export function openJournal(database: SqlDatabase): Journal {
  return new FileJournal(database)
}

class FileJournal implements Journal {
  readonly #database: SqlDatabase
  readonly #table: EventLog
  readonly #unsorted = new Unsorted()
  /** The number of the last batch. */
  #seq = 0
  #adding: Promise<unknown> | undefined
  readonly #moving = new Set<Promise<unknown>>()

  constructor(database: SqlDatabase) {
    this.#database = database
    this.#table = tableLog(database, SQLITE.runs)
  }

  sorted(): readonly Step[] {
    return [step(SQLITE.journal.sort, {}), clear(Number.MAX_SAFE_INTEGER)]
  }

  open(id: string): void {
    this.#unsorted.enter(id)
  }

  async add(runs: readonly RunEvents[]): Promise<boolean> {
    // Nobody else appends to these runs, so their last numbers are known here.
    if (!runs.every(({ id, first }) => this.#unsorted.get(id)?.last === first - 1)) return false
    const adding = this.#addBatch(runs)
    this.#adding = adding.catch(() => {})
    try {
      return await adding
    } finally {
      this.#adding = undefined
    }
  }

  async #addBatch(runs: readonly RunEvents[]): Promise<boolean> {
    this.#seq += 1
    const seq = this.#seq
    const events = JSON.stringify(runs.flatMap(rowsOf))
    const states = JSON.stringify(runs.map(({ id, state }) => [id, state]))
    const move = this.#unsorted.plan(seq)
    const added = await this.#database.commit([
      step(SQLITE.journal.add, { seq, events, runs: states, count: runs.length }, 1),
      ...move.runs.flatMap(toLog),
      ...(move.before === undefined ? [] : [clear(move.before)]),
    ])
    if (!added) return false
    this.#unsorted.moved(move.runs, seq)
    if (move.before !== undefined) this.#unsorted.cleared(move.before)
    this.#unsorted.add(seq, events.length, runs)
    return true
  }

  async stand(ids: readonly string[]): ReturnType<EventLog['stand']> {
    const rows = await this.#table.stand(ids)
    return rows.map((row) => ({ ...row, last: this.#unsorted.get(row.id)?.last ?? row.last }))
  }

  async read(id: string, after: number, limit: number): Promise<readonly string[]> {
    // Taken before the log is read: what is moved meanwhile is in the log then.
    const { last = 0, events = [] } = this.#unsorted.get(id) ?? {}
    const start = last - events.length
    const sorted = after < start || last === 0 ? await this.#table.read(id, after, limit) : []
    const rest = events.slice(after + sorted.length - start)
    return after + sorted.length < start ? sorted : [...sorted, ...rest].slice(0, limit)
  }

  async close(id: string, steps: readonly Step[]): Changed {
    while (this.#adding || this.#unsorted.get(id)?.isMoving) await this.#settled()
    const run = this.#unsorted.get(id)
    const changed = await this.#move(run ? [run] : [], steps)
    if (changed) this.#unsorted.leave(id)
    return changed
  }

  async erase(ids: readonly string[], steps: readonly Step[]): Changed {
    while (this.#adding || this.#moving.size > 0) await this.#settled()
    // Their events are in rows with those of others. So the others go into their logs.
    const isMixed = ids.some((id) => this.#unsorted.hasTrace(id))
    const others = isMixed ? this.#unsorted.all().filter(({ id }) => !ids.includes(id)) : []
    const before = this.#seq + 1
    const changed = await this.#move(others, isMixed ? [clear(before), ...steps] : steps)
    if (!changed) return changed
    for (const id of ids) this.#unsorted.leave(id)
    this.#unsorted.moved(others, before)
    if (isMixed) this.#unsorted.cleared(before)
    return changed
  }

  /** Makes a change that first brings what these runs have into their logs. */
  async #move(runs: readonly OpenRun[], steps: readonly Step[]): Changed {
    const change = this.#database.commit([...runs.flatMap(toLog), ...steps])
    const settled = change.then(ignore, ignore)
    this.#moving.add(settled)
    for (const run of runs) run.isMoving = true
    try {
      return await change
    } finally {
      this.#moving.delete(settled)
      for (const run of runs) run.isMoving = false
    }
  }

  async #settled(): Promise<void> {
    await Promise.all([this.#adding, ...this.#moving])
  }
}

/** The events as rows of a batch. */
function rowsOf({ id, first, events }: RunEvents): readonly (readonly [string, number, string])[] {
  return events.map((event, index) => [id, first + index, event])
}

/** What the log of a run lacks, as one row. */
function toLog({ id, last, events }: OpenRun): readonly Step[] {
  if (events.length === 0) return []
  const body = JSON.stringify(events)
  return [
    step(SQLITE.journal.addToLog, { id, first: last - events.length + 1, number: last, body }),
  ]
}

function clear(before: number): Step {
  return step(SQLITE.journal.clear, { before })
}

function ignore(): void {}
