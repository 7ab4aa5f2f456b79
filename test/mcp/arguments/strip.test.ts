import { describe, expect, it } from 'vitest'
import type { ArgumentParameter } from '../../../src/core/binding.ts'
import { detectParameters } from '../../../src/mcp/arguments/detect.ts'
import {
  type StripOptions,
  stripTool,
  type ToolDefinition,
} from '../../../src/mcp/arguments/strip.ts'
import { fastMcp, pydantic, zod, zod3 } from './schemas.ts'

const text = { type: 'string' }
const ALL = [
  '/token',
  '/a/token',
  '/b/token',
  '/a/*/token',
  '/a/0/token',
  '/user_id',
  '/access_token',
]

function strip(
  inputSchema: unknown,
  pointers: readonly string[] = ALL,
  options: StripOptions = {},
) {
  const parameters: ArgumentParameter[] = pointers.map((pointer) => ({
    pointer,
    value: 'credential',
  }))
  return stripTool({ name: 'tool', inputSchema }, parameters, options)
}

function schemaOf(inputSchema: unknown, pointers?: readonly string[]): unknown {
  const stripped = strip(inputSchema, pointers)
  return stripped.ok ? stripped.value.tool.inputSchema : stripped.refusal
}

function makesParents(inputSchema: unknown, pointers?: readonly string[]): readonly boolean[] {
  const stripped = strip(inputSchema, pointers)
  return stripped.ok ? stripped.value.hidden.map((one) => one.makesParents) : []
}

/** Freezes all of a value, so that a change in place throws. */
function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null)
    Object.values(Object.freeze(value)).forEach(frozen)
  return value
}

describe('a real tool whose detected parameters are hidden', () => {
  it('keeps the wrapper of FastMCP and the shared parts that are still needed', () => {
    expect(schemaOf(frozen(fastMcp), ['/params/user_id', '/params/access_token'])).toEqual({
      $defs: { Priority: fastMcp.$defs.Priority },
      properties: {
        params: {
          description: 'Adds a task.',
          properties: {
            title: fastMcp.$defs.AddTaskInput.properties.title,
            notes: fastMcp.$defs.AddTaskInput.properties.notes,
            priority: fastMcp.$defs.AddTaskInput.properties.priority,
          },
          required: ['title'],
          title: 'AddTaskInput',
          type: 'object',
        },
      },
      required: ['params'],
      title: 'add_taskArguments',
      type: 'object',
    })
  })

  it('has no empty `required` list when it is from pydantic', () => {
    expect(schemaOf(frozen(pydantic), ['/access_token', '/userId'])).toEqual({
      properties: { limit: pydantic.properties.limit, max_tokens: pydantic.properties.max_tokens },
      type: 'object',
    })
  })

  it('stays closed to other members when it is from zod', () => {
    const { accounts, filter } = zod.properties
    expect(schemaOf(frozen(zod), ['/accessToken', '/accounts/*/apiKey'])).toEqual({
      ...zod,
      properties: {
        filter,
        accounts: {
          ...accounts,
          items: { ...accounts.items, properties: { name: text }, required: ['name'] },
        },
      },
      required: ['filter', 'accounts'],
    })
  })

  it('keeps working references and recursion when it is from zod 3', () => {
    expect(schemaOf(frozen(zod3), ['/token'])).toEqual({
      ...zod3,
      properties: { label: { type: 'string', minLength: 1 }, tree: zod3.properties.tree },
      required: ['label'],
    })
  })

  it.each([fastMcp, pydantic, zod, zod3])(
    'has no more to detect, and is the same when stripped again (%#)',
    (schema) => {
      const detected = detectParameters(schema)
      if (!detected.ok) throw new Error(detected.refusal)
      const pointers = detected.value.map(({ pointer }) => pointer)
      const once = schemaOf(schema, pointers)
      expect(detectParameters(once)).toEqual({ ok: true, value: [] })
      expect(schemaOf(once, pointers)).toBe(once)
      expect(JSON.stringify(schemaOf(structuredClone(schema), pointers))).toBe(JSON.stringify(once))
    },
  )
})

