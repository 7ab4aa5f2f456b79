// Where the events of all runs are kept: the port, and its implementation over the tables that both
// databases have.

import type { RunState } from '../../chatkit/runs/run-store.ts'
import type { RunStatements } from '../statements/run-statements.ts'
import type { LastRow } from '../statements/run-tables.ts'
import { type SqlDatabase, type Step, step } from '../statements/sql.ts'

/** Events of one run. */
export interface RunEvents {
  readonly id: string
  /** The state that the caller takes the run to be in. */
  readonly state: RunState
  /** The number of the first of the events. */
  readonly first: number
  readonly events: readonly string[]
}

/** The log of all runs. */
export interface EventLog {
  /** A run has begun. It has no events. */
  open(id: string): void
  /** Adds all events, or none. @returns False when some run is not as expected. */
  add(runs: readonly RunEvents[]): Promise<boolean>
  /** How far these runs are. A run that is not there is left out. */
  stand(ids: readonly string[]): Promise<readonly LastRow[]>
  /** The events of a run from the one after number `after`, at most so many. */
  read(id: string, after: number, limit: number): Promise<readonly string[]>
  /** Makes a change that ends a run. */
  close(id: string, steps: readonly Step[]): ReturnType<SqlDatabase['commit']>
  /** Makes a change that deletes runs with their events. */
  erase(ids: readonly string[], steps: readonly Step[]): ReturnType<SqlDatabase['commit']>
}

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
