// The tables of the run store, and the rows that its statements read.

import type { Generated } from 'kysely'
import type { RunState } from '../../chatkit/runs/run-store.ts'

/** The tables, as the migrations make them. */
export interface RunTables {
  readonly run: {
    seq: Generated<number>
    id: string
    owner: string
    thread_id: string
    resumable: number
    item_id: string | null
    once_key: string | null
    once_digest: string | null
    state: RunState
    alive_until: number
  }
  /**
   * Each row has some events of a run, from `first` up to `number`. `body` is a JSON array of texts.
   */
  readonly run_event: { run_id: string; first: number; number: number; body: string }
}

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