describe('every construct of JSON Schema', () => {
  const holder = {
    type: 'object',
    properties: { token: text, title: text },
    required: ['token', 'title'],
  }
  const open = { type: 'object', properties: { title: text }, required: ['title'] }

  it.each<[string, object, object]>([
    ['properties and required', holder, open],
    [
      'allOf, anyOf, oneOf',
      {
        allOf: [holder, { required: ['token'] }],
        anyOf: [holder],
        oneOf: [{ type: 'null' }, holder],
      },
      { allOf: [open, {}], anyOf: [open], oneOf: [{ type: 'null' }, open] },
    ],
    [
      'if, then, else',
      // biome-ignore lint/suspicious/noThenProperty: a word of JSON Schema
      { if: { required: ['token', 'x'] }, then: holder, else: holder },
      // biome-ignore lint/suspicious/noThenProperty: a word of JSON Schema
      { if: { required: ['x'] }, then: open, else: open },
    ],
    [
      'not, of what is required',
      { properties: { token: text }, not: { required: ['token', 'x'] } },
      { properties: {}, not: { required: ['x'] } },
    ],
    [
      'not, of a hidden value',
      { properties: { token: text }, not: { properties: { token: { const: 'x' } } } },
      { properties: {} },
    ],
    [
      'a reference with notes beside it',
      {
        properties: { a: { $ref: '#/$defs/A', description: 'mine' } },
        $defs: { A: { ...holder, description: 'theirs' } },
      },
      { properties: { a: { ...open, description: 'mine' } } },
    ],
    [
      'a reference with demands beside it',
      { properties: { a: { $ref: '#/$defs/A', minProperties: 2 } }, $defs: { A: holder } },
      { properties: { a: { minProperties: 1, allOf: [open] } } },
    ],
    [
      'a reference at the root',
      { $ref: '#/definitions/A', definitions: { A: holder, B: text } },
      { ...open },
    ],
    [
      'a shared part that is still needed elsewhere',
      { properties: { a: { $ref: '#/$defs/A' }, c: { $ref: '#/$defs/A' } }, $defs: { A: holder } },
      { properties: { a: open, c: { $ref: '#/$defs/A' } }, $defs: { A: holder } },
    ],
    [
      'shared parts behind shared parts',
      {
        properties: { token: text, c: { $ref: '#/$defs/C' } },
        $defs: { A: text, B: { items: { $ref: '#/$defs/A' } }, C: { $ref: '#/$defs/B' }, D: text },
      },
      {
        properties: { c: { $ref: '#/$defs/C' } },
        $defs: { A: text, B: { items: { $ref: '#/$defs/A' } }, C: { $ref: '#/$defs/B' } },
      },
    ],
    [
      'a shared part that is called like it',
      {
        properties: { token: { $ref: '#/$defs/token' }, label: { $ref: '#/$defs/token' } },
        $defs: { token: text },
      },
      { properties: { label: text } },
    ],
    [
      'a choice of shared parts',
      {
        properties: { a: { anyOf: [{ $ref: '#/$defs/A' }, { $ref: '#/$defs/B' }] } },
        $defs: { A: holder, B: text },
      },
      { properties: { a: { anyOf: [open, { $ref: '#/$defs/B' }] } }, $defs: { B: text } },
    ],
    [
      'a shared part that says its dialect',
      { properties: { a: { $ref: '#/$defs/A' } }, $defs: { A: { $schema: 'x', ...holder } } },
      { properties: { a: open } },
    ],
    [
      'a reference into a hidden place',
      {
        properties: {
          token: { properties: { x: text } },
          label: { $ref: '#/properties/token/properties/x' },
        },
      },
      { properties: { label: text } },
    ],
    [
      'a reference into a changed place',
      {
        properties: {
          a: holder,
          c: { $ref: '#/properties/a' },
          d: { items: { $ref: '#/properties/c' } },
        },
      },
      { properties: { a: open, c: holder, d: { items: holder } } },
    ],
    [
      'a reference into a shared part that is gone',
      {
        properties: { token: { $ref: '#/$defs/A' }, c: { $ref: '#/$defs/A/properties/x' } },
        $defs: { A: { properties: { x: text } } },
      },
      { properties: { c: text } },
    ],
    [
      'items',
      { properties: { a: { type: 'array', items: holder } } },
      { properties: { a: { type: 'array', items: open } } },
    ],
    [
      'items of draft 7',
      { properties: { a: { items: [holder, text] } } },
      { properties: { a: { items: [open, text] } } },
    ],
    [
      'prefixItems and contains',
      { properties: { a: { prefixItems: [holder], contains: holder } } },
      { properties: { a: { prefixItems: [open], contains: open } } },
    ],
    [
      'maps',
      {
        properties: {
          a: {
            patternProperties: { '^x': holder },
            additionalProperties: holder,
            unevaluatedProperties: holder,
          },
        },
      },
      {
        properties: {
          a: {
            patternProperties: { '^x': open },
            additionalProperties: open,
            unevaluatedProperties: open,
          },
        },
      },
    ],
    [
      'a pattern that spells the name',
      { patternProperties: { '^token$': text, '^(token|title)$': text, '^x-': text } },
      { patternProperties: { '^(?:title)$': text, '^x-': text } },
    ],
    [
      'a pattern that spells a name on the way',
      { patternProperties: { '^(a|c)$': holder } },
      { patternProperties: { '^(?:c)$': holder, '^(?:a)$': open } },
    ],
    [
      'dependentRequired',
      { ...holder, dependentRequired: { token: ['x', 'user_id'], y: ['token', 'z'] } },
      { ...open, required: ['title', 'x', 'user_id'], dependentRequired: { y: ['z'] } },
    ],
    [
      'dependentSchemas',
      { ...holder, dependentSchemas: { token: { required: ['token', 'x'] }, y: holder } },
      { ...open, dependentSchemas: { y: open }, allOf: [{ required: ['x'] }] },
    ],
    [
      'dependencies of draft 7',
      { ...holder, dependencies: { token: ['x'], y: ['token', 'z'], z: holder } },
      { ...open, required: ['title', 'x'], dependencies: { y: ['z'], z: open } },
    ],
    [
      'minProperties and maxProperties',
      { ...holder, minProperties: 3, maxProperties: 3 },
      { ...open, minProperties: 2, maxProperties: 2 },
    ],
    ['minProperties that is met', { ...holder, minProperties: 1 }, open],
    [
      'propertyNames',
      { ...holder, propertyNames: { enum: ['token', 'title'] } },
      { ...open, propertyNames: { enum: ['title'] } },
    ],
    [
      'propertyNames of nothing else',
      { properties: { token: text }, propertyNames: { enum: ['token'] } },
      { properties: {}, propertyNames: false },
    ],
    [
      'quoted values',
      {
        ...holder,
        default: { token: 'x', title: 'y' },
        examples: [{ token: 'x' }, 'x'],
        enum: [{ token: 'x', title: 'y' }],
        const: { token: 1 },
      },
      { ...open, default: { title: 'y' }, examples: [{}, 'x'], enum: [{ title: 'y' }], const: {} },
    ],
    [
      'quoted values of elements',
      {
        properties: { a: { items: holder, default: [{ token: 'x', title: 'y' }] } },
        examples: [{ a: [{ token: 'x' }] }],
      },
      { properties: { a: { items: open, default: [{ title: 'y' }] } }, examples: [{ a: [{}] }] },
    ],
    [
      'additionalProperties',
      { ...holder, additionalProperties: false },
      { ...open, additionalProperties: false },
    ],
  ])('%s', (_, schema, expected) => {
    const before = JSON.stringify(schema)
    expect(schemaOf(frozen(schema))).toEqual(expected)
    expect(JSON.stringify(schema)).toBe(before)
  })

  it('comes back as it is when nothing in it is hidden', () => {
    const tool: ToolDefinition = {
      name: 'tool',
      description: 'Reads the token.',
      inputSchema: { ...open, $defs: { Unused: text } },
    }
    const stripped = stripTool(tool, [{ pointer: '/token', value: 'credential' }], {
      rewriteDescriptions: true,
    })
    expect(stripped).toEqual({ ok: true, value: { tool, hidden: [] } })
    expect(stripped.ok && stripped.value.tool).toBe(tool)
  })

  it('shares what it does not change', () => {
    const properties = { token: text, big: { type: 'object', properties: { x: { enum: ['a'] } } } }
    expect(schemaOf({ properties })).toHaveProperty('properties.big', properties.big)
    const stripped = strip({ properties })
    const schema = stripped.ok
      ? (stripped.value.tool.inputSchema as { properties: typeof properties })
      : undefined
    expect(schema?.properties.big).toBe(properties.big)
  })

  it('counts only declared parameters as present', () => {
    expect(
      schemaOf({ properties: { token: text }, minProperties: 3 }, ['/token', '/user_id']),
    ).toEqual({
      properties: {},
      minProperties: 2,
    })
  })

  it('keeps a member that is called like the prototype', () => {
    const schema = JSON.parse(
      '{"properties":{"token":{},"__proto__":{"type":"string"}},"required":["token","__proto__"]}',
    )
    expect(JSON.stringify(schemaOf(schema))).toBe(
      '{"properties":{"__proto__":{"type":"string"}},"required":["__proto__"]}',
    )
  })

  it('keeps values that are no schemas, however deep', () => {
    const deep = JSON.parse(`${'{"a":'.repeat(10_000)}{}${'}'.repeat(10_000)}`)
    const schema = {
      properties: { token: text, x: { enum: [deep], 'x-meta': deep } },
      default: deep,
    }
    const stripped = strip(schema, ALL, { rewriteDescriptions: true })
    expect(stripped.ok && stripped.value.hidden.map(({ pointer }) => pointer)).toEqual(['/token'])
  })

  it('takes bounded time where shared parts are combined without end', () => {
    const parts = Object.fromEntries(
      Array.from({ length: 20 }, (_, i) => [
        `p${i}`,
        { anyOf: Array(10).fill({ $ref: `#/$defs/p${i + 1}` }), required: [] },
      ]),
    )
    const a = { allOf: [{ type: 'object', properties: { token: text } }, { $ref: '#/$defs/p0' }] }
    const start = performance.now()
    expect(
      detectParameters({ properties: { a }, $defs: { ...parts, p20: { required: ['x'] } } }),
    ).toMatchObject({ ok: true })
    const without = strip({ properties: { a }, $defs: { ...parts, p20: { required: ['x'] } } })
    expect(without.ok).toBe(true)
    // The part is changed, so a copy would have to stand at each of 10^20 places.
    const p20 = { properties: { token: text } }
    const stripped = strip({ properties: { a }, $defs: { ...parts, p20 } })
    expect(stripped.ok || stripped.refusal).toBe('schema_too_large')
    expect(performance.now() - start).toBeLessThan(2000)
  })

  it('is refused where hidden places have no end', () => {
    const recursive = {
      $defs: { token: { properties: { next: { $ref: '#/$defs/token' } } } },
      properties: { token: text, a: { $ref: '#/$defs/token' } },
    }
    expect(schemaOf(recursive)).toBe('reference_recursive')
    expect(schemaOf({ properties: { token: text, next: { $ref: '#' } } })).toBe(
      'reference_recursive',
    )
    const circle = {
      $defs: { A: { $ref: '#/$defs/B' }, B: { allOf: [{ $ref: '#/$defs/A' }] } },
      properties: { token: text },
      $ref: '#/$defs/A',
    }
    expect(schemaOf(circle)).toBe('reference_cyclic')
    let deep: object = {}
    for (let i = 0; i < 10_000; i++) deep = { properties: { a: deep } }
    expect(schemaOf({ properties: { token: text, deep } })).toBe('schema_too_deep')
    expect(
      schemaOf({ properties: { token: text, c: { $ref: '#/$defs/A' } }, $defs: { A: deep } }),
    ).toBe('schema_too_deep')
    expect(schemaOf('x')).toBe('schema_malformed')
    expect(schemaOf({}, ['token'])).toBe('pointer_malformed')
    expect(schemaOf({}, ['/__proto__/x'])).toBe('pointer_forbidden')
    expect(schemaOf({ properties: { token: text, a: { $ref: 'https://evil.example/' } } })).toBe(
      'reference_remote',
    )
  })
})

