// The load on the gateway in a short form. `npm run test:long -- gateway` has the long one.

import { expect, it } from 'vitest'
import { runLoad } from './load.ts'

it('keeps people apart, calls once, and goes on beside a server that fails', async () => {
  const tally = await runLoad({ people: 20, calls: 450, minutes: 1, say() {} })
  expect(tally).toMatchObject({ failed: 0, doubled: 0, leaked: 0 })
  expect(tally.calls).toBeGreaterThanOrEqual(450)
  expect(tally.faults).toBeGreaterThan(5)
})
