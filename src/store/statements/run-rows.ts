// The rows that the statements of the run store read. Apart from the tables, because the types of the
// stores name them, and an app has no kysely.

import type { RunState } from '../../chatkit/runs/run-store.ts'

/** A run's row. */
export interface RunRow {
  readonly id: string
  readonly owner: string
  readonly thread_id: string
  readonly resumable: number
  readonly item_id: string | null
  readonly once_key: string | null
  readonly once_digest: string | null
  readonly state: RunState
  readonly alive_until: number
}

/** How far a run is. */
export interface LastRow {
  readonly id: string
  readonly state: RunState
  /** The number of its last event. */
  readonly last: number
}

/** One element of a JSON array, as a row. */
export interface JsonRow {
  readonly value: unknown
}

/** One text of a JSON array, as a row. */
export interface TextRow {
  readonly key: number
  readonly value: string
}
