// `npm run test:long -- gateway`: thirty minutes of mixed load on the gateway. Options: --minutes N,
// --calls N, --people N. Ends with 1 when anything failed, was doubled or leaked, or grew.

import { parseArgs } from 'node:util'
import { runLoad } from './load.ts'

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' },
    calls: { type: 'string', default: '100000000' },
    people: { type: 'string', default: '50' },
  },
})
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
process.exitCode = failed + doubled + leaked > 0 || grew ? 1 : 0
