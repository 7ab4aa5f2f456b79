// The log of events over the tables that both databases have.

import type { RunStatements } from '../statements/run-statements.ts'
import { type SqlDatabase, step } from '../statements/sql.ts'
import type { EventLog } from './event-log.ts'

/** The log over the table of events. */
export function tableLog(
  database: SqlDatabase,
  run: Pick<RunStatements, 'addEvents' | 'stand' | 'events'>,
): EventLog {
  return {
    open(): void {},
    async add(runs): Promise<boolean> {
      const values = {
        runs: JSON.stringify(runs.map(({ id, state, first }) => [id, state, first - 1])),
        count: runs.length,
        events: JSON.stringify(
          runs.map(({ id, first, events }) => [
            id,
            first,
            first + events.length - 1,
            JSON.stringify(events),
          ]),
        ),
      }
      return (await database.commit([step(run.addEvents, values, runs.length)])) !== undefined
    },
    stand: (ids) => database.all(run.stand, { ids: JSON.stringify(ids.map((id) => [id])) }),
    async read(id, after, limit): Promise<readonly string[]> {
      const rows = await database.all(run.events, { id, after, rows: limit })
      return rows.map(({ body }) => body)
    },
    close: async (_id, steps) => (steps.length === 0 ? [] : database.commit(steps)),
    erase: (_ids, steps) => database.commit(steps),
  }
}
