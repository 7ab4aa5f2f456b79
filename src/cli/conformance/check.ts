// What one check of a target is.

import type { Bench } from './bench.ts'
import type { Outcome } from './outcome.ts'

/** One thing that must hold. */
export interface Check {
  /** `GROUP.NAME`, as `--only` and the report name it. */
  readonly id: string
  /** What must hold, as a sentence. */
  readonly says: string
  readonly run: (bench: Bench) => Promise<Outcome>
}

/** A check and what came of it. */
export interface Result {
  readonly id: string
  readonly says: string
  readonly outcome: Outcome
}