describe('objects above a hidden parameter', () => {
  const of = (a: object, more: object = {}) => ({
    properties: { a: { type: 'object', properties: { token: text, x: text }, ...a } },
    ...more,
  })
  const at = ['/a/token']

  it.each<[string, object, string[], boolean]>([
    ['are required', of({ required: ['token', 'x'] }, { required: ['a'] }), at, true],
    ['need nothing else', of({ required: ['token'] }), at, true],
    ['need something of the model', of({ required: ['token', 'x'] }), at, false],
    ['need something by a count', of({ minProperties: 2 }), at, false],
    ['need something by a rule', of({ anyOf: [{ required: ['x'] }] }), at, false],
    [
      'may be null',
      {
        properties: { a: { anyOf: [{ $ref: '#/$defs/A' }, { type: 'null' }], default: null } },
        $defs: { A: of({ required: ['token'] }).properties.a },
      },
      at,
      true,
    ],
    [
      'may be null, and need something',
      {
        properties: { a: { anyOf: [{ $ref: '#/$defs/A' }, { type: 'null' }] } },
        $defs: { A: of({ required: ['x'] }).properties.a },
      },
      at,
      false,
    ],
    [
      'need an object that needs nothing else',
      of({ properties: { b: { type: 'object', properties: { token: text } } }, required: ['b'] }),
      ['/a/b/token'],
      true,
    ],
    [
      'need an object that needs something',
      of({
        properties: {
          b: { type: 'object', properties: { token: text, x: text }, required: ['x'] },
        },
        required: ['b'],
      }),
      ['/a/b/token'],
      false,
    ],
    [
      'are demanded or null, and need something',
      {
        properties: {
          a: { type: ['object', 'null'], properties: { token: text, x: text }, required: ['x'] },
        },
        required: ['a'],
      },
      at,
      false,
    ],
    [
      'need an object that only elements fill',
      of({
        properties: {
          token: text,
          b: { type: 'object', additionalProperties: { properties: { token: text } } },
        },
        required: ['b'],
      }),
      ['/a/token', '/a/b/*/token'],
      false,
    ],
    [
      'are elements',
      {
        properties: {
          a: {
            type: 'array',
            items: { type: 'object', properties: { token: text, x: text }, required: ['x'] },
          },
        },
      },
      ['/a/*/token'],
      true,
    ],
    [
      'are in a tuple',
      {
        properties: {
          a: { type: 'array', prefixItems: [{ type: 'object', properties: { token: text } }] },
        },
      },
      ['/a/0/token'],
      false,
    ],
    ['are nowhere: the parameter is on top', { properties: { token: text } }, ['/token'], true],
  ])('may be made when they %s: %#', (_, schema, pointers, may) => {
    expect(makesParents(schema, pointers)[0]).toBe(may)
  })
})

