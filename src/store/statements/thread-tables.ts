// The tables of the thread store, and the rows that its statements read.

import type { Generated } from 'kysely'
import type { RunTables } from './run-tables.ts'

/** The tables, as the migrations make them. */
export interface ThreadTables extends Pick<RunTables, 'run'> {
  /** `version` counts the changes; `body` is the thread's state in JSON. */
  readonly thread: {
    seq: Generated<number>
    id: string
    owner: string
    version: number
    body: string
  }
  /** `hidden` is 0 or 1; `body` is the item in JSON. */
  readonly item: {
    seq: Generated<number>
    thread_id: string
    id: string
    hidden: number
    body: string
  }
  /** `body` is the record in JSON, without its thread. */
  readonly attachment: {
    seq: Generated<number>
    id: string
    owner: string
    thread_id: string | null
    body: string
  }
}

/** A thread's row. */
export interface ThreadRow {
  readonly id: string
  readonly owner: string
  readonly version: number
  readonly body: string
}

/** An attachment's row. */
export interface AttachmentRow {
  readonly id: string
  readonly owner: string
  readonly thread_id: string | null
  readonly body: string
}
