// The work on one tool of a stranger, in counted steps: twice the input takes about twice the steps,
// and no input takes more than its budget. No clock is read.

import { describe, expect, it } from 'vitest'
import { type StepBudget, stepBudget } from '../../../src/core/steps.ts'
import { definitionHash } from '../../../src/mcp/arguments/approval.ts'
import { detectParameters } from '../../../src/mcp/arguments/detect.ts'
import { mirroredParameters } from '../../../src/mcp/arguments/param-header.ts'
import { MAX_TOOL_STEPS } from '../../../src/mcp/arguments/schema.ts'
import { stripTool } from '../../../src/mcp/arguments/strip.ts'

type Schema = Readonly<Record<string, unknown>>

const text = { type: 'string' }
const holder = { type: 'object', properties: { access_token: text, title: text } }
const names = (count: number, stem = 'name_of_') =>
  Array.from({ length: count }, (_, i) => `${stem}${i}`)
const each = (count: number, value: (i: number) => unknown, stem = 'k') =>
  Object.fromEntries(names(count, stem).map((name, i) => [name, value(i)]))

/** Shared parts, each of which refers twice to the next one. */
function twoByTwo(depth: number, leaf: Schema, pair: (ref: Schema) => Schema): Schema {
  const parts = each(depth, (i) => pair({ $ref: `#/$defs/d${i + 1}` }), 'd')
  return { $defs: { ...parts, [`d${depth}`]: leaf }, $ref: '#/$defs/d0' }
}
const allOf = (ref: Schema) => ({ allOf: [ref, { ...ref }] })
const anyOf = (ref: Schema) => ({ anyOf: [ref, { type: 'null' }, { ...ref }] })
const members = (ref: Schema) => ({ properties: { a: ref, b: { ...ref } } })
const nested = (levels: number, wrap: (inner: Schema) => Schema): Schema => {
  let schema: Schema = holder
  for (let i = 0; i < levels; i++) schema = wrap(schema)
  return schema
}

/** Families of schemas. The input has twice the size when the number is doubled. */
const FAMILIES: readonly (readonly [string, number, (size: number) => Schema])[] = [
  ['pairs of references, with a credential', 12, (n) => twoByTwo(n, holder, allOf)],
  ['pairs of references, without one', 12, (n) => twoByTwo(n, { properties: { a: text } }, allOf)],
  ['pairs of references at the limit', 20, (n) => twoByTwo(n, holder, allOf)],
  ['choices of references', 12, (n) => twoByTwo(n, holder, anyOf)],
  [
    'pairs of references to a long list of names',
    2_000,
    (n) => twoByTwo(12, { ...holder, required: names(n) }, allOf),
  ],
  ['members of members without a credential', 16, (n) => twoByTwo(n, { properties: {} }, members)],
  ['required names', 2_000, (n) => ({ required: names(n) })],
  ['required names like credentials, one place', 60, (n) => ({ required: names(n, 'token_') })],
  ['dependentRequired', 1_000, (n) => ({ dependentRequired: each(n, (i) => [`m${i}`]) })],
  ['one name on which many depend', 2_000, (n) => ({ dependentRequired: { a: names(n) } })],
  ['dependentSchemas', 1_000, (n) => ({ dependentSchemas: each(n, () => ({ required: ['x'] })) })],
  ['allowed names', 2_000, (n) => ({ propertyNames: { enum: names(n) } })],
  ['a wide choice', 4_000, (n) => ({ properties: { auth: { enum: names(n) } } })],
  ['a wide choice of types', 4_000, (n) => ({ properties: { auth: { type: names(n) } } })],
  ['properties', 1_000, (n) => ({ properties: each(n, () => text) })],
  ['properties that are credentials', 100, (n) => ({ properties: each(n, () => text, 'token_') })],
  [
    'subjects that stand beside each other',
    100,
    (n) => ({ properties: each(n, () => text, 'subject_') }),
  ],
  ['objects with a credential each', 60, (n) => ({ properties: each(n, () => holder) })],
  [
    'objects with a credential and a demand each',
    60,
    (n) => ({
      properties: each(n, () => ({ ...holder, required: ['access_token'] })),
      required: names(n, 'k'),
    }),
  ],
  ['deep members', 30, (n) => nested(n, (inner) => ({ properties: { a: inner } }))],
  ['deep elements', 30, (n) => nested(n, (items) => ({ items }))],
  ['deep combinations', 15, (n) => nested(n, (inner) => ({ allOf: [inner], title: 'x' }))],
  ['patterns', 50, (n) => ({ patternProperties: each(n, () => text, '^x[a-z]+_') })],
  [
    'patterns of many names',
    500,
    (n) => ({ patternProperties: { [`^(${names(n).join('|')})$`]: text } }),
  ],
  [
    'one long pattern',
    400,
    (n) => ({ patternProperties: { [`^x${'[a-z]?'.repeat(n / 6)}$`]: text } }),
  ],
  ['long names', 20_000, (n) => ({ properties: { [`${'a'.repeat(n)}token`]: text } })],
  [
    'long names above many others',
    100,
    (n) => ({
      properties: { ['a'.repeat(n * 100)]: { properties: each(n, () => text, 'token_') } },
    }),
  ],
  ['a recursive tree', 200, (n) => ({ properties: each(n, () => ({ items: { $ref: '#' } })) })],
  [
    'references to the same part',
    1_000,
    (n) => ({
      $defs: { A: { enum: names(20) } },
      properties: each(n, () => ({ $ref: '#/$defs/A' })),
    }),
  ],
  ['examples', 1_000, (n) => ({ examples: names(n).map((name) => ({ [name]: 1 })) })],
  [
    'annotations',
    200,
    (n) => ({ properties: each(n, (i) => ({ ...text, 'x-mcp-header': `H${i}` })) }),
  ],
  [
    'combinations of many',
    1_000,
    (n) => ({ allOf: names(n).map((name) => ({ required: [name] })) }),
  ],
  ['negations', 1_000, (n) => ({ allOf: names(n).map((name) => ({ not: { required: [name] } })) })],
]

