// What the legs found, and how it is told.

/** The result of one scenario. */
export interface ScenarioResult {
  readonly name: string
  /** The revision of MCP that it ran at, or `extension`. */
  readonly revision: string
  readonly passed: boolean
  /** How many checks passed. */
  readonly checks: number
  /** What did not hold, one line each. */
  readonly failures: readonly string[]
  /** Why it is expected to fail. Undefined where it is expected to pass. */
  readonly expected?: string | undefined
}

/** The results of one leg. */
export interface LegResult {
  readonly leg: string
  readonly scenarios: readonly ScenarioResult[]
}

/**
 * Whether it went otherwise than it has to. One that passes although it is expected to fail is wrong,
 * too: the list of those must stay true.
 */
export function isWrong({ passed, expected }: ScenarioResult): boolean {
  return passed === (expected !== undefined)
}

/** The line of one scenario, and one for each thing that did not hold. */
export function lineOf(result: ScenarioResult): string {
  const { name, revision, passed, checks, failures, expected } = result
  const word = isWrong(result) ? 'FAILED ' : passed ? 'ok     ' : 'known  '
  const why =
    expected === undefined
      ? failures
      : passed
        ? ['it passed, so it must leave the list of expected failures']
        : [`expected: ${expected}`, ...failures]
  const title = `${word} ${revision} ${name}: ${checks} checks`
  return [title, ...why.map((line) => `        ${line}`)].join('\n')
}

/** `N passed, N failed`, and how many of them were expected to fail. */
export function summaryOf(leg: LegResult): string {
  const { passed, failed, expected } = countsOf(leg)
  const known = expected > 0 ? `, ${expected} expected to fail` : ''
  return `${leg.leg}: ${passed} passed, ${failed} failed${known}`
}

/** How many scenarios of a leg went how. */
export function countsOf({ scenarios }: LegResult) {
  const failed = scenarios.filter(isWrong).length
  const expected = scenarios.filter((result) => !isWrong(result) && !result.passed).length
  return { passed: scenarios.length - failed - expected, failed, expected }
}
