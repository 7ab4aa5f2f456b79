// Where the events of all runs are kept.

import type { RunState } from '../../chatkit/runs/run-store.ts'
import type { LastRow } from '../statements/run-rows.ts'
import type { SqlDatabase, Step } from '../statements/sql.ts'

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
