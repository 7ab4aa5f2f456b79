// What is examined, and what one step of it gives.

import type { Finding } from './report.ts'
import type { Given } from './try-door.ts'

/** What is examined. */
export interface Examination extends Given {
  /** As the operator spelled it: an https URL, or one of this machine. */
  readonly issuer: string
  readonly server: string | undefined
  /** What the issuer calls the server. */
  readonly target: string | undefined
  readonly scopes: readonly string[]
  /** The environment variable with the client's secret, for the settings. */
  readonly secretVariable: string | undefined
}

/** What one step found: its part of the report, and findings. */
export interface Step<T> {
  readonly part: T
  readonly findings: readonly Finding[]
}
