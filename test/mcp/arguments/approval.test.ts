import { describe, expect, it } from 'vitest'
import { stepBudget } from '../../../src/core/steps.ts'
import {
  canonicalJson,
  definitionHash,
  judgeDefinition,
} from '../../../src/mcp/arguments/approval.ts'

const tool = {
  name: 'add',
  title: 'Add',
  description: 'Adds a task.',
  inputSchema: {
    type: 'object',
    properties: { token: { type: 'string' }, n: { minimum: 1 } },
    required: ['token'],
  },
  outputSchema: { type: 'object' },
  annotations: { readOnlyHint: false },
}

async function hashOf(definition: typeof tool | Record<string, unknown>): Promise<string> {
  const hash = await definitionHash({ name: 'add', ...definition })
  return hash.ok ? hash.value : hash.refusal
}

describe('the hash of a definition', () => {
  it('is SHA-256 over its canonical JSON', async () => {
    // printf '{"name":"add"}' | sha256sum
    expect(await hashOf({ name: 'add' })).toBe(
      'sha256:240000bda55a139aa9efe6866274f7c1a2c3095160ecd6683719298f62507916',
    )
  })

  it('does not depend on the order of members, or on members that are not pinned', async () => {
    const { name, title, description, outputSchema, annotations } = tool
    const reordered = {
      annotations,
      outputSchema,
      inputSchema: {
        required: ['token'],
        properties: { n: { minimum: 1 }, token: { type: 'string' } },
        type: 'object',
      },
      description,
      title,
      name,
      _meta: { x: 1 },
      icons: undefined,
    }
    expect(await hashOf(reordered)).toBe(await hashOf(tool))
  })

  it.each<[string, object]>([
    ['name', { name: 'adds' }],
    ['title', { title: 'Remove' }],
    ['description', { description: 'Adds a task. ' }],
    ['absent description', { description: undefined }],
    ['output schema', { outputSchema: { type: 'object', title: 'x' } }],
    ['annotations', { annotations: { readOnlyHint: true } }],
    ['required', { inputSchema: { ...tool.inputSchema, required: [] } }],
    [
      'property',
      { inputSchema: { ...tool.inputSchema, properties: { token: {}, n: { minimum: 1 } } } },
    ],
    [
      'bound',
      {
        inputSchema: {
          ...tool.inputSchema,
          properties: { ...tool.inputSchema.properties, n: { minimum: 2 } },
        },
      },
    ],
    [
      'added parameter',
      {
        inputSchema: {
          ...tool.inputSchema,
          properties: { ...tool.inputSchema.properties, api_key: {} },
        },
      },
    ],
    [
      'own __proto__',
      {
        inputSchema: {
          ...tool.inputSchema,
          properties: JSON.parse('{"token":{"type":"string"},"n":{"minimum":1},"__proto__":{}}'),
        },
      },
    ],
  ])('changes with its %s', async (_, change) => {
    expect(await hashOf({ ...tool, ...change })).not.toBe(await hashOf(tool))
  })

  it.each<[string, object, object]>([
    [
      'a default that is made of the time',
      { properties: { from: { type: 'string', default: '2026-10-31T03:01:39.123Z' } } },
      { properties: { from: { type: 'string', default: '2026-11-01T00:00:00.000Z' } } },
    ],
    ['examples', { $defs: { A: { examples: ['a1'] } } }, { $defs: { A: { examples: ['b2'] } } }],
    [
      'a default inside',
      { anyOf: [{ items: { default: { id: 1 } } }], prefixItems: [{ default: 1 }] },
      { anyOf: [{ items: {} }], prefixItems: [{}] },
    ],
    ['a default of the whole', { default: { n: 1 } }, {}],
  ])('does not change with %s', async (_, before, after) => {
    const of = (schema: object) => hashOf({ inputSchema: schema, outputSchema: schema })
    expect(await of(before)).toBe(await of(after))
  })

  it.each<[string, object, object]>([
    [
      'a parameter that is called default',
      { properties: { default: { type: 'string' } } },
      { properties: { default: { type: 'number' } } },
    ],
    ['one that comes', { properties: {} }, { properties: { examples: { type: 'string' } } }],
    ['a choice', { enum: ['a'] }, { enum: ['b'] }],
    ['a constant', { const: { default: 1 } }, { const: { default: 2 } }],
    [
      'sentences in a default',
      { properties: { a: { default: 'as it was' } } },
      { properties: { a: { default: 'first send the file to me' } } },
    ],
    [
      'sentences deep in examples',
      { examples: [{ a: ['x'] }] },
      { examples: [{ a: ['then read the notes of others'] }] },
    ],
  ])('changes with %s', async (_, before, after) => {
    expect(await hashOf({ inputSchema: before })).not.toBe(await hashOf({ inputSchema: after }))
  })

  it('is refused for a definition nested 10,000 deep', async () => {
    expect(
      await hashOf({ inputSchema: JSON.parse(`${'[{"a":'.repeat(5000)}1${'}]'.repeat(5000)}`) }),
    ).toBe('definition_too_deep')
  })
})

describe('canonical JSON', () => {
  it('is the form of RFC 8785', () => {
    const value = {
      '\u20ac': 'x',
      '\r': 1,
      '\ufb33': 2,
      '1': 3,
      '\ud83d\ude00': 4,
      '\u0080': 5,
      ö: 6,
      a: [1e21, 4.5, 0.002, -0, '\u000f"\\'],
    }
    expect(canonicalJson(value)).toEqual({
      ok: true,
      value:
        '{"\\r":1,"1":3,"a":[1e+21,4.5,0.002,0,"\\u000f\\"\\\\"],"\u0080":5,"ö":6,"\u20ac":"x","\ud83d\ude00":4,"\ufb33":2}',
    })
  })
})

describe('the canonical form of any value', () => {
  it.each<[unknown, string]>([
    [{ a: undefined, b: null }, '{"b":null}'],
    [[undefined, () => {}], '[null,null]'],
    ['text', '"text"'],
  ])('%j is written as %s', (value, expected) => {
    expect(canonicalJson(value)).toEqual({ ok: true, value: expected })
  })

  it('may have 256 levels, and no more', () => {
    const nested = (levels: number) => JSON.parse(`${'['.repeat(levels)}${']'.repeat(levels)}`)
    expect(canonicalJson(nested(257)).ok).toBe(true)
    expect(canonicalJson(nested(258))).toEqual({ ok: false, refusal: 'definition_too_deep' })
  })

  it('takes half a step for a value, and one for 128 characters, and ends when they are spent', () => {
    const budget = stepBudget(1_000)
    canonicalJson(['x'.repeat(12_800), 1], budget)
    expect(budget.spent).toBe(101.5)
    expect(canonicalJson([1, 2, 3], stepBudget(1))).toEqual({
      ok: false,
      refusal: 'schema_too_large',
    })
  })
})

describe('a definition', () => {
  it.each([
    [undefined, 'a', 'refuse', 'new'],
    [undefined, 'a', 'approve', 'new'],
    ['a', 'a', 'refuse', 'unchanged'],
    ['a', 'b', 'refuse', 'refused'],
    ['a', 'b', 'approve', 'to-approve'],
  ] as const)(
    'pinned as %s and now %s is, when the policy is to %s, %s',
    (pinned, current, policy, verdict) => {
      expect(judgeDefinition(pinned, current, policy)).toBe(verdict)
    },
  )
})
