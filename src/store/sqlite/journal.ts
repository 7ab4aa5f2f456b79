// The newest events of all runs, in the order in which they came. SQLite writes a whole page for
// each place of a table that a commit touches, and each run has a place of its own in the table of
// events. So a batch goes into one row first, and thousands of events are sorted into their logs
// together.

import { type EventLog, tableLog } from '../shared/event-log.ts'
import { SQLITE } from '../statements/compiled-sqlite.ts'
import { type SqlDatabase, type Step, step } from '../statements/sql.ts'

/** The most events that wait here. Whoever reads a log looks through all of them. */
const MAX_EVENTS = 2000

/** The journal of one file. */
export interface Journal extends EventLog {
  /** A run begins, with no event, in place of another that is over. */
  enter(id: string, before?: string): void
  /** A run is over. */
  leave(id: string): void
  /** The first steps of a change that deletes logs: then nothing of them is left here. */
  sorted(): readonly Step[]
}

const SORT: readonly Step[] = [step(SQLITE.journal.sort, {}), step(SQLITE.journal.clear, {})]

/** Makes the journal of the runs that this process begins. */
export function openJournal(database: SqlDatabase): Journal {
  const table = tableLog(database, SQLITE.runs)
  /** Numbers of the last events. Nobody else appends to these runs. */
  const lasts = new Map<string, number>()
  let waiting = 0

  return {
    enter(id, before): void {
      lasts.set(id, 0)
      if (before !== undefined) lasts.delete(before)
    },
    leave: (id) => void lasts.delete(id),
    sorted: () => SORT,
    async add(runs, events): Promise<boolean> {
      if (!runs.every(({ id, last }) => lasts.get(id) === last)) return false
      const values = {
        runs: JSON.stringify(runs.map(({ id, state }) => [id, state])),
        count: runs.length,
        events: JSON.stringify(events),
      }
      const isFull = waiting + events.length > MAX_EVENTS
      const added = step(SQLITE.journal.add, values, 1)
      if (!(await database.commit(isFull ? [added, ...SORT] : [added]))) return false
      waiting = isFull ? 0 : waiting + events.length
      for (const [id, number] of events) if (lasts.has(id)) lasts.set(id, number)
      return true
    },
    async stand(ids) {
      const rows = await table.stand(ids)
      return rows.map((row) => ({ ...row, last: lasts.get(row.id) ?? row.last }))
    },
  }
}
