// The contract of every store of pins. An implementation's test calls this with a factory; it holds
// no test of one implementation.

import { beforeEach, describe, expect, it } from 'vitest'
import {
  MAX_CHANGES,
  MAX_PINS,
  type ToolPin,
  type ToolPinReview,
  type ToolPins,
} from '../../../src/core/carry/tool-pins.ts'
import { MCP, START } from '../parts.ts'

const OTHER = 'https://other.example/mcp'
const NOW = START * 1000

/** A pin of a tool with a definition that is called `version`. */
export function pinOf(name: string, version: string): ToolPin {
  return { tool: `sha256:${name}`, label: name, fingerprint: `sha256:${name}-${version}` }
}

/** What a factory gives: two stores over the same pins, as two connections or processes have them. */
export interface ToolPinsUnderTest {
  readonly stores: readonly [ToolPins, ToolPins]
  readonly close?: () => void | Promise<void>
}

/** Runs the contract over factories of empty stores. */
export function toolPinsContract(
  name: string,
  make: () => ToolPinsUnderTest | Promise<ToolPinsUnderTest>,
): void {
  describe(`${name} as a store of pins`, () => {
    let pins: ToolPins
    let other: ToolPins
    beforeEach(async () => {
      const made = await make()
      ;[pins, other] = made.stores
      return made.close
    })
    const versionsOf = async (store: ToolPins, owner: string, resource = MCP) =>
      Object.fromEntries(await store.read(owner, resource))

    it('gives the pins of one owner and one server, through every connection', async () => {
      expect(await versionsOf(pins, 'alice')).toEqual({})
      await pins.add('alice', MCP, [pinOf('a', '1'), pinOf('b', '1')])
      await other.add('bob', MCP, [pinOf('a', '2')])
      await pins.add('alice', OTHER, [pinOf('c', '1')])
      for (const store of [pins, other]) {
        expect(await versionsOf(store, 'alice')).toEqual({
          'sha256:a': 'sha256:a-1',
          'sha256:b': 'sha256:b-1',
        })
        expect(await versionsOf(store, 'bob')).toEqual({ 'sha256:a': 'sha256:a-2' })
        expect(await versionsOf(store, 'alice', OTHER)).toEqual({ 'sha256:c': 'sha256:c-1' })
        expect(await versionsOf(store, 'bob', OTHER)).toEqual({})
      }
    })

    it('keeps the first pin of a tool, also when many are made at once', async () => {
      await pins.add('alice', MCP, [pinOf('a', '1'), pinOf('a', '2')])
      await Promise.all([pins, other].map((one) => one.add('alice', MCP, [pinOf('a', '3')])))
      expect(await versionsOf(other, 'alice')).toEqual({ 'sha256:a': 'sha256:a-1' })
    })

    it('refuses pins beyond the bound of one owner and server, and drops none', async () => {
      const many = Array.from({ length: MAX_PINS - 1 }, (_, i) => pinOf(`flood${i}`, '1'))
      await pins.add('alice', MCP, [pinOf('first', '1')])
      await pins.add('alice', MCP, many)
      await pins.add('alice', MCP, [pinOf('late', '1')])
      const kept = await pins.read('alice', MCP)
      expect([kept.size, kept.has('sha256:first'), kept.has('sha256:late')]).toEqual([
        MAX_PINS,
        true,
        false,
      ])
      await pins.add('alice', OTHER, [pinOf('late', '1')])
      await pins.add('bob', MCP, [pinOf('late', '1')])
      expect([(await pins.read('alice', OTHER)).size, (await pins.read('bob', MCP)).size]).toEqual([
        1, 1,
      ])
    })

    it('takes changes, a bounded number for each server', async () => {
      const many = Array.from({ length: MAX_CHANGES + 5 }, (_, i) => ({
        ...pinOf('a', `${i}`),
        since: NOW + i,
      }))
      await pins.noteChanges(MCP, many)
      await pins.noteChanges(MCP, many.slice(0, 3))
      await other.noteChanges(OTHER, many.slice(0, 1))
      expect(await versionsOf(pins, 'alice')).toEqual({})
    })
  })
}

