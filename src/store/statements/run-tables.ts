// The tables of the run store.

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
