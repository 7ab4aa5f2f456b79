// The official MCP conformance suite: how it is installed, what is in it, and how one scenario runs.

import { mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { installPackages } from '../../issuers-real/better-auth/better-auth.ts'
import { outputOf } from '../../issuers-real/program.ts'
import type { ScenarioResult } from '../result.ts'
import { type Check, judge, type Planned, parseList } from './judge.ts'

/** The suite is pinned: a newer one asks for other things. */
export const SUITE = {
  name: '@modelcontextprotocol/conformance',
  version: '0.2.0-alpha.12',
} as const

/** Milliseconds for one scenario. The machine may be busy. */
const SCENARIO_MS = 90_000

/** Which side of the protocol a scenario tests. */
export type Side = 'client' | 'server'

/** The installed suite. */
export interface Suite {
  /** The scenarios of one side, each once for every revision that it applies to. */
  list(side: Side): Promise<readonly Planned[]>
  /** Runs one scenario. `target` are the suite's arguments that say what is tested. */
  run(
    side: Side,
    scenario: Planned,
    options: { readonly target: readonly string[]; readonly data: string },
  ): Promise<ScenarioResult>
}

/**
 * Installs the suite, unless it is there.
 *
 * @throws NotAvailable when it cannot be had.
 */
export async function installSuite(folder: string): Promise<Suite> {
  await installPackages(folder, 'suite', { [SUITE.name]: SUITE.version })
  const program = join(folder, 'suite', 'node_modules', SUITE.name, 'dist', 'index.js')
  const start = (args: readonly string[]) =>
    outputOf({ command: process.execPath, args: [program, ...args] })

  return {
    async list(side) {
      const { output } = await start(['list', `--${side}`])
      const planned = parseList(output)
      if (planned.length === 0) throw new Error(`the suite lists no scenario: ${output}`)
      return planned
    },
    async run(side, { name, revision }, { target, data }) {
      const results = mkdtempSync(join(data, 'scenario-'))
      const { code, output } = await start([
        side,
        ...['--scenario', name, '--timeout', String(SCENARIO_MS), '--output-dir', results],
        ...(revision === 'extension' ? [] : ['--spec-version', revision]),
        ...target,
      ])
      return judge({ name, revision }, readChecks(results), { code, output })
    },
  }
}

/** The checks that a run left, wherever in the folder. */
function readChecks(folder: string): readonly Check[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  const file = files.find((path) => path.endsWith('checks.json'))
  return file === undefined ? [] : JSON.parse(readFileSync(join(folder, file), 'utf8'))
}
