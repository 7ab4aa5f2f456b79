// What a shape takes, what it makes of it, and where it says that something is wrong.

import { describe, expect, it } from 'vitest'
import {
  count,
  dictionary,
  flag,
  list,
  Misshapen,
  maybe,
  object,
  oneOf,
  or,
  type Shape,
  text,
} from '../../../src/chatkit/protocol/shape.ts'

function placeOf(shape: Shape<unknown>, value: unknown): string {
  try {
    shape(value)
  } catch (error) {
    if (error instanceof Misshapen) return error.path.join('.')
    throw error
  }
  return 'taken'
}

describe('a shape takes no value that only looks like it', () => {
  it.each<{ name: string; shape: Shape<unknown>; value: unknown }>([
    { name: 'a number for a string', shape: text(), value: 1 },
    { name: 'a string that is too short', shape: text({ least: 1 }), value: '' },
    { name: 'a string that is too long', shape: text({ most: 3 }), value: 'four' },
    { name: 'another word', shape: oneOf('asc', 'desc'), value: 'ASC' },
    { name: 'a fraction', shape: count(), value: 1.5 },
    { name: 'a negative number', shape: count(), value: -1 },
    { name: 'a number in a string', shape: count(), value: '1' },
    { name: 'a number that is too large', shape: count(9), value: 10 },
    { name: 'a word for true', shape: flag, value: 'true' },
    { name: 'null where a default is', shape: or(flag, true), value: null },
    { name: 'an object for a list', shape: list(count(), 9), value: { length: 0 } },
    { name: 'a list that is too long', shape: list(count(), 2), value: [1, 2, 3] },
    { name: 'a list for an object', shape: object({}), value: [] },
    { name: 'null for an object', shape: object({}), value: null },
    { name: 'a list for a dictionary', shape: dictionary(text(), count(), 9), value: [] },
    {
      name: 'a dictionary that is too large',
      shape: dictionary(text(), count(), 1),
      value: { a: 1, b: 2 },
    },
    {
      name: 'a key that is no key',
      shape: dictionary(text({ most: 1 }), count(), 9),
      value: { long: 1 },
    },
  ])('$name', ({ shape, value }) => {
    expect(placeOf(shape, value)).toBe('')
  })
})

it('says where, through objects, lists and dictionaries', () => {
  const shape = object({ parts: list(object({ sizes: dictionary(text(), count(), 9) }), 9) })
  expect(placeOf(shape, { parts: [{ sizes: {} }, { sizes: { large: 'x' } }] })).toBe(
    'parts.1.sizes.*',
  )
  expect(placeOf(shape, { parts: [{}] })).toBe('parts.0.sizes')
  expect(placeOf(shape, {})).toBe('parts')
})

it('keeps the fields that it knows, and leaves out what is missing', () => {
  const shape = object<{ readonly a: string; readonly b?: number; readonly c: boolean }>({
    a: text(),
    b: maybe(count()),
    c: or(flag, false),
  })
  expect(shape({ a: 'x', b: null, other: 1 })).toStrictEqual({ a: 'x', c: false })
  expect(shape({ a: '', b: 0, c: true })).toStrictEqual({ a: '', b: 0, c: true })
})

it('leaves out the key that would be a prototype', () => {
  const read = dictionary(
    text(),
    (value) => value,
    9,
  )(JSON.parse('{ "__proto__": { "admin": true }, "a": 1 }'))
  expect(Object.keys(read)).toEqual(['a'])
  expect(Object.getPrototypeOf(read)).toBe(Object.prototype)
})
