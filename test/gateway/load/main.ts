// `npm run test:long -- gateway`: what two instances agree on; how they restart, are killed and lose their database; then
// thirty minutes of mixed load on one. Options: --agreements (nothing else), --minutes N (0 for none), --calls N, --people N. Ends with
// 1 when anything failed that must not, was doubled or leaked, or grew.

import { parseArgs } from 'node:util'
import { runLoad } from './load.ts'
import { runTwoInstances } from './two-instances.ts'

const { values } = parseArgs({
  options: {
    agreements: { type: 'boolean', default: false },
    minutes: { type: 'string', default: '30' },
    calls: { type: 'string', default: '100000000' },
    people: { type: 'string', default: '50' },
  },
})
const { scenes, agreements } = await runTwoInstances(values.agreements)
for (const { name, holds } of agreements) console.log(`${holds ? 'holds' : 'BROKEN'}: ${name}`)
const isDisagreed = agreements.some(({ holds }) => !holds)
if (values.agreements) process.exit(isDisagreed ? 1 : 0)
for (const { name, calls, failed, doubled } of scenes)
  console.log(`two instances, ${name}: calls ${calls}, failed ${failed}, doubled ${doubled}`)
const [restarted] = scenes
const isBroken =
  isDisagreed ||
  restarted?.failed !== 0 ||
  scenes.at(-1)?.failed !== 0 ||
  scenes.some(({ doubled }) => doubled > 0)
if (isBroken) process.exitCode = 1
if (Number(values.minutes) === 0) process.exit()
const tally = await runLoad({
  minutes: Number(values.minutes),
  calls: Number(values.calls),
  people: Number(values.people),
  say: console.error,
})
const { faults, calls, failed, doubled, leaked, rssMb, descriptors } = tally
console.log(
  `faults ${faults}, calls ${calls}, failed ${failed}, doubled ${doubled}, leaked ${leaked}; memory ${rssMb.join(' to ')} MB, descriptors ${descriptors.join(' to ')}`,
)
const grew = rssMb[1] > rssMb[0] * 1.5 + 50 || descriptors[1] > descriptors[0] + 64
process.exitCode = failed + doubled + leaked > 0 || grew || isBroken ? 1 : 0