describe('a tool', () => {
  const inputSchema = {
    type: 'object',
    properties: { access_token: text, user_id: text, title: text },
  }
  const parameters: ArgumentParameter[] = [
    { pointer: '/access_token', value: 'subject', tool: 'other' },
    { pointer: '/user_id', value: { claim: 'email' }, tool: 'add' },
    { pointer: '/access_token', value: 'credential' },
    { pointer: '/user_id', value: 'subject' },
  ]

  it('loses the parameters that are bound for it and for all tools', () => {
    expect(stripTool({ name: 'add', inputSchema }, parameters)).toMatchObject({
      value: {
        hidden: [
          { pointer: '/access_token', value: 'credential' },
          { pointer: '/user_id', value: { claim: 'email' } },
        ],
      },
    })
  })

  it('keeps its other members in their order', () => {
    const tool = {
      title: 'Add',
      name: 'add',
      annotations: { readOnlyHint: false },
      inputSchema,
      _meta: { x: 1 },
      outputSchema: { properties: { id: text } },
    }
    const stripped = stripTool(tool, parameters)
    expect(JSON.stringify(stripped.ok && stripped.value.tool)).toBe(
      JSON.stringify({ ...tool, inputSchema: { type: 'object', properties: { title: text } } }),
    )
  })

  it.each([
    { properties: { access_token: text } },
    { properties: { a: { $ref: '#/$defs/access_token' } }, $defs: {} },
    { required: ['user_id'] },
  ])('loses an output schema that names a hidden parameter: %j', (outputSchema) => {
    const stripped = stripTool({ name: 'add', inputSchema, outputSchema }, parameters)
    expect(stripped.ok && Object.hasOwn(stripped.value.tool, 'outputSchema')).toBe(false)
  })

  it('keeps its descriptions unless the operator asks for a change', () => {
    const described = {
      name: 'add',
      description: 'Adds a task. params with user_id and access_token. Returns its id.',
      inputSchema: {
        ...inputSchema,
        description: 'Pass access_token.',
        properties: {
          ...inputSchema.properties,
          title: { ...text, description: 'The title. Never the `accessToken`.' },
          description: text,
        },
      },
    }
    const plain = stripTool(described, parameters)
    expect(plain.ok && plain.value.tool.description).toBe(described.description)
    const rewritten = stripTool(described, parameters, { rewriteDescriptions: true })
    expect(rewritten.ok && rewritten.value.tool).toEqual({
      name: 'add',
      description: 'Adds a task. params. Returns its id.',
      inputSchema: {
        type: 'object',
        properties: { title: { ...text, description: 'The title.' }, description: text },
      },
    })
  })
})

