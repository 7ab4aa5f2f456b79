// The odd-member matrix, for tools: one odd tool of a list never takes the others away. It is used
// where its meaning is plain. Otherwise it is left out, and the person and the operator are told.

import { describe, expect, it } from 'vitest'
import { goodMember, runWith } from './odd-house.ts'
import { rawServer } from './raw-server.ts'

const OBJECT = { type: 'object', properties: { id: { type: 'string' } } }
const deep = (levels: number): object =>
  levels === 0 ? { type: 'string' } : { type: 'object', properties: { a: deep(levels - 1) } }

/** Entries of a list that are used. Their meaning is plain. */
const USED: readonly (readonly [what: string, ...entries: unknown[]])[] = [
  ['a description that is null', { name: 'x', description: null, inputSchema: OBJECT }],
  ['a description that is a number', { name: 'x', description: 7, inputSchema: OBJECT }],
  ['a description that is a list', { name: 'x', description: ['a'], inputSchema: OBJECT }],
  ['a title that is null', { name: 'x', title: null, inputSchema: OBJECT }],
  ['no schema', { name: 'x' }],
  ['a schema that is null', { name: 'x', inputSchema: null }],
  ['a schema that is an empty list', { name: 'x', inputSchema: [] }],
  ['a schema that is empty', { name: 'x', inputSchema: {} }],
  ['a schema that allows anything', { name: 'x', inputSchema: true }],
  ['a schema without a type', { name: 'x', inputSchema: { properties: { id: {} } } }],
  ['a type that is null', { name: 'x', inputSchema: { type: null, properties: {} } }],
  ['a type that is a list', { name: 'x', inputSchema: { type: ['object', 'null'] } }],
  ['a type in capitals', { name: 'x', inputSchema: { type: 'OBJECT' } }],
  ['properties that are null', { name: 'x', inputSchema: { type: 'object', properties: null } }],
  ['properties that are a list', { name: 'x', inputSchema: { type: 'object', properties: [] } }],
  ['a property that is null', { name: 'x', inputSchema: { ...OBJECT, properties: { a: null } } }],
  [
    'a property that is a word',
    { name: 'x', inputSchema: { ...OBJECT, properties: { a: 'string' } } },
  ],
  [
    "types in another language's words",
    {
      name: 'x',
      inputSchema: { ...OBJECT, properties: { a: { type: 'int' }, b: { type: 'any' } } },
    },
  ],
  [
    'a list that does not say what is in it',
    { name: 'x', inputSchema: { ...OBJECT, properties: { a: { type: 'array' } } } },
  ],
  ['a required that is null', { name: 'x', inputSchema: { ...OBJECT, required: null } }],
  ['a required that is true', { name: 'x', inputSchema: { ...OBJECT, required: true } }],
  ['a required that holds numbers', { name: 'x', inputSchema: { ...OBJECT, required: ['id', 7] } }],
  [
    'nulls all over its schema',
    {
      name: 'x',
      inputSchema: {
        ...OBJECT,
        $schema: null,
        description: null,
        additionalProperties: null,
        'x-order': null,
        properties: {
          a: { type: 'string', description: null, enum: null, minLength: null, items: null },
          b: { anyOf: [{ type: 'string', format: null }, { type: 'null' }], default: null },
        },
      },
    },
  ],
  [
    'alternatives at the top of its schema',
    { name: 'x', inputSchema: { type: 'object', anyOf: [OBJECT, { properties: { n: {} } }] } },
  ],
  [
    'a reference at the top of its schema',
    { name: 'x', inputSchema: { $ref: '#/$defs/In', $defs: { In: OBJECT } } },
  ],
  [
    'a recursive schema',
    {
      name: 'x',
      inputSchema: {
        ...OBJECT,
        properties: { tree: { $ref: '#/$defs/T' } },
        $defs: { T: { type: 'object', properties: { more: { $ref: '#/$defs/T' } } } },
      },
    },
  ],
  ['marks that are null', { name: 'x', inputSchema: OBJECT, annotations: null }],
  ['marks in texts', { name: 'x', inputSchema: OBJECT, annotations: { readOnlyHint: 'yes' } }],
  ['a result schema that is null', { name: 'x', inputSchema: OBJECT, outputSchema: null }],
  ['a result schema that is a word', { name: 'x', inputSchema: OBJECT, outputSchema: 'any' }],
  [
    'a result schema of a list',
    { name: 'x', inputSchema: OBJECT, outputSchema: { type: 'array' } },
  ],
  ['an execution that is null', { name: 'x', inputSchema: OBJECT, execution: null }],
  ['icons that are a text', { name: 'x', inputSchema: OBJECT, icons: 'a.png' }],
  ['a _meta that is null', { name: 'x', inputSchema: OBJECT, _meta: null }],
  ['a name with a space and a colon', { name: 'notes: find all', inputSchema: OBJECT }],
  ['a name in another alphabet', { name: 'ファイル検索', inputSchema: OBJECT }],
  ['a name of punctuation', { name: '--', inputSchema: OBJECT }],
  ['a name with half a character', { name: 'x\ud800', inputSchema: OBJECT }],
  [
    'a name of 128 characters',
    { name: 'long_name_'.repeat(13).slice(0, 128), inputSchema: OBJECT },
  ],
  ['a name that begins with a digit', { name: '3d_view', inputSchema: OBJECT }],
  ['a name that objects have', { name: 'constructor', inputSchema: OBJECT }],
  ['a name of a prototype', { name: '__proto__', inputSchema: OBJECT }],
  ['names that differ in a hyphen', { name: 'a-b', inputSchema: OBJECT }, { name: 'a_b' }],
  ['names that differ in their case', { name: 'add', inputSchema: OBJECT }, { name: 'ADD' }],
  [
    'long names that begin alike',
    { name: `${'n'.repeat(90)}1`, inputSchema: OBJECT },
    { name: `${'n'.repeat(90)}2`, inputSchema: OBJECT },
  ],
]

