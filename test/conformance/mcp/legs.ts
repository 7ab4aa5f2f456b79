// The legs: which side of the suite each of them runs, against what, and what it is expected to fail.

import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import type { LegName } from '../options.ts'
import type { ScenarioResult } from '../result.ts'
import { listenGateway } from './gateway/gateway.ts'
import type { Planned } from './judge.ts'
import { type Listening, listenProtected } from './server/protected-server.ts'
import type { Side, Suite } from './suite.ts'

/** One leg. */
interface Leg {
  readonly side: Side
  /** What belongs to the leg. */
  readonly takes: (planned: Planned) => boolean
  /** Starts what is tested. */
  readonly start: () => Promise<Target>
  /** Scenarios that fail, by revision and name, and why. */
  readonly expected: Readonly<Record<string, string>>
  /** How many scenarios run at the same time. */
  readonly atOnce: number
}

/** What is tested. */
interface Target {
  /** The suite's arguments that say so. */
  readonly target: readonly string[]
  readonly stop: () => void
}

/** Skills as resources (SEP-2640): a matter of the agent that reads them, which is not this code. */
const isAboutSkills = ({ name }: Planned) => name.startsWith('sep-2640-')

/** The suite hands this to a shell, with the server's URL behind it. */
const CLIENT = [
  process.execPath,
  '--conditions=onbehalf-source',
  '--disable-warning=ExperimentalWarning',
  join(import.meta.dirname, 'client', 'scenario-child.ts'),
]
  .map((word) => `"${word}"`)
  .join(' ')

export const LEGS: Readonly<Record<LegName, Leg>> = {
  // The official SDK's client over the fetch of onbehalf, with `connections` as its OAuth client.
  client: {
    side: 'client',
    takes: ({ name, revision }) =>
      ['2025-03-26', '2025-11-25', '2026-07-28', 'extension'].includes(revision) &&
      !isAboutSkills({ name, revision }),
    start: async () => ({ target: ['--command', CLIENT], stop: () => {} }),
    expected: {},
    atOnce: availableParallelism(),
  },
  // The official SDK's server behind protectMcpServer.
  server: serverLeg(() => listenProtected({ givesToken: true })),
  // The same, and a gateway in front of it, which is the fetch of onbehalf.
  gateway: serverLeg(listenGateway),
}

/** No extension: the SDK itself has no tasks. */
function serverLeg(listen: () => Promise<Listening>): Leg {
  return {
    side: 'server',
    takes: ({ revision }) => ['2025-11-25', '2026-07-28'].includes(revision),
    start: async () => {
      const { url, close } = await listen()
      return { target: ['--url', url], stop: close }
    },
    expected: {},
    // All of them talk to one server, whose lists change during one scenario.
    atOnce: 1,
  }
}

/** How a leg is run. */
export interface LegOptions {
  /** A folder for what the scenarios leave. */
  readonly data: string
  /** Only scenarios whose name has this in it. */
  readonly only: string
  readonly onEnd: (result: ScenarioResult) => void
}

/** Runs every scenario of a leg. */
export async function runLeg(
  leg: Leg,
  suite: Suite,
  { data, only, onEnd }: LegOptions,
): Promise<readonly ScenarioResult[]> {
  const { side, takes, expected, atOnce } = leg
  const listed = await suite.list(side)
  const waiting = listed.filter((planned) => takes(planned) && planned.name.includes(only))
  const { target, stop } = await leg.start()
  const results: ScenarioResult[] = []
  async function work(): Promise<void> {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const result = await suite.run(side, next, { target, data })
      const told = { ...result, expected: expected[`${next.revision} ${next.name}`] }
      results.push(told)
      onEnd(told)
    }
  }
  try {
    await Promise.all(Array.from({ length: atOnce }, work))
  } finally {
    stop()
  }
  return results
}
