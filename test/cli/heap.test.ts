// The space of new objects in the gateway's process: under load it grows once, and no more.

import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const HEAP = new URL('../../src/cli/heap.ts', import.meta.url).href

/** Makes garbage that lives for some turns of the event loop, as calls do. */
const LOAD = `
  const underWay = []
  for (let turn = 0; turn < 300; turn++) {
    underWay.push(Array.from({ length: 5_000 }, () => ({ turn })))
    if (underWay.length > 10) underWay.shift()
    await new Promise((resolve) => setImmediate(resolve))
  }
  const { getHeapSpaceStatistics } = await import('node:v8')
  const space = getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space')
  console.log(space.space_size / 1024 / 1024)
`

/** The megabytes of that space after the load, in a process of its own. */
async function megabytesAfter(setUp: string): Promise<number> {
  const program = `const heap = await import(${JSON.stringify(HEAP)}); ${setUp}; ${LOAD}`
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--input-type=module',
    '--eval',
    program,
  ])
  return Number(stdout)
}

it('grows to 8 MiB', async () => {
  const [free, held, grown] = await Promise.all([
    megabytesAfter(''),
    megabytesAfter('heap.holdNewSpace()'),
    megabytesAfter('heap.holdNewSpace(); heap.growNewSpaceOnce()'),
  ])
  expect(held).toBeLessThanOrEqual(2)
  expect(grown).toBe(8)
  expect(free).toBeGreaterThan(grown)
})
