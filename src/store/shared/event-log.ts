// Where the events of all runs are added together: the port of the joint append, and its
// implementation over the tables that both databases have.

import type { RunState } from '../../chatkit/runs/run-store.ts'
import type { RunStatements } from '../statements/run-statements.ts'
import type { LastRow } from '../statements/run-tables.ts'
import { type SqlDatabase, step } from '../statements/sql.ts'

/** A run that gets events, as the caller takes it to be. */
export interface Expected {
  readonly id: string
  readonly state: RunState
  /** The number of its last event. */
  readonly last: number
}

/** An event as a row. */
export type EventRow = readonly [id: string, number: number, body: string]

/** The log of all runs. */
export interface EventLog {
  /** Adds all events, or none. @returns False when some run is not as expected. */
  add(runs: readonly Expected[], events: readonly EventRow[]): Promise<boolean>
  /** How far these runs are. A run that is not there is left out. */
  stand(ids: readonly string[]): Promise<readonly LastRow[]>
}

/** The log over the table of events. */
export function tableLog(
  database: SqlDatabase,
  run: Pick<RunStatements, 'addEvents' | 'stand'>,
): EventLog {
  return {
    async add(runs, events): Promise<boolean> {
      const values = {
        runs: JSON.stringify(runs.map(({ id, state, last }) => [id, state, last])),
        count: runs.length,
        events: JSON.stringify(events),
      }
      return (await database.commit([step(run.addEvents, values, events.length)])) !== undefined
    },
    stand: (ids) => database.all(run.stand, { ids: JSON.stringify(ids.map((id) => [id])) }),
  }
}
