// A table of grams: its filter passes every gram that is in it, and few others, however many there are.

import { randomBytes } from 'node:crypto'
import { expect, it } from 'vitest'
import { GramTable } from '../../../src/mcp/redact/gram-table.ts'
import { EXACT, gramAt } from '../../../src/mcp/redact/grams.ts'

/** The hashes of grams that are as random as those of tokens. */
function hashesOf(count: number): readonly number[] {
  const letters = randomBytes(count).toString('base64url')
  return Array.from({ length: count }, (_, at) => gramAt(letters, at, EXACT))
}

it.each([
  [1_000, 0.03],
  [30_000, 0.03],
  [300_000, 0.03],
])(
  'the filter of %i grams passes all of them, and at most a part of %d of others',
  (count, part) => {
    const table = new GramTable()
    const known = hashesOf(count)
    for (const [place, hash] of known.entries()) table.add(hash, place)
    expect(known.every((hash) => table.mayHave(hash))).toBe(true)
    const others = hashesOf(50_000).filter((hash) => table.first(hash) < 0)
    const passing = others.filter((hash) => table.mayHave(hash))
    expect(passing.length / others.length).toBeLessThan(part)
  },
)
