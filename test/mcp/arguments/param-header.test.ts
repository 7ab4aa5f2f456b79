import { describe, expect, it } from 'vitest'
import { stepBudget } from '../../../src/core/steps.ts'
import { mirroredParameters, paramHeader } from '../../../src/mcp/arguments/param-header.ts'

describe('the header that repeats a parameter', () => {
  it.each<[unknown, string]>([
    ['alice', 'alice'],
    ['a b\tc', 'a b\tc'],
    [42, '42'],
    [-1, '-1'],
    [true, 'true'],
    [false, 'false'],
    ['', '=?base64??='],
    [' alice', '=?base64?IGFsaWNl?='],
    ['alice ', '=?base64?YWxpY2Ug?='],
    ['Zoë', '=?base64?Wm/Dqw==?='],
    ['日本', '=?base64?5pel5pys?='],
    ['a\r\nX-Evil: 1', '=?base64?YQ0KWC1FdmlsOiAx?='],
    ['a\u0000', '=?base64?YQA=?='],
    ['a\u007f', '=?base64?YX8=?='],
    ['=?base64?YQ==?=', '=?base64?PT9iYXNlNjQ/WVE9PT89?='],
    ['=?base64?', '=?base64?'],
    ['x=?base64?YQ==?=', 'x=?base64?YQ==?='],
    ['=?base64?YQ==?=x', '=?base64?YQ==?=x'],
    ['a', 'a'],
  ])('has %j as %s', (value, text) => {
    expect(paramHeader('User', value)).toEqual(['Mcp-Param-User', text])
    expect(new Headers([['Mcp-Param-User', text]]).get('mcp-param-user')).toBe(text)
  })

  it.each([null, undefined, {}, [], 1.5, Number.NaN, 2 ** 53])('is left out for %j', (value) => {
    expect(paramHeader('User', value)).toBeUndefined()
  })
})

describe('the annotations of a schema', () => {
  const annotated = { type: 'string', 'x-mcp-header': 'User' }

  it('are found on chains of properties', () => {
    const schema = {
      properties: {
        a: annotated,
        b: { properties: { c: { type: 'integer', 'x-mcp-header': 'C' } } },
        d: { type: 'boolean', 'x-mcp-header': 'D' },
      },
    }
    expect(mirroredParameters(schema)).toMatchObject({
      value: [
        { pointer: '/a', header: 'User' },
        { pointer: '/d', header: 'D' },
        { pointer: '/b/c', header: 'C' },
      ],
    })
  })

  it.each<[string, Readonly<Record<string, unknown>>]>([
    ['in a shared part', { properties: { a: { $ref: '#/$defs/A' } }, $defs: { A: annotated } }],
    ['in an array', { properties: { a: { items: annotated } } }],
    ['in a combination', { anyOf: [{ properties: { a: annotated } }] }],
    ['on the whole', annotated],
    ['on an object', { properties: { a: { type: 'object', 'x-mcp-header': 'A' } } }],
    ['on a number', { properties: { a: { type: 'number', 'x-mcp-header': 'A' } } }],
    ['on an unknown type', { properties: { a: { 'x-mcp-header': 'A' } } }],
    [
      'twice in different case',
      { properties: { a: annotated, b: { type: 'string', 'x-mcp-header': 'uSER' } } },
    ],
    ['with no name', { properties: { a: { type: 'string', 'x-mcp-header': '' } } }],
    ['with a line break', { properties: { a: { type: 'string', 'x-mcp-header': 'A\r\nB' } } }],
    ['with a space', { properties: { a: { type: 'string', 'x-mcp-header': 'A B' } } }],
    ['with no text', { properties: { a: { type: 'string', 'x-mcp-header': 1 } } }],
  ])('make the tool unusable %s', (_, schema) => {
    expect(mirroredParameters(schema)).toEqual({ ok: false, refusal: 'annotation_invalid' })
  })

  it('are read to 64 levels, and no deeper', () => {
    const nested = (levels: number) => {
      let schema: Readonly<Record<string, unknown>> = {}
      for (let level = 0; level < levels; level++) schema = { properties: { a: schema } }
      return mirroredParameters(schema)
    }
    expect(nested(64).ok).toBe(true)
    expect(nested(65)).toEqual({ ok: false, refusal: 'schema_too_deep' })
  })

  it('are read within a budget: of the schemas, and of the places that they are at', () => {
    const schema = { properties: { ['a'.repeat(5_000)]: annotated } }
    for (const steps of [1, 1_000])
      expect(mirroredParameters(schema, stepBudget(steps))).toEqual({
        ok: false,
        refusal: 'schema_too_large',
      })
    expect(mirroredParameters(schema, stepBudget(6_000)).ok).toBe(true)
  })
})