describe('a hidden parameter that is to be repeated in a header', () => {
  const inputSchema = {
    properties: {
      access_token: { type: 'string', 'x-mcp-header': 'Token' },
      user_id: { type: 'string', 'x-mcp-header': 'User' },
    },
  }
  const credential: ArgumentParameter = { pointer: '/access_token', value: 'credential' }
  const subject: ArgumentParameter = { pointer: '/user_id', value: 'subject' }
  const tool = { name: 'tool', inputSchema }

  it('makes the tool unusable when it is the credential', () => {
    expect(stripTool(tool, [credential, subject])).toEqual({
      ok: false,
      refusal: 'credential_mirrored',
    })
  })

  it('makes the tool unusable when it is inside what the credential replaces', () => {
    const nested = {
      name: 'tool',
      inputSchema: {
        properties: { auth: { properties: { token: { type: 'string', 'x-mcp-header': 'T' } } } },
      },
    }
    expect(stripTool(nested, [{ pointer: '/auth', value: 'credential' }])).toEqual({
      ok: false,
      refusal: 'credential_mirrored',
    })
  })

  it('is listed with its header when it is an identity or the binding allows it', () => {
    expect(stripTool(tool, [subject])).toMatchObject({
      value: { hidden: [{ pointer: '/user_id', xMcpHeader: 'User' }] },
    })
    expect(
      stripTool(tool, [credential, subject], { repeatCredentialInHeader: true }),
    ).toMatchObject({
      value: { hidden: [{ xMcpHeader: 'Token' }, { xMcpHeader: 'User' }] },
    })
  })
})
