// The tree of hidden places, where a place is named twice: by itself, and as one of all.

import { expect, it } from 'vitest'
import {
  hides,
  isBare,
  NOTHING,
  treeOf,
  under,
  underEvery,
} from '../../../src/mcp/arguments/hidden-tree.ts'

const tree = treeOf(
  [
    'list/0/token',
    'list/0/deep/a',
    'list/0/only/c',
    'list/*/uid',
    'list/*/deep/b',
    'list/*/every/d',
    'top',
  ].map((text) => [text, text.split('/')] as const),
)
const list = under(tree, 'list')

it('an element with a place of its own hides that, and what every element hides', () => {
  const first = under(list, '0')
  expect([...first.members.keys()].sort()).toEqual(['deep', 'every', 'only', 'token', 'uid'])
  expect([...under(first, 'deep').members.keys()].sort()).toEqual(['a', 'b'])
  expect(under(under(first, 'deep'), 'b').ends).toEqual(['list/*/deep/b'])
  expect([hides(first, 'token'), hides(first, 'uid'), hides(first, 'deep')]).toEqual([
    true,
    true,
    false,
  ])
  // It is one object, so that work can be remembered by it.
  expect(under(list, '0')).toBe(first)
})

it('any other element hides what every element hides', () => {
  expect(under(list, '1')).toBe(underEvery(list))
  expect([...under(list, '*').members.keys()].sort()).toEqual(['deep', 'every', 'uid'])
})

it('a place without hidden ones below it is bare', () => {
  expect([isBare(tree), isBare(under(tree, 'top')), isBare(under(tree, 'else'))]).toEqual([
    false,
    true,
    true,
  ])
  expect(under(tree, 'else')).toBe(NOTHING)
  expect(treeOf([])).toBe(NOTHING)
})
