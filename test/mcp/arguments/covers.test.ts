// Which pointers a pattern covers, and which members may be named at all.

import { expect, it } from 'vitest'
import { covers, isNameable } from '../../../src/mcp/arguments/pointer.ts'

it.each<[string, string, boolean]>([
  ['a', 'a', true],
  ['a', 'a b', true],
  ['a b', 'a', false],
  ['a', 'b', false],
  ['*', 'a', true],
  ['* b', 'a b', true],
  ['* b', 'a c', false],
  ['a *', 'a b c', true],
  ['a *', 'b b', false],
  ['a *', 'a', false],
  ['', 'a', true],
])('a pattern of "%s" against "%s": %s', (pattern, pointer, covered) => {
  const parts = (text: string) => text.split(' ').filter((part) => part !== '')
  expect(covers(parts(pattern), parts(pointer))).toBe(covered)
})

it.each([
  ['token', true],
  ['*', false],
  ['__proto__', false],
  ['constructor', false],
  ['prototype', false],
])('a member called %s may be named: %s', (name, may) => {
  expect(isNameable(name)).toBe(may)
})
