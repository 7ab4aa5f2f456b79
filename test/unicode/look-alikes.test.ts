// The table of letters that look like Latin ones equals what the data gives, and holds for every
// script.

import { expect, it } from 'vitest'
import { lookAlikes } from '../../scripts/look-alikes.ts'
import { LOOK_ALIKES } from '../../src/mcp/arguments/look-alikes.ts'
import { lookOf } from '../../src/mcp/arguments/name-words.ts'

it('the written table equals the data (if not, run scripts/look-alikes.ts)', () => {
  expect(lookAlikes()).toContain(LOOK_ALIKES)
})

it.each([
  ['user_id', 'usеr_іd'],
  ['access_token', 'ACCESS TΟΚΕΝ'],
  ['access_token', 'аccessToken'],
  ['api_key', 'apl-key'],
])('%s and %s have one look', (name, other) => {
  expect(lookOf(other)).toBe(lookOf(name))
})
