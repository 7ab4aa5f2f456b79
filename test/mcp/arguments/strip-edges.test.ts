// Hiding at its edges: budgets that end anywhere, references of every kind, parts that are too deep
// or no schemas. Whatever comes, a tool is stripped whole, or refused with the reason.

import { describe, expect, it } from 'vitest'
import { stepBudget } from '../../../src/core/steps.ts'
import { detectParameters } from '../../../src/mcp/arguments/detect.ts'
import { resolver } from '../../../src/mcp/arguments/schema.ts'
import { stripTool } from '../../../src/mcp/arguments/strip.ts'

type Schema = Readonly<Record<string, unknown>>

const text = { type: 'string' }
const holder = { type: 'object', properties: { token: text, title: text }, required: ['token'] }

function strip(inputSchema: Schema, pointers: readonly string[] = ['/token'], steps = 50_000) {
  const tool = { name: 't', description: 'Needs `token`.', inputSchema, outputSchema: holder }
  const parameters = pointers.map((pointer) => ({ pointer, value: 'credential' as const }))
  return stripTool(tool, parameters, { rewriteDescriptions: true, budget: stepBudget(steps) })
}

const refusalOf = (stripped: ReturnType<typeof strip>) =>
  stripped.ok ? undefined : stripped.refusal
const schemaOf = (stripped: ReturnType<typeof strip>) =>
  stripped.ok ? stripped.value.tool.inputSchema : stripped.refusal

describe('a budget', () => {
  const shared = {
    $defs: { Holder: holder, Other: { properties: { holder: { $ref: '#/$defs/Holder' } } } },
    properties: {
      a: { $ref: '#/$defs/Holder', description: 'Holds `token`.' },
      b: { items: { anyOf: [{ $ref: '#/$defs/Other' }, { type: 'null' }] } },
      id: { type: 'string', 'x-mcp-header': 'Id' },
    },
    dependentSchemas: { a: { required: ['b'] } },
    patternProperties: { '^x': { const: 'token', enum: ['token', 'x'] } },
    minProperties: 1,
  }
  it.each<[string, Schema, readonly string[]]>([
    ['a flat schema', holder, ['/token']],
    ['shared parts', shared, ['/a/token', '/b/*/holder/token', '/id', '/nowhere']],
  ])('that ends anywhere refuses the tool, and never gives half of it: %s', (_, schema, at) => {
    const budget = stepBudget(Number.POSITIVE_INFINITY)
    const tool = {
      name: 't',
      description: 'Needs `token`.',
      inputSchema: schema,
      outputSchema: holder,
    }
    const parameters = at.map((pointer) => ({
      pointer,
      value: pointer === '/id' ? ('subject' as const) : ('credential' as const),
    }))
    const options = (one: typeof budget) => ({ rewriteDescriptions: true, budget: one })
    const whole = stripTool(tool, parameters, options(budget))
    expect(whole.ok).toBe(true)
    const enough = Math.ceil(budget.spent)
    expect(stripTool(tool, parameters, options(stepBudget(enough)))).toEqual(whole)
    for (let part = 0; part < 100; part++)
      expect(stripTool(tool, parameters, options(stepBudget((budget.spent * part) / 100)))).toEqual(
        {
          ok: false,
          refusal: 'schema_too_large',
        },
      )
  })
})

