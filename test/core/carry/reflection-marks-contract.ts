// The contract of every store of reflection marks. An implementation's test calls this with a
// factory; it holds no test of one implementation.

import { beforeEach, describe, expect, it } from 'vitest'
import type { ReflectionMarks } from '../../../src/core/carry/reflection-marks.ts'
import { MCP, START } from '../parts.ts'

const OTHER = 'https://other.example/mcp'
const NOW = START * 1000

/**
 * What a factory gives: two stores over the same marks, as two connections or processes have them.
 */
export interface ReflectionMarksUnderTest {
  readonly stores: readonly [ReflectionMarks, ReflectionMarks]
  readonly close?: () => void | Promise<void>
}

/** Runs the contract over factories of empty stores. */
export function reflectionMarksContract(
  name: string,
  make: () => ReflectionMarksUnderTest | Promise<ReflectionMarksUnderTest>,
): void {
  describe(`${name} as a store of reflection marks`, () => {
    let marks: ReflectionMarks
    let other: ReflectionMarks
    beforeEach(async () => {
      const made = await make()
      ;[marks, other] = made.stores
      return made.close
    })

    it('knows the servers that were marked, through every connection, and no others', async () => {
      expect([await marks.isMarked(MCP), await marks.list()]).toEqual([false, []])
      await marks.mark(MCP, NOW)
      for (const one of [marks, other])
        expect([
          await one.isMarked(MCP),
          await one.isMarked(OTHER),
          await one.isMarked(`${MCP}/`),
        ]).toEqual([true, false, false])
    })

    it('keeps the first time of a server that is marked again, also by many at once', async () => {
      await marks.mark(MCP, NOW)
      await Promise.all(
        [marks, other].flatMap((one) => [one.mark(MCP, NOW + 1), one.mark(MCP, NOW - 1)]),
      )
      expect(await other.list()).toEqual([{ resource: MCP, since: NOW }])
    })

    it('lists every mark, the oldest first, with nothing but the server and the time', async () => {
      await marks.mark(MCP, NOW + 0.5)
      await other.mark(OTHER, NOW)
      expect(await marks.list()).toEqual([
        { resource: OTHER, since: NOW },
        { resource: MCP, since: NOW + 0.5 },
      ])
    })

    it('clears one mark, says whether there was one, and can be marked anew', async () => {
      await marks.mark(MCP, NOW)
      await marks.mark(OTHER, NOW)
      expect([await other.clear(MCP), await marks.clear(MCP), await marks.isMarked(MCP)]).toEqual([
        true,
        false,
        false,
      ])
      expect(await marks.isMarked(OTHER)).toBe(true)
      await marks.mark(MCP, NOW + 1)
      expect(await other.list()).toEqual([
        { resource: OTHER, since: NOW },
        { resource: MCP, since: NOW + 1 },
      ])
    })
  })
}