/** Entries of a list that cannot be used, with the word for the operator. */
const LEFT_OUT: readonly (readonly [what: string, detail: string, entry: unknown])[] = [
  ['a text', 'not_a_tool', 'x'],
  ['null', 'not_a_tool', null],
  ['a list', 'not_a_tool', [{ name: 'x' }]],
  ['an object without a name', 'not_a_tool', { inputSchema: OBJECT }],
  ['a tool with an empty name', 'not_a_tool', { name: ' ', inputSchema: OBJECT }],
  ['a tool whose name is a number', 'not_a_tool', { name: 7, inputSchema: OBJECT }],
  ['a tool with an endless name', 'name_too_long', { name: 'x'.repeat(300), inputSchema: OBJECT }],
  ['a tool that takes a text', 'schema_malformed', { name: 'x', inputSchema: { type: 'string' } }],
  ['a tool whose schema is a text', 'schema_malformed', { name: 'x', inputSchema: '{}' }],
  ['a tool whose schema is a list', 'schema_malformed', { name: 'x', inputSchema: [OBJECT] }],
  ['a tool that takes nothing', 'schema_malformed', { name: 'x', inputSchema: false }],
  ['a tool that is a task', 'task_required', { name: 'x', execution: { taskSupport: 'required' } }],
  ['a tool that is nested too deeply', 'schema_too_deep', { name: 'x', inputSchema: deep(400) }],
  [
    'a tool that is too long for any model',
    'schema_too_large',
    { name: 'x', inputSchema: { ...OBJECT, description: 'x'.repeat(100_000) } },
  ],
  [
    'a tool whose header annotations break the rules',
    'annotation_invalid',
    {
      name: 'x',
      inputSchema: { ...OBJECT, properties: { a: { type: 'object', 'x-mcp-header': 'A' } } },
    },
  ],
]

