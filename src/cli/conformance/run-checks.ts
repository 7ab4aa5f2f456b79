// Runs the checks one after the other, and counts what came of them.

import type { Bench } from './bench.ts'
import type { Check, Result } from './check.ts'
import { FAILURE_CHECKS } from './checks/failures.ts'
import { METADATA_CHECKS } from './checks/metadata.ts'
import { PEOPLE_CHECKS } from './checks/people.ts'
import { SESSION_CHECKS } from './checks/sessions.ts'
import { TOKEN_CHECKS } from './checks/tokens.ts'
import { type Outcome, unknown } from './outcome.ts'

/** Every check, in the order in which they run. */
export const CHECKS: readonly Check[] = [
  ...TOKEN_CHECKS,
  ...METADATA_CHECKS,
  ...SESSION_CHECKS,
  ...PEOPLE_CHECKS,
  ...FAILURE_CHECKS,
]

/** What came of all checks. */
export interface Report {
  readonly target: string
  readonly passed: number
  readonly failed: number
  readonly unknown: number
  /** Checks that are about something that the target has not. */
  readonly none: number
  readonly checks: readonly Result[]
}

/**
 * Runs the checks whose id begins with one of `only`, or all of them.
 *
 * @throws the reason of the signal, when it fires.
 */
export async function runChecks(
  bench: Bench,
  {
    only,
    signal,
    onResult,
  }: {
    readonly only: readonly string[]
    readonly signal: AbortSignal
    readonly onResult: (result: Result) => void
  },
): Promise<Report> {
  const results: Result[] = []
  for (const { id, says, run } of CHECKS) {
    if (only.length > 0 && !only.some((start) => id.startsWith(start))) continue
    const outcome = await run(bench).catch((error: unknown) => {
      signal.throwIfAborted()
      return noAnswer(error)
    })
    const result = { id, says, outcome }
    results.push(result)
    onResult(result)
  }
  const count = (kind: Outcome['kind']) =>
    results.filter(({ outcome }) => outcome.kind === kind).length
  return {
    target: bench.target,
    passed: count('passed'),
    failed: count('failed'),
    unknown: count('unknown'),
    none: count('none'),
    checks: results,
  }
}

/** The texts of foreign errors may quote what was sent. */
function noAnswer(error: unknown): Outcome {
  const isLate = error instanceof Error && error.name === 'TimeoutError'
  return unknown(isLate ? 'the target did not answer in time' : 'the target did not answer')
}
