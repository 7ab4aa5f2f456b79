// `npm run conformance -- mcp`: the official MCP conformance suite over this code; `-- peers`: our own
// checks over the proxies of others. It installs the suite and the proxies into .data/conformance (or ONBEHALF_CONFORMANCE). Ends with 0 when all passed, 1 when
// something failed, 2 when that could not be told.

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { NotAvailable } from '../issuers-real/tally.ts'
import { LEGS, runLeg } from './mcp/legs.ts'
import { installSuite, SUITE } from './mcp/suite.ts'
import { type Options, readOptions, USAGE } from './options.ts'
import { runPeers } from './peers/peers.ts'
import { countsOf, type LegResult, lineOf, type ScenarioResult, summaryOf } from './result.ts'

const root = resolve(import.meta.dirname, '../..')
const folder = process.env.ONBEHALF_CONFORMANCE ?? join(root, '.data', 'conformance')
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => process.exit(143))

const options = readOptions(process.argv.slice(2))
if (options) process.exitCode = await run(options)
else {
  console.error(USAGE)
  process.exitCode = 2
}

/** Runs what was asked for, and gives the exit code. */
async function run(options: Options): Promise<number> {
  // With --json, standard output is for the one object.
  const say = options.isJson ? console.error : console.log
  return options.what === 'mcp' ? runLegs(options, say) : comparePeers(options, say)
}

type Say = (line: string) => void

/** What others do is told, and is no failure of ours. */
async function comparePeers({ isJson }: Options, say: Say): Promise<number> {
  try {
    const peers = await runPeers(folder, say)
    if (isJson) console.log(JSON.stringify({ peers }))
    return 0
  } catch (error) {
    if (!(error instanceof NotAvailable)) throw error
    console.error(`A proxy could not be had, so nothing is known: ${error.message}`)
    return 2
  }
}

async function runLegs({ legs, only, isJson }: Options, say: Say): Promise<number> {
  mkdirSync(folder, { recursive: true })
  const data = mkdtempSync(join(folder, 'run-'))
  process.on('exit', () => rmSync(data, { recursive: true, force: true }))
  const results: LegResult[] = []
  try {
    const suite = await installSuite(folder)
    say(`${SUITE.name} ${SUITE.version}`)
    for (const leg of legs) {
      const onEnd = (result: ScenarioResult) => say(lineOf(result))
      const result = { leg, scenarios: await runLeg(LEGS[leg], suite, { data, only, onEnd }) }
      results.push(result)
      say(summaryOf(result))
    }
  } catch (error) {
    if (!(error instanceof NotAvailable)) throw error
    console.error(`The suite could not be had, so nothing is known: ${error.message}`)
    return 2
  }
  if (isJson) console.log(JSON.stringify({ suite: SUITE, legs: results.map(told) }))
  if (results.some(({ scenarios }) => scenarios.length === 0)) return 2
  return results.some((result) => countsOf(result).failed > 0) ? 1 : 0
}

function told(result: LegResult) {
  return { leg: result.leg, ...countsOf(result), scenarios: result.scenarios }
}
