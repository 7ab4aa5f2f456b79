// The client leg: the official SDK's client over the fetch of onbehalf, with `connections` as its
// OAuth client, against the servers of the suite.

import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import type { ScenarioResult } from '../result.ts'
import type { Planned } from './judge.ts'
import type { Suite } from './suite.ts'

/** The revisions of MCP that this code speaks, and what belongs to none. */
const REVISIONS = ['2025-03-26', '2025-11-25', '2026-07-28', 'extension']

/** Scenarios that fail, and why. */
const EXPECTED_FAILURES: Readonly<Record<string, string>> = {}

/** Skills as resources (SEP-2640): a matter of the agent that reads them, which is not this code. */
const isOurs = ({ name }: Planned) => !name.startsWith('sep-2640-')

/** How a leg is run. */
export interface LegOptions {
  /** A folder for what the scenarios leave. */
  readonly data: string
  /** Only scenarios whose name has this in it. */
  readonly only: string
  readonly onEnd: (result: ScenarioResult) => void
}

/** Runs every scenario, as many at a time as there are cores: each starts two processes. */
export async function runClientLeg(
  suite: Suite,
  { data, only, onEnd }: LegOptions,
): Promise<readonly ScenarioResult[]> {
  const waiting = (await suite.list('client')).filter(
    (planned) =>
      isOurs(planned) && REVISIONS.includes(planned.revision) && planned.name.includes(only),
  )
  const results: ScenarioResult[] = []
  async function work(): Promise<void> {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const result = await suite.run('client', next, { target: ['--command', CLIENT], data })
      const told = { ...result, expected: EXPECTED_FAILURES[next.name] }
      results.push(told)
      onEnd(told)
    }
  }
  await Promise.all(Array.from({ length: availableParallelism() }, work))
  return results
}

/** The suite hands this to a shell, with the server's URL behind it. */
const CLIENT = [
  process.execPath,
  '--conditions=onbehalf-source',
  '--disable-warning=ExperimentalWarning',
  join(import.meta.dirname, 'client', 'scenario-child.ts'),
]
  .map((word) => `"${word}"`)
  .join(' ')
