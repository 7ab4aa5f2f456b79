// Everybody sends every type of request for one person's things, over every store. A wrapper that
// forgets one check must be noticed.

import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { type RealDoor, realDoor } from '../real-door.ts'
import { describeStores } from '../stores.ts'
import { REQUESTS, violationsOf, type World, worldOf } from './matrix.ts'

let door: RealDoor
beforeAll(async () => {
  door = await realDoor()
})

describeStores('what is one person’s', (open) => {
  async function world(): Promise<World> {
    const [stores] = await open()
    const made = await worldOf(stores, door)
    onTestFinished(() => made.close())
    return made
  }

  it.each(Object.keys(REQUESTS))(
    'is to nobody else anything but missing, asked for by %s',
    async (type) => {
      expect(await violationsOf(type, await world())).toEqual([])
    },
  )
})

describe('the matrix', () => {
  it('the matrix asks all types of requests that the server knows', async () => {
    const { parseRequest } = await import('../../../src/chatkit/protocol/parse-request.ts')
    const limits = {
      bodyBytes: 1,
      audioBytes: 1,
      textLength: 1,
      titleLength: 1,
      logLength: 1_000_000,
      runs: 1,
      streams: 32,
    }
    const known = (type: string) => {
      const parsed = parseRequest({ type, params: null }, limits)
      return !parsed.ok && parsed.refusal.code !== 'unknown_type'
    }
    expect(Object.keys(REQUESTS)).toHaveLength(22)
    expect(Object.keys(REQUESTS).filter((type) => !known(type))).toEqual([])
  })
})
