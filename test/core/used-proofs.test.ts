// The memory of used proofs at its bounds.

import { expect, it } from 'vitest'
import { usedProofs } from '../../src/core/used-proofs.ts'

const NOW = 1_000_000

function memory(maxEntries: number) {
  return usedProofs({ maxEntries, windowSeconds: 60, now: () => NOW * 1000 })
}

it('the memory of used proofs takes a proof as old as its window, and none that is older', () => {
  const used = memory(10)
  expect([used.add('a', NOW - 60), used.add('b', NOW - 61)]).toEqual([true, false])
})

it('the memory of used proofs forgets its oldest second first, and takes nothing of that second again', () => {
  const used = memory(2)
  expect([used.add('a', NOW - 20), used.add('b', NOW - 10)]).toEqual([true, true])
  expect([used.add('c', NOW), used.add('d', NOW - 5)]).toEqual([true, true])
  expect([used.add('e', NOW - 20), used.add('f', NOW - 10)]).toEqual([false, false])
})