/** What providers refuse a whole request for. */
function faultsOf(parameters: unknown): readonly string[] {
  const faults: string[] = []
  const top = parameters as Record<string, unknown>
  if (top.type !== 'object') faults.push('no object')
  for (const keyword of ['anyOf', 'oneOf', 'allOf', 'not', 'enum', '$ref'])
    if (keyword in top) faults.push(`${keyword} at the top`)
  JSON.stringify(parameters, (key, value) => {
    if (value === null && key !== 'default') faults.push(`${key} is null`)
    if (value?.type === 'array' && value.items === undefined) faults.push('a list without items')
    if (value?.type === 'int' || value?.type === 'any') faults.push('an unknown type')
    return value
  })
  return faults
}

const GOOD = { name: 'plain', description: 'Plain.', inputSchema: OBJECT }

describe.each(['alone', 'beside a good tool and a good server'] as const)('%s', (place) => {
  const isAlone = place === 'alone'
  const listed = (entries: readonly unknown[]) =>
    rawServer((isAlone ? entries : [...entries, GOOD]) as object[], () => ({
      content: [{ type: 'text', text: 'fine' }],
    }))
  const good = goodMember()
  const rest = isAlone ? [] : [good]

  it.each(USED)('%s is no reason to leave the tool out', async (_, ...entries) => {
    const server = listed(entries)
    const told = await runWith([{ name: 'odd', fetch: server.fetch }, ...rest])
    expect(told.error).toBe(undefined)
    expect([told.person, told.operator]).toEqual([[], []])
    const names = entries.map((entry) => (entry as { name: string }).name)
    const wanted = isAlone ? names : [...names, 'plain', 'good_look']
    expect([...told.done].sort()).toEqual([...wanted].sort())
    expect(server.calls.map(({ name }) => name).sort()).toEqual(
      wanted.filter((name) => name !== 'good_look').sort(),
    )
    for (const { name, parameters } of told.offered) {
      expect(name).toMatch(/^[A-Za-z_][A-Za-z0-9_]{0,63}$/)
      expect(faultsOf(parameters)).toEqual([])
    }
    expect(new Set(told.offered.map(({ name }) => name.toLowerCase())).size).toBe(wanted.length)
  })

  it.each(LEFT_OUT)('%s is left out, and told once', async (_, detail, entry) => {
    const server = listed([entry])
    const told = await runWith([{ name: 'odd', fetch: server.fetch }, ...rest])
    expect(told.error).toBe(undefined)
    expect([...told.done].sort()).toEqual(isAlone ? [] : ['good_look', 'plain'])
    expect(told.person).toHaveLength(1)
    expect(told.person[0]).toMatchObject({ server: 'odd', tools: [expect.any(String)] })
    expect(told.person[0]?.text).toMatch(/^One tool of odd is left out: .*\. Tell an administrator/)
    expect(told.operator).toEqual([
      { server: 'odd', tool: expect.any(String), reason: 'tool_refused', detail },
    ])
  })

  it('the second of two tools with one name is left out, and told once', async () => {
    const server = listed([
      { ...GOOD, name: 'x' },
      { ...GOOD, name: 'x' },
    ])
    const told = await runWith([{ name: 'odd', fetch: server.fetch }, ...rest])
    expect(told.done).toContain('x')
    expect(told.person).toHaveLength(1)
    expect(told.operator).toMatchObject([{ tool: 'x', detail: 'name_repeated' }])
  })

  it('of more tools than a provider takes, some are left out, and told once', async () => {
    const many = Array.from({ length: 300 }, (_, i) => ({ ...GOOD, name: `many_${i}` }))
    const told = await runWith([{ name: 'odd', fetch: listed(many).fetch }, ...rest])
    expect(told.error).toBe(undefined)
    expect(told.offered).toHaveLength(128)
    expect(told.person).toHaveLength(1)
    expect(told.operator.every(({ detail }) => detail === 'list_too_large')).toBe(true)
    if (!isAlone) expect(told.done).toContain('good_look')
  })
})
