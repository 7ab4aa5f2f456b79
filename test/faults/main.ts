// Runs the whole schedule of faults: `npm run test:long` does so last. It prints one summary, and
// fails when anything was lost, done twice or leaked, or when there were too few faults to tell.
// Arguments name the parts to run: `npm run test:faults -- disk clock`.

import { rmSync } from 'node:fs'
import { makeRoot, makeTemplate, type Stage } from './scenario.ts'
import { WHOLE } from './schedule.ts'
import { summaryOf, Tally } from './tally.ts'
import { makeWorld } from './world.ts'

/** Fewer say nothing. */
const LEAST_FAULTS = 1000

const started = performance.now()
// What a dead process waited for does not keep this one.
const awake = setInterval(() => {}, 1000)
const root = makeRoot()
const tally = new Tally()
let tasks = 0
makeTemplate(root)
const stage: Stage = { world: await makeWorld(), tally, root, nextTask: () => ++tasks }
const seconds = () => (performance.now() - started) / 1000
const wanted = process.argv.slice(2)
const isWhole = wanted.length === 0
for (const [name, run] of WHOLE) {
  if (!isWhole && !wanted.some((part) => name.includes(part))) continue
  const before = tally.problems.length
  await run(stage)
  for (const problem of tally.problems.slice(before)) console.error(`faults: ! ${problem}`)
  console.error(`faults: ${name}: ${tally.counts.faults} faults, ${Math.round(seconds())} s`)
}
clearInterval(awake)
rmSync(root, { recursive: true })
console.log(summaryOf(tally, seconds()))
const isEnough = !isWhole || tally.counts.faults >= LEAST_FAULTS
if (!isEnough) console.error(`faults: fewer than ${LEAST_FAULTS} faults say nothing`)
process.exit(tally.isGood && isEnough ? 0 : 1)