const JOBS: Readonly<Record<string, (schema: Schema, budget: StepBudget) => unknown>> = {
  detecting: detectParameters,
  hiding: hideAll,
  hashing: (schema, budget) => definitionHash({ name: 't', inputSchema: schema }, budget),
  'reading annotations': mirroredParameters,
}

/** Hides everything that is found, and rewrites the descriptions. */
function hideAll(schema: Schema, budget: StepBudget): unknown {
  const found = detectParameters(schema, stepBudget(Number.POSITIVE_INFINITY))
  const tool = { name: 't', inputSchema: schema, description: 'Takes access_token.' }
  return found.ok && stripTool(tool, found.value, { rewriteDescriptions: true, budget })
}

async function stepsOf(job: string, schema: Schema): Promise<number> {
  const budget = stepBudget(Number.POSITIVE_INFINITY)
  // As it comes over the wire: no two parts are one object.
  await JOBS[job]?.(JSON.parse(JSON.stringify(schema)), budget)
  return budget.spent
}

describe.each(Object.keys(JOBS))('%s takes twice the steps for twice the input', (job) => {
  it.each(FAMILIES)('%s', async (_, size, make) => {
    const [once, twice] = [await stepsOf(job, make(size)), await stepsOf(job, make(2 * size))]
    expect(twice).toBeLessThanOrEqual(2.2 * once)
  })
})

describe('a schema that would take for ever', () => {
  it.each<[string, Schema]>([
    [
      '60,000 required names behind 13 levels of pairs',
      twoByTwo(13, { ...holder, required: names(60_000) }, allOf),
    ],
    ['60,000 required names', { required: names(60_000) }],
    ['2^25 places with a credential', twoByTwo(25, holder, members)],
    ['10,000 credentials', { properties: each(10_000, () => text, 'token_') }],
    ['a million types', { properties: { token: { type: Array(1_000_000).fill('string') } } }],
    [
      'a long list of names in a pattern',
      { patternProperties: { [`^(${names(100_000).join('|')})$`]: text } },
    ],
  ])('is refused within the steps of one tool: %s', (_, schema) => {
    const budget = stepBudget(MAX_TOOL_STEPS)
    expect(detectParameters(schema, budget)).toEqual({ ok: false, refusal: 'schema_too_large' })
  })

  it('is refused where it has more combinations than steps, though none of them says anything', () => {
    const schema = { allOf: Array(1_000_000).fill(true) }
    expect(detectParameters(schema)).toEqual({ ok: false, refusal: 'schema_too_large' })
  })

  it('may have 256 parameters that look like credentials, and no more', () => {
    const found = [256, 257].map((count) =>
      detectParameters({ properties: each(count, () => text, 'token_') }),
    )
    expect(found).toMatchObject([{ ok: true }, { ok: false, refusal: 'schema_too_large' }])
  })

  it('may not become many times as long when copies stand where its references were', () => {
    const long = { properties: { token: text, note: { title: 'x'.repeat(1_000) } } }
    const strip = (depth: number) =>
      stripTool({ name: 't', inputSchema: twoByTwo(depth, long, allOf) }, [
        { pointer: '/token', value: 'credential' },
      ])
    expect([strip(2), strip(8)]).toMatchObject([
      { ok: true },
      { ok: false, refusal: 'schema_too_large' },
    ])
  })

  it('is judged once, whatever it holds: 40 levels of pairs of references', async () => {
    for (const leaf of [holder, { properties: { title: text } }])
      expect(await stepsOf('detecting', twoByTwo(40, leaf, allOf))).toBeLessThan(2_000)
  })
})