describe('a reference', () => {
  const to = (reference: unknown, more: Schema = {}) => ({
    $defs: { A: holder, 'a b': { type: 'string' }, yes: true, list: [1] },
    properties: { token: text, x: { $ref: reference } },
    ...more,
  })

  it.each<[unknown, string]>([
    ['https://else.example/schema', 'reference_remote'],
    ['else.json', 'reference_remote'],
    ['#anchor', 'reference_unsupported'],
    ['#/', 'reference_unresolved'],
    ['#/$defs/B', 'reference_unresolved'],
    ['#/$defs/list', 'reference_unresolved'],
    ['#/$defs/A/type', 'reference_unresolved'],
    ['#/$defs/A/type/length', 'reference_unresolved'],
    ['#/$defs/toString', 'reference_unresolved'],
    ['#/$defs/%E0%A4%A', 'reference_unresolved'],
    [5, 'schema_malformed'],
  ])('to %j makes the tool unusable: %s', (reference, why) => {
    expect(refusalOf(strip(to(reference)))).toBe(why)
    expect(refusalOf(strip(to(reference), ['/x/token']))).toBe(why)
  })

  it.each(['#/$defs/A', '#/$defs/a%20b', '#/$defs/yes'])('to %s stays', (reference) => {
    const stripped = schemaOf(strip(to(reference)))
    expect(stripped).toMatchObject({ properties: { x: { $ref: reference } } })
    expect(JSON.stringify(stripped)).not.toContain('"token":{"type":"string"},"x"')
  })

  it('to the whole, of which something is hidden, makes the tool unusable', () => {
    expect(refusalOf(strip(to('#')))).toBe('reference_recursive')
  })

  it('that is not well percent-encoded is read as it stands', () => {
    const root = { $defs: { '%E0%A4%A': { title: 'found' } } }
    const resolve = resolver(root, stepBudget(100))
    expect(resolve('#/$defs/%E0%A4%A')).toEqual({ ok: true, value: { title: 'found' } })
  })

  it('beside other keywords becomes a demand beside them', () => {
    const schema = {
      $defs: { A: holder },
      properties: {
        x: { $ref: '#/$defs/A', title: 'A holder', minProperties: 0, maxProperties: 9 },
      },
    }
    const stripped = strip(schema, ['/x/token'])
    expect(refusalOf(stripped)).toBeUndefined()
    expect(JSON.stringify(schemaOf(stripped))).not.toContain('token')
    expect(schemaOf(stripped)).toMatchObject({ properties: { x: { title: 'A holder' } } })
  })

  it('to nothing but a hidden member leaves what is beside it', () => {
    const never = { $defs: { N: { not: { required: ['title'] }, properties: { token: text } } } }
    for (const beside of [{}, { title: 'beside' }]) {
      const stripped = strip({ ...never, properties: { x: { $ref: '#/$defs/N', ...beside } } }, [
        '/x/token',
      ])
      expect(refusalOf(stripped)).toBeUndefined()
      expect(schemaOf(stripped)).toMatchObject({ properties: { x: beside } })
      expect(JSON.stringify(schemaOf(stripped))).not.toContain('token')
    }
  })
})

describe('what is no schema that can be read', () => {
  it.each<[string, Schema, string | undefined]>([
    ['$dynamicRef', { properties: { token: text }, $dynamicRef: '#x' }, 'reference_unsupported'],
    [
      '$recursiveRef inside',
      { properties: { token: text, a: { $recursiveRef: '#', properties: { token: text } } } },
      'reference_unsupported',
    ],
    [
      'an $id inside',
      { properties: { a: { $id: 'https://x.example/', properties: { token: text } } } },
      'reference_unsupported',
    ],
    ['an $id that is an anchor', { properties: { a: { $id: '#a', ...holder } } }, undefined],
    ['an $id at the root', { $id: 'https://x.example/', ...holder }, undefined],
  ])('is told: %s', (_, schema, why) => {
    expect(refusalOf(strip(schema, ['/token', '/a/token']))).toBe(why)
  })

  it('is one that is too deep', () => {
    const nested = (levels: number) => {
      let schema: Schema = holder
      for (let level = 0; level < levels; level++) schema = { properties: { a: schema } }
      return strip(schema, [`${'/a'.repeat(Math.min(levels, 63))}/token`])
    }
    expect(refusalOf(nested(63))).toBeUndefined()
    expect(refusalOf(nested(70))).toBe('schema_too_deep')
  })

  it('is found by those who look for parameters, too', () => {
    expect(detectParameters({ $dynamicRef: '#x', ...holder })).toEqual({
      ok: false,
      refusal: 'reference_unsupported',
    })
  })
})

describe('a tool without anything to hide', () => {
  it.each<[string, readonly string[]]>([
    ['no parameters', []],
    ['parameters that it does not have', ['/nowhere', '/token/deeper']],
  ])('comes back as it is, with %s', (_, pointers) => {
    const stripped = strip(holder, pointers)
    expect(stripped).toMatchObject({ ok: true, value: { hidden: [] } })
    expect(schemaOf(stripped)).toBe(holder)
  })
})

describe('an output schema', () => {
  const output = (outputSchema: Schema) => {
    const tool = { name: 't', inputSchema: holder, outputSchema }
    const stripped = stripTool(tool, [{ pointer: '/token', value: 'credential' }])
    return stripped.ok && 'outputSchema' in stripped.value.tool
  }
  it.each<[string, Schema, boolean]>([
    ['as a member', { properties: { token: text } }, false],
    ['as a required name', { required: ['token'] }, false],
    ['in a reference', { $ref: '#/properties/token' }, false],
    ['after a member that is undefined', { a: undefined, b: { token: 1 } }, false],
    ['inside a longer text', { title: 'token of somebody', properties: { tokens: text } }, true],
    ['nowhere', { properties: { title: text, list: { enum: [null, 1, 'x'] } } }, true],
  ])('that names a hidden parameter %s goes: %#', (_, schema, stays) => {
    expect(output(schema)).toBe(stays)
  })
})
