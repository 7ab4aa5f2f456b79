// How long the parts of TaskFlow wait for each other.

/**
 * Milliseconds that one part waits for another. A part that calls a part that calls on waits
 * longer: so the part next to an outage is the one that reports it.
 */
export interface Deadlines {
  readonly issuer: number
  readonly api: number
  readonly mcp: number
}

/** The deadlines of a TaskFlow that sets none. */
export const DEADLINES: Deadlines = { issuer: 3000, api: 6000, mcp: 9000 }
