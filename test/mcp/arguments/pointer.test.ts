import { describe, expect, it } from 'vitest'
import { formatPointer, parsePointer } from '../../../src/mcp/arguments/pointer.ts'
import { explain } from '../../../src/mcp/arguments/refusal.ts'

describe('a pointer into the arguments', () => {
  it.each<[string, string[]]>([
    ['/access_token', ['access_token']],
    ['/params/user_id', ['params', 'user_id']],
    ['/accounts/*/apiKey', ['accounts', '*', 'apiKey']],
    ['/a~1b/~0c', ['a/b', '~c']],
    ['/~01', ['~1']],
    ['/pair/0/token', ['pair', '0', 'token']],
    ['/ ', [' ']],
    ['/', ['']],
    ['/a'.repeat(64), Array.from({ length: 64 }, () => 'a')],
  ])('%j is read as %j, and written the same way', (pointer, segments) => {
    expect(parsePointer(pointer)).toEqual({ ok: true, value: segments })
    expect(formatPointer(segments)).toBe(pointer)
  })

  it.each(['', 'token', '#/token', 'a/b', '/a~', '/a~2b', '/~', '/a/*', '/*', '/a'.repeat(65)])(
    'cannot be %j',
    (pointer) => {
      expect(parsePointer(pointer)).toEqual({ ok: false, refusal: 'pointer_malformed' })
    },
  )

  it.each(['/__proto__', '/__proto__/token', '/a/constructor/b', '/a/*/prototype', '/constructor'])(
    'cannot reach into %s',
    (pointer) => {
      expect(parsePointer(pointer)).toEqual({ ok: false, refusal: 'pointer_forbidden' })
    },
  )
})

describe('a refusal', () => {
  it('is explained in words of our own', () => {
    expect(explain('reference_remote')).toBe(
      'its input schema refers to another document, which is never fetched',
    )
    expect(explain('arguments_encoded')).toContain('JSON text')
  })
})
