import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  formatScopes,
  isScope,
  missingScopes,
  narrowScopes,
  parseScopes,
} from '../../src/core/scope.ts'

describe('scopes', () => {
  it.each([
    ['tasks:read tasks:write', ['tasks:read', 'tasks:write']],
    ['a  b', ['a', 'b']],
    [' a ', ['a']],
    ['a a b', ['a', 'b']],
    ['', []],
    ['a "b" c\\d e', ['a', 'e']],
    ['a\tb', []],
    ['ä a', ['a']],
    [undefined, []],
    [7, []],
    [['a', 'b'], []],
    [{ toString: () => 'a' }, []],
  ])('the scopes %j are read as %j', (value, scopes) => {
    expect(parseScopes(value)).toEqual(scopes)
  })

  it('scopes come back as they were written', () => {
    const scope = fc.string({ minLength: 1 }).filter(isScope)
    fc.assert(
      fc.property(fc.uniqueArray(scope), (scopes) => {
        expect(parseScopes(formatScopes(scopes))).toEqual(scopes)
      }),
    )
  })

  it('scopes are narrowed in the order wanted, and never widened', () => {
    expect(narrowScopes(['c', 'a', 'x'], ['a', 'b', 'c'])).toEqual(['c', 'a'])
  })

  it('scopes are missing when they were not granted, with upper and lower case apart', () => {
    expect(missingScopes(['a', 'B'], ['a', 'b'])).toEqual(['B'])
    expect(missingScopes([], [])).toEqual([])
  })

  it.each(['', ' ', 'a b', 'a"', 'a\\', 'ä', '\n', 'a\u0000'])('scopes are not %j', (text) => {
    expect(isScope(text)).toBe(false)
  })
})
