// Runs the steps against real issuers from the registries: `npm run test:issuers`. Arguments name
// some of the issuers; `--record` records their answers for `npm test` in place of the steps. It installs what it needs into .data/issuers (or ONBEHALF_ISSUERS), says what
// could not be had and what an issuer does not offer, and ends what it started.

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { IssuerKind } from './kind.ts'
import { KINDS } from './kinds.ts'
import { installPattern, PATTERN, patternSteps } from './pattern/pattern.ts'
import { askingSteps } from './steps/asking.ts'
import { connectingSteps } from './steps/connecting.ts'
import { doctorSteps } from './steps/doctor.ts'
import { endingSteps } from './steps/ending.ts'
import { keySteps } from './steps/keys.ts'
import { manySteps } from './steps/many.ts'
import { recordingSteps } from './steps/recording.ts'
import { signInSteps } from './steps/sign-in.ts'
import { NotAvailable, say, Tally } from './tally.ts'

const isRecording = process.argv.includes('--record')
const STEPS = isRecording
  ? [recordingSteps]
  : [signInSteps, doctorSteps, askingSteps, connectingSteps, endingSteps, keySteps, manySteps]

const root = resolve(import.meta.dirname, '../..')
const folder = process.env.ONBEHALF_ISSUERS ?? join(root, '.data', 'issuers')
mkdirSync(folder, { recursive: true })
const data = mkdtempSync(join(folder, 'run-'))
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => process.exit(143))
process.on('exit', () => rmSync(data, { recursive: true, force: true }))

const wanted = process.argv
  .slice(2)
  .filter((word) => !word.startsWith('--'))
  .map((word) => word.toLowerCase())
const tally = new Tally()
for (const kind of KINDS) {
  if (isWanted(kind.name)) await runKind(kind)
}
if (!isRecording && isWanted(PATTERN)) await runPattern()
if (tally.passed + tally.failed + tally.notAvailable.length === 0)
  say(`Names: ${[...KINDS.map(({ name }) => name), PATTERN].map(wordOf).join(', ')}`)
say(tally.summary())
process.exit(tally.failed > 0 || tally.passed === 0 ? 1 : 0)

function isWanted(name: string): boolean {
  return wanted.length === 0 || wanted.some((word) => wordOf(name).includes(word))
}

/** A name as it is written on a command line. */
function wordOf(name: string): string {
  return name.toLowerCase().replaceAll(' ', '-')
}

async function runKind(kind: IssuerKind): Promise<void> {
  if (!(await isInstalled(kind.name, () => kind.install(folder)))) return
  await tally.step(`${kind.name}: started, and ended`, async () => {
    const real = await kind.start(folder, join(data, kind.name))
    try {
      for (const steps of STEPS) await steps(real, tally, kind.name)
      const { documented } = real
      if (documented && !isRecording)
        for (const steps of [signInSteps, doctorSteps])
          await steps(documented, tally, `${kind.name}, as documented`)
    } finally {
      await real.stop()
    }
    return undefined
  })
}

async function runPattern(): Promise<void> {
  if (await isInstalled(PATTERN, () => installPattern(folder)))
    await patternSteps(folder, join(data, 'pattern'), tally)
}

/** Whether a thing could be had. */
async function isInstalled(name: string, install: () => Promise<void>): Promise<boolean> {
  try {
    await install()
    return true
  } catch (error) {
    if (!(error instanceof NotAvailable)) throw error
    tally.notAvailable.push(`${name}: ${error.message}`)
    return false
  }
}
