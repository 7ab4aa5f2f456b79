// Headers for the hot path behave as the platform's do.

import { describe, expect, it } from 'vitest'
import { PlainHeaders } from '../../../src/core/http/plain-headers.ts'

const BOTH = { platform: Headers, plain: PlainHeaders }

/** What can be seen of headers. */
function seen(headers: Headers) {
  const each: unknown[] = []
  headers.forEach((value, name) => void each.push([name, value]))
  return {
    list: [...headers],
    entries: [...headers.entries()],
    names: [...headers.keys()],
    values: [...headers.values()],
    each,
    cookies: headers.getSetCookie(),
  }
}

/** The same done to both. */
const STEPS: Readonly<Record<string, (headers: Headers) => unknown>> = {
  set: (headers) => headers.set('X-One', ' 1 '),
  'set twice': (headers) => [headers.set('x-one', '1'), headers.set('X-ONE', '2')],
  append: (headers) => [headers.append('x-one', '1'), headers.append('X-One', '2')],
  delete: (headers) => [headers.set('x-one', '1'), headers.delete('X-One'), headers.has('x-one')],
  get: (headers) => [headers.set('x-one', '1'), [headers.get('X-ONE'), headers.get('x-two')]],
  order: (headers) => [headers.set('b', '1'), headers.set('a', '2'), headers.set('C', '3')],
  cookies: (headers) => [
    headers.append('set-cookie', 'a=1'),
    headers.append('set-cookie', 'b=2'),
    headers.get('set-cookie'),
  ],
  'a cookie set': (headers) => [
    headers.append('set-cookie', 'a=1'),
    headers.set('set-cookie', 'b=2'),
    headers.delete('set-cookie'),
  ],
  'not bytes': (headers) => headers.set('x', 'ł'),
  bytes: (headers) => headers.set('x', 'é\t1'),
  'a line break inside': (headers) => headers.set('x', 'a\r\nb: c'),
  'a line break around': (headers) => headers.set('x', '\r\n a \r\n'),
  'a zero': (headers) => headers.set('x', 'a\0'),
  'no name': (headers) => headers.set('', 'a'),
  'a name with a blank': (headers) => headers.append('a b', 'a'),
  'a name with a colon': (headers) => headers.get('a:'),
  'an empty value': (headers) => headers.set('x', ''),
}

describe.each(Object.entries(STEPS))('%s', (_, step) => {
  it('does to both the same', () => {
    const [platform, plain] = Object.values(BOTH).map((Kind) => {
      const headers = new Kind()
      try {
        return [step(headers), seen(headers)]
      } catch (error) {
        return [error instanceof TypeError ? 'refused' : error, seen(headers)]
      }
    })
    expect(plain).toEqual(platform)
  })
})

it.each([
  [{ 'X-One': '1', two: '2' }],
  [
    [
      ['one', '1'],
      ['One', '2'],
    ] as [string, string][],
  ],
  [new Headers({ one: '1' })],
  [new PlainHeaders({ one: '1' })],
])('is made of what the platform’s are made of, and those of it', (given) => {
  expect(seen(new PlainHeaders(given))).toEqual(seen(new Headers(given)))
  expect(seen(new Headers(new PlainHeaders(given)))).toEqual(seen(new Headers(given)))
})

it('is a copy, and quotes no value that it refuses', () => {
  const first = new PlainHeaders({ one: '1' })
  const copy = new PlainHeaders(first)
  copy.set('one', '2')
  expect([first.get('one'), copy.get('one')]).toEqual(['1', '2'])
  expect(copy).toBeInstanceOf(Headers)
  expect(() => copy.set('x', 'canary\n')).not.toThrow(/canary/)
  expect(() => copy.set('x', 'canary\n1')).toThrow(/^(?!.*canary)/)
})
