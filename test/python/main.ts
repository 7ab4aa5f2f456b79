// Runs examples/python in a real browser, and Python clients against the gateway of `npm start`:
// `npm run test:python`. It installs the packages into .data/python (or ONBEHALF_PYTHON), says what
// could not be had, and ends what it started.

import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { launchBrowser } from '../browser/browser.ts'
import { NotAvailable, say, Tally } from '../issuers-real/tally.ts'
import { runClients } from './clients.ts'
import { pythonWith, REQUIREMENTS } from './environment.ts'
import {
  audited,
  hidden,
  noTokenInTheAgent,
  onlyExchangedInTheServer,
  ownThreads,
  stolenRunToken,
  stoppedRun,
  twoPeople,
} from './scenes.ts'
import { openWorld, type World } from './world.ts'

const cache = resolve(process.env.ONBEHALF_PYTHON ?? '.data/python')
mkdirSync(cache, { recursive: true })
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => process.exit(143))

const SCENES: readonly (readonly [string, (world: World) => Promise<string | undefined>])[] = [
  ['two people see and change only their own tasks', twoPeople],
  ["another person's conversation is not found", ownThreads],
  ['the model sees no credential and no parameter for one', hidden],
  ['no token is in the Python process of the agent', noTokenInTheAgent],
  ['the Python MCP server has only tokens of its own', onlyExchangedInTheServer],
  ['a run token is good for its person, its run and its routes alone', stolenRunToken],
  ['a run token ends with the answer that its person stops', stoppedRun],
  ['every hop is in the audit, without a token', audited],
]

const tally = new Tally()
try {
  const python = await pythonWith(cache, ['--requirement', REQUIREMENTS])
  await example(python)
  await runClients(tally, cache, {
    newer: python,
    older: await pythonWith(cache, ['openai-agents==0.24.0', 'mcp==1.30.0']),
  })
} catch (error) {
  if (!(error instanceof NotAvailable)) throw error
  say(`could not be had: ${error.message}`)
}
say(tally.summary())
process.exit(tally.failed > 0 || tally.passed === 0 ? 1 : 0)

async function example(python: string): Promise<void> {
  const browser = await launchBrowser()
  try {
    const world = await openWorld(join(cache, 'example'), python, browser)
    try {
      for (const [title, scene] of SCENES) await tally.step(title, () => scene(world))
    } finally {
      await world.close()
    }
  } finally {
    await browser.close()
  }
}