/** Runs the contract of the review, for stores that have one. */
export function toolPinReviewContract(
  name: string,
  make: () => Promise<ToolPins & ToolPinReview>,
): void {
  describe(`${name} as it is reviewed`, () => {
    let pins: ToolPins & ToolPinReview
    beforeEach(async () => {
      pins = await make()
      await pins.add('alice', MCP, [pinOf('a', '1'), pinOf('b', '1')])
      await pins.add('bob', MCP, [pinOf('a', '1')])
      await pins.add('alice', OTHER, [pinOf('a', '1')])
    })
    const changed = (version: string, since = NOW) => ({ ...pinOf('a', version), since })

    it('counts tools and owners, and lists each change once, the oldest first', async () => {
      expect(await pins.servers()).toEqual([
        { resource: OTHER, owners: 1, tools: 1 },
        { resource: MCP, owners: 2, tools: 2 },
      ])
      await pins.noteChanges(MCP, [changed('2', NOW + 1), changed('3')])
      await pins.noteChanges(MCP, [changed('2', NOW + 2)])
      expect(await pins.changes()).toEqual([
        { resource: MCP, ...changed('3') },
        { resource: MCP, ...changed('2', NOW + 1) },
      ])
    })

    it.each(['a', 'sha256:a'])(
      'approves the change of the tool "%s" for every owner of that server, and no other',
      async (tool) => {
        await pins.noteChanges(MCP, [changed('2'), changed('3')])
        expect(await pins.approve(MCP, tool, 'sha256:a-9')).toBe(false)
        expect(await pins.approve(OTHER, tool, 'sha256:a-2')).toBe(false)
        expect(await pins.approve(MCP, tool, 'sha256:a-2')).toBe(true)
        for (const owner of ['alice', 'bob', 'somebody new'])
          expect((await pins.read(owner, MCP)).get('sha256:a')).toBe('sha256:a-2')
        expect((await pins.read('alice', MCP)).get('sha256:b')).toBe('sha256:b-1')
        expect((await pins.read('alice', OTHER)).get('sha256:a')).toBe('sha256:a-1')
        expect(await pins.changes()).toEqual([])
        // The next change takes the place of that one.
        await pins.noteChanges(MCP, [changed('4')])
        expect(await pins.approve(MCP, tool, 'sha256:a-4')).toBe(true)
        expect((await pins.read('alice', MCP)).get('sha256:a')).toBe('sha256:a-4')
      },
    )

    it('counts no approval as a pin, so it neither is listed nor takes a place', async () => {
      await pins.noteChanges(MCP, [changed('2')])
      await pins.approve(MCP, 'a', 'sha256:a-2')
      expect((await pins.servers())[1]).toEqual({ resource: MCP, owners: 2, tools: 2 })
    })

    it('drops the pins, changes and approvals of one tool or one server', async () => {
      await pins.noteChanges(MCP, [changed('2'), changed('3')])
      await pins.approve(MCP, 'a', 'sha256:a-2')
      await pins.noteChanges(MCP, [changed('3')])
      expect(await pins.clear(MCP, 'a')).toBe(3)
      expect(await pins.changes()).toEqual([])
      expect([...(await pins.read('alice', MCP)).keys()]).toEqual(['sha256:b'])
      expect(await pins.clear(MCP)).toBe(1)
      expect([await pins.clear(MCP), await pins.clear('', 'a')]).toEqual([0, 0])
      expect(await pins.servers()).toEqual([{ resource: OTHER, owners: 1, tools: 1 }])
    })

    it('does not take an unnamed tool for another', async () => {
      await pins.add('alice', MCP, [
        { tool: 'sha256:x', label: '', fingerprint: 'x' },
        { tool: 'sha256:y', label: '', fingerprint: 'y' },
      ])
      expect(await pins.clear(MCP, '')).toBe(0)
      expect(await pins.clear(MCP, 'sha256:x')).toBe(1)
    })
  })
}
