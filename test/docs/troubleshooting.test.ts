// docs/troubleshooting.md has a line for every reason, and for none that does not exist.

import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { REASONS } from '../core/reasons.ts'

const page = readFileSync(new URL('../../docs/troubleshooting.md', import.meta.url), 'utf8')
const lines = [...page.matchAll(/^\| `([a-z_]+)` \| (.+) \| (.+) \|$/gm)]

it('has one line for each reason', () => {
  expect(lines.map(([, reason]) => reason).sort()).toEqual([...REASONS].sort())
})

it('says what happened and what to do, in each line', () => {
  for (const [line, , happened = '', remedy = ''] of lines)
    expect([happened.trim() !== '', remedy.trim() !== ''], line).toEqual([true, true])
})
