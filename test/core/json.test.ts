import { expect, it } from 'vitest'
import { parseForeignJson } from '../../src/core/json.ts'

it.each([
  '{"id":1,"__proto__":{"result":{"tools":[]}}}',
  '{"id":1,"\\u005f_proto__":{"result":{"tools":[]}}}',
  '{"id":1,"__pr\\u006Fto__":{"result":{"tools":[]}}}',
  '{"id":1,"__\\u0070ro\\u0074o__":{"a":1}}',
])('a member __proto__ is dropped: %s', (text) => {
  const value = parseForeignJson(text)
  expect(Object.keys(value as object)).toEqual(['id'])
  expect(Object.assign({}, value)).toEqual({ id: 1 })
})

it('a member __proto__ is dropped at any depth, and what is beside it stays', () => {
  const text = '[{"a":[{"__proto__":1,"b":"__proto__"}]},"caf\\u00e9"]'
  expect(JSON.stringify(parseForeignJson(text))).toBe('[{"a":[{"b":"__proto__"}]},"café"]')
})

it('a text that is no JSON gives undefined', () => {
  expect(parseForeignJson('{"secret')).toBeUndefined()
})
