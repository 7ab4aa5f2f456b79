// What every store of counts must do. No test lives here by itself.

import { describe, expect, it, onTestFinished } from 'vitest'
import type { CallCounts } from '../../src/policy/call-counts.ts'

/** Two stores over the same counts, as two instances of an app have them. */
interface Made {
  readonly stores: readonly [CallCounts, CallCounts]
  close?(): void
}

export function callCountsContract(name: string, make: () => Made | Promise<Made>): void {
  async function made(): Promise<readonly [CallCounts, CallCounts]> {
    const { stores, close } = await make()
    if (close) onTestFinished(() => close())
    return stores
  }

  describe(`counts of calls in ${name}`, () => {
    it('count up to the most, whichever instance asks', async () => {
      const [one, other] = await made()
      const taken = []
      for (const store of [one, other, one, other]) taken.push(await store.take('a', 60, 3))
      expect(taken).toEqual([true, true, true, false])
    })

    it('count no more when instances ask at the same time', async () => {
      const stores = await made()
      const asked = Array.from({ length: 40 }, (_, index) =>
        (stores[index % 2] ?? stores[0]).take('a', 60, 7),
      )
      expect((await Promise.all(asked)).filter(Boolean)).toHaveLength(7)
    })

    it('begin anew with a later time, and count apart by key', async () => {
      const [one] = await made()
      await one.take('a', 60, 1)
      expect(await one.take('b', 60, 1)).toBe(true)
      expect(await one.take('a', 60, 1)).toBe(false)
      expect(await one.take('a', 120, 1)).toBe(true)
      expect(await one.take('a', 120, 1)).toBe(false)
    })

    it('do not begin anew for an instance whose clock is late', async () => {
      const [one, late] = await made()
      await one.take('a', 120, 2)
      expect(await late.take('a', 60, 2)).toBe(true)
      expect(await late.take('a', 60, 2)).toBe(false)
      expect(await one.take('a', 120, 2)).toBe(false)
    })

    it('go by a limit that was changed', async () => {
      const [one] = await made()
      await one.take('a', 60, 1)
      expect(await one.take('a', 60, 2)).toBe(true)
      expect(await one.take('a', 60, 1)).toBe(false)
    })
  })
}
