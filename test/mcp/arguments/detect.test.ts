import { describe, expect, it } from 'vitest'
import { detectParameters, uncovered } from '../../../src/mcp/arguments/detect.ts'
import { fastMcp, pydantic, zod, zod3 } from './schemas.ts'

const text = { type: 'string' }
const holder = { type: 'object', properties: { access_token: text, title: text } }

function pointersOf(schema: unknown): readonly string[] | string {
  const found = detectParameters(schema)
  if (!found.ok) return found.refusal
  if (found.value.some(({ isRecursive }) => isRecursive)) return 'parameter_recursive'
  return found.value.map(({ pointer }) => pointer)
}

describe('the parameters of real schemas', () => {
  it.each([
    ['FastMCP', fastMcp, ['/params/user_id', '/params/access_token']],
    ['pydantic', pydantic, ['/access_token', '/userId']],
    ['zod 4', zod, ['/accessToken', '/accounts/*/apiKey']],
    ['zod 3', zod3, ['/token']],
  ])('are found in what %s writes', (_, schema, pointers) => {
    expect(pointersOf(schema)).toEqual(pointers)
  })

  it('come with their name and with what they look like', () => {
    expect(detectParameters(fastMcp)).toMatchObject({
      ok: true,
      value: [
        { pointer: '/params/user_id', value: 'subject', name: 'user_id' },
        { pointer: '/params/access_token', value: 'credential', name: 'access_token' },
      ],
    })
  })
})

describe('every construct of JSON Schema', () => {
  it.each<[string, object, string[]]>([
    [
      '$ref to $defs',
      { $defs: { A: holder }, properties: { a: { $ref: '#/$defs/A' } } },
      ['/a/access_token'],
    ],
    [
      '$ref to definitions',
      { definitions: { A: holder }, properties: { a: { $ref: '#/definitions/A' } } },
      ['/a/access_token'],
    ],
    ['$ref at the root', { $defs: { A: holder }, $ref: '#/$defs/A' }, ['/access_token']],
    [
      '$ref to another property',
      { properties: { a: holder, b: { $ref: '#/properties/a' } } },
      ['/a/access_token', '/b/access_token'],
    ],
    [
      '$ref with escapes',
      { $defs: { 'a/b c~': holder }, properties: { a: { $ref: '#/$defs/a~1b%20c~0' } } },
      ['/a/access_token'],
    ],
    [
      'a chain of $refs',
      { $defs: { A: { $ref: '#/$defs/B' }, B: holder }, $ref: '#/$defs/A' },
      ['/access_token'],
    ],
    [
      'one part at two places',
      {
        $defs: { A: holder },
        properties: { a: { $ref: '#/$defs/A' }, b: { items: { $ref: '#/$defs/A' } } },
      },
      ['/a/access_token', '/b/*/access_token'],
    ],
    ['allOf', { allOf: [{ properties: { title: text } }, holder] }, ['/access_token']],
    ['anyOf', { properties: { a: { anyOf: [{ type: 'null' }, holder] } } }, ['/a/access_token']],
    [
      'oneOf',
      { oneOf: [holder, { properties: { api_key: text } }] },
      ['/access_token', '/api_key'],
    ],
    [
      'if, then, else',
      // biome-ignore lint/suspicious/noThenProperty: a word of JSON Schema
      { if: { properties: { uid: text } }, then: holder, else: { properties: { jwt: text } } },
      ['/uid', '/access_token', '/jwt'],
    ],
    ['not', { not: { not: holder } }, ['/access_token']],
    ['items', { properties: { a: { type: 'array', items: holder } } }, ['/a/*/access_token']],
    [
      'items as a list',
      { properties: { a: { items: [text, holder], additionalItems: holder } } },
      ['/a/*/access_token', '/a/1/access_token'],
    ],
    [
      'prefixItems',
      { properties: { a: { prefixItems: [holder], items: false } } },
      ['/a/0/access_token'],
    ],
    ['contains', { properties: { a: { contains: holder } } }, ['/a/*/access_token']],
    [
      'unevaluatedItems',
      { properties: { a: { unevaluatedItems: holder } } },
      ['/a/*/access_token'],
    ],
    [
      'additionalProperties',
      { properties: { a: { additionalProperties: holder } } },
      ['/a/*/access_token'],
    ],
    [
      'unevaluatedProperties',
      { properties: { a: { unevaluatedProperties: holder } } },
      ['/a/*/access_token'],
    ],
    [
      'patternProperties',
      { properties: { a: { patternProperties: { '^s_': holder } } } },
      ['/a/*/access_token'],
    ],
    [
      'patternProperties that spell names',
      { patternProperties: { '^(access_token|title)$': text, '^api\\-key$': text } },
      ['/access_token', '/api-key'],
    ],
    ['dependentSchemas', { dependentSchemas: { x: holder } }, ['/access_token']],
    ['dependencies', { dependencies: { x: holder, y: ['z'] } }, ['/access_token']],
    [
      'required without a declaration',
      { properties: { title: text }, required: ['title', 'access_token'] },
      ['/access_token'],
    ],
    [
      'required in another branch than the declaration',
      { allOf: [{ properties: { title: text } }, { required: ['access_token'] }] },
      ['/access_token'],
    ],
    [
      'a name that others depend on, by dependentRequired',
      { properties: { title: text }, dependentRequired: { access_token: ['title'] } },
      ['/access_token'],
    ],
    [
      'a name that depends on others, by dependentRequired',
      { properties: { title: text }, dependentRequired: { title: ['api_key', 'note'] } },
      ['/api_key'],
    ],
    [
      'a name in dependentSchemas',
      { properties: { title: text }, dependentSchemas: { jwt: { required: ['title'] } } },
      ['/jwt'],
    ],
    [
      'names in dependencies',
      { dependencies: { password: { required: ['x'] }, y: ['secret'] } },
      ['/password', '/secret'],
    ],
    [
      'a name in a default',
      { properties: { auth_options: { type: 'object', default: { api_key: '' } } } },
      ['/auth_options/api_key'],
    ],
    [
      'a name in an example, in a list',
      { properties: { a: { type: 'array', examples: [[{ 'X-Api-Key': 'yours' }]] } } },
      ['/a/*/X-Api-Key'],
    ],
    [
      'propertyNames in parts',
      {
        $defs: { N: { const: 'password' } },
        propertyNames: { anyOf: [{ $ref: '#/$defs/N' }, { pattern: '^(api_key|title)$' }] },
      },
      ['/api_key', '/password'],
    ],
    ['propertyNames', { propertyNames: { enum: ['title', 'access_token'] } }, ['/access_token']],
    [
      'a parameter without a schema',
      { properties: { access_token: {}, token: true } },
      ['/access_token', '/token'],
    ],
    [
      'deep nesting',
      { properties: { a: { properties: { b: { items: { items: holder } } } } } },
      ['/a/b/*/*/access_token'],
    ],
    [
      'names that need escapes',
      { properties: { 'a/b': { properties: { '~token': text } } } },
      ['/a~1b/~0token'],
    ],
  ])('%s', (_, schema, pointers) => {
    expect(pointersOf(schema)).toEqual(pointers)
  })
})

describe('what a schema allows', () => {
  it.each<[string, object]>([
    ['a flag', { password: { type: 'boolean' } }],
    ['a number', { token: { type: 'integer' } }],
    ['a number of tokens', { max_tokens: { type: 'integer' }, token_count: { type: 'number' } }],
    ['a choice of credentials', { password: { enum: ['keep', 'reset'] } }],
    ['a number or null', { auth: { anyOf: [{ type: 'number' }, { type: 'null' }] } }],
    ['a choice', { auth: { type: 'string', enum: ['none', 'basic'] } }],
    ['a choice behind a reference', { auth: { $ref: '#/$defs/Choice' } }],
    ['a constant', { secret: { const: 'x' } }],
    ['a list', { credentials: { type: 'array', items: text } }],
    ['a school subject', { subject: { enum: ['art', 'maths'] } }],
    ['an email', { subject: text, body: text, to: text }],
    [
      'a flag by allOf',
      { secret: { allOf: [{ type: ['string', 'boolean'] }, { type: 'boolean' }] } },
    ],
  ])('makes %s no credential and no identity', (_, properties) => {
    expect(pointersOf({ properties, $defs: { Choice: { enum: ['a', 'b'] } } })).toEqual([])
  })

  it.each<[string, object, string[]]>([
    ['an id that is a number', { user_id: { type: 'integer' } }, ['/user_id']],
    ['an id out of a list', { user_id: { enum: ['alice', 'bob'] } }, ['/user_id']],
    ['a password of digits', { password: { type: 'integer' } }, ['/password']],
    ['a numeric secret', { client_secret: { type: ['number', 'null'] } }, ['/client_secret']],
    ['an access token of any type', { access_token: { type: 'array' } }, ['/access_token']],
    ['a password in pieces', { password: { type: 'array', items: text } }, ['/password']],
    [
      'a password in another language',
      { 密码: { type: 'integer' }, Passwort: text },
      ['/Passwort'],
    ],
    ['text among other types', { token: { type: ['integer', 'string'] } }, ['/token']],
    [
      'an object with a credential in it',
      { auth: { properties: { token: text } }, b: holder },
      ['/auth', '/b/access_token'],
    ],
    [
      'an object of a type with one in it',
      { auth: { type: 'object', properties: { token: text } } },
      ['/auth/token'],
    ],
    ['an object that names nothing', { credentials: { type: 'object' } }, ['/credentials']],
    [
      'an object whose members say nothing',
      { auth: { type: 'object', properties: { a: text, b: text } } },
      ['/auth'],
    ],
    [
      'text or an object',
      { auth: { anyOf: [text, { type: 'object', properties: { token: text } }] } },
      ['/auth'],
    ],
  ])('finds %s', (_, properties, pointers) => {
    expect(pointersOf({ properties })).toEqual(pointers)
  })

  it('leaves a schema without credentials and identities alone', () => {
    expect(
      pointersOf({ type: 'object', properties: { title: text, max_tokens: { type: 'integer' } } }),
    ).toEqual([])
    expect(pointersOf({})).toEqual([])
  })

  it('includes the header in which a parameter is repeated', () => {
    const schema = {
      properties: { token: { type: 'string', 'x-mcp-header': 'Tok' }, uid: { $ref: '#/$defs/U' } },
      $defs: { U: { type: 'string', 'x-mcp-header': 'U' } },
    }
    expect(detectParameters(schema)).toMatchObject({
      value: [{ xMcpHeader: 'Tok' }, { xMcpHeader: 'U' }],
    })
  })
})

describe('a schema that we cannot read as a whole', () => {
  const nested = (levels: number, wrap: (inner: object) => object): object => {
    let schema: object = holder
    for (let i = 0; i < levels; i++) schema = wrap(schema)
    return schema
  }
  const laughs = Object.fromEntries(
    Array.from({ length: 12 }, (_, i) => [
      `a${i}`,
      {
        type: 'object',
        properties: Object.fromEntries(
          Array.from({ length: 10 }, (__, k) => [
            `p${k}`,
            i === 11 ? holder : { $ref: `#/$defs/a${i + 1}` },
          ]),
        ),
      },
    ]),
  )
  const loop: Record<string, unknown> = { type: 'object' }
  loop.properties = { a: loop }

  it.each<[string, unknown, string]>([
    ['no object', 'x', 'schema_malformed'],
    ['null', null, 'schema_malformed'],
    ['a list', [], 'schema_malformed'],
    ['a property that is no schema', { properties: { a: 'x' } }, 'schema_malformed'],
    [
      'a reference to the network',
      { properties: { a: { $ref: 'https://evil.example/schema.json' } } },
      'reference_remote',
    ],
    ['a relative reference', { properties: { a: { $ref: 'other.json#/a' } } }, 'reference_remote'],
    [
      'a network reference in a shared part',
      { $defs: { A: { $ref: '//evil.example/' } }, properties: { a: { $ref: '#/$defs/A' } } },
      'reference_remote',
    ],
    ['an anchor', { properties: { a: { $ref: '#a' } } }, 'reference_unsupported'],
    ['$dynamicRef', { properties: { a: { $dynamicRef: '#a' } } }, 'reference_unsupported'],
    [
      'an $id inside',
      { properties: { a: { $id: 'https://x.example/', $ref: '#/$defs/A' } }, $defs: { A: {} } },
      'reference_unsupported',
    ],
    [
      'a reference to nothing',
      { properties: { a: { $ref: '#/$defs/A' } } },
      'reference_unresolved',
    ],
    [
      'a reference to the prototype',
      { properties: { a: { $ref: '#/constructor' } } },
      'reference_unresolved',
    ],
    [
      'a reference to the prototype of objects',
      { properties: { a: { $ref: '#/__proto__' } } },
      'reference_unresolved',
    ],
    [
      'circles that multiply',
      {
        $defs: { A: { anyOf: Array(9).fill({ $ref: '#/$defs/A' }) } },
        properties: { a: { $ref: '#/$defs/A' } },
      },
      'reference_cyclic',
    ],
    [
      'a reference to text',
      { title: 'x', properties: { a: { $ref: '#/title' } } },
      'reference_unresolved',
    ],
    ['a reference that is no text', { properties: { a: { $ref: 1 } } }, 'schema_malformed'],
    [
      'a reference to itself',
      { $defs: { A: { $ref: '#/$defs/A' } }, properties: { a: { $ref: '#/$defs/A' } } },
      'reference_cyclic',
    ],
    [
      'references in a circle',
      {
        $defs: { A: { anyOf: [{ $ref: '#/$defs/B' }] }, B: { $ref: '#/$defs/A' } },
        $ref: '#/$defs/A',
      },
      'reference_cyclic',
    ],
    [
      '10,000 levels of properties',
      nested(10_000, (inner) => ({ properties: { a: inner } })),
      'schema_too_deep',
    ],
    ['10,000 levels of items', nested(10_000, (items) => ({ items })), 'schema_too_deep'],
    ['10,000 levels of anyOf', nested(10_000, (inner) => ({ anyOf: [inner] })), 'schema_too_deep'],
    ['references that multiply', { $defs: laughs, $ref: '#/$defs/a0' }, 'schema_too_large'],
    ['an object that holds itself', loop, 'schema_too_deep'],
    [
      'a credential in a recursive part',
      {
        $defs: { N: { properties: { token: text, next: { $ref: '#/$defs/N' } } } },
        $ref: '#/$defs/N',
      },
      'parameter_recursive',
    ],
    [
      'a credential under a recursive part',
      {
        $defs: { N: { properties: { next: { items: { $ref: '#/$defs/N' } }, a: holder } } },
        properties: { n: { $ref: '#/$defs/N' } },
      },
      'parameter_recursive',
    ],
    [
      'a credential under a recursive root',
      { properties: { token: text, next: { $ref: '#' } } },
      'parameter_recursive',
    ],
    [
      'a credential by pattern',
      { patternProperties: { '^.*_token$': text } },
      'parameter_unnameable',
    ],
    ...[
      '^[Aa]ccess.[Tt]oken$',
      '^[Aa][Pp][Ii][-_ ]?[Kk][Ee][Yy]$',
      '^(?:x_)?[tT][oO][kK][eE][nN]$',
      '^t.ken$',
      '^p[a]ss\\x77ord$|^[Pp]asswor[d]$',
      '^(?:[a-z]+|[A]uthorization)$',
      '^[a-z]*_?[s][e][c][r][e][t]$',
      '^u[s]er.?[iI][dD]$',
      '[Pp][Aa][Ss][Ss][Ww]',
      '^(title|[j]wt)$',
      '^se(?:c)ret{1}$',
      '^[^b-z]uth$',
    ].map((pattern): [string, unknown, string] => [
      `a credential by the pattern ${pattern}`,
      { patternProperties: { [pattern]: text } },
      'parameter_unnameable',
    ]),
    [
      'names by a pattern for credentials',
      { propertyNames: { pattern: '^[Aa]uthorization$' }, additionalProperties: text },
      'parameter_unnameable',
    ],
    [
      'a credential inside a member named *',
      { properties: { '*': holder } },
      'parameter_unnameable',
    ],
    [
      'a credential inside __proto__',
      { properties: JSON.parse('{"__proto__":{"properties":{"token":{}}}}') },
      'parameter_unnameable',
    ],
    [
      'a credential inside constructor',
      { properties: { constructor: { properties: { prototype: holder } } } },
      'parameter_unnameable',
    ],
  ])('(%s) makes the tool unusable, quickly', (_, schema, reason) => {
    const start = performance.now()
    expect(pointersOf(schema)).toBe(reason)
    expect(performance.now() - start).toBeLessThan(10_000)
  })

  it.each([
    '^.*$',
    '',
    '^[a-z_]+$',
    '^[A-Z][A-Z0-9_]*$',
    '^[a-zA-Z0-9._-]{1,64}$',
    '^x-',
    '^\\w+$',
    '^[^/]+$',
    '^S_',
    '^[a-z]+_id$',
    '^\\d+$',
    '^(?!__)',
    '^\\p{L}+$',
    '^[a-f0-9]{32}$',
    '^(title|[a-z]{2})$',
    '^max_[a-z]+s$',
    '[',
    '(',
    '^(?<name>x)$',
  ])('may have members by the pattern %j, which is not for credentials', (pattern) => {
    expect(pointersOf({ patternProperties: { [pattern]: text } })).toEqual([])
  })

  it('may have a free map, which names no credential: what is in it is the model’s', () => {
    expect(
      pointersOf({
        properties: {
          labels: { type: 'object', additionalProperties: text },
          pairs: { type: 'array', items: { properties: { name: text, value: text } } },
        },
      }),
    ).toEqual([])
  })

  it('has a credential in a free map of headers, and not in a list of them', () => {
    const map = { type: 'object', additionalProperties: text }
    const some = { type: 'object', properties: { etag: text }, additionalProperties: false }
    expect(
      pointersOf({
        properties: {
          headers: map,
          webhookHeaders: { type: 'object' },
          tableHeaders: { type: 'array', items: text },
          csv_headers: text,
          httpHeaders: some,
        },
      }),
    ).toEqual(['/headers', '/webhookHeaders'])
  })

  it('may be recursive where no credential or identity is inside the recursion', () => {
    const filter = {
      anyOf: [
        { type: 'object', properties: { and: { type: 'array', items: { $ref: '#/$defs/F' } } } },
        { type: 'object', properties: { name: text } },
      ],
    }
    expect(
      pointersOf({
        properties: { token: text, filter: { $ref: '#/$defs/F' } },
        $defs: { F: filter },
      }),
    ).toEqual(['/token'])
  })

  it('may share parts any number of times where they hold no credential or identity', () => {
    const plain = JSON.parse(JSON.stringify(laughs).replaceAll('access_token', 'name'))
    expect(
      pointersOf({ properties: { token: text, a: { $ref: '#/$defs/a0' } }, $defs: plain }),
    ).toEqual(['/token'])
  })
})

describe('a parameter that is neither bound nor left to the model', () => {
  const detected = (...pointers: string[]) =>
    pointers.map((pointer) => ({ pointer, value: 'credential' as const, name: 'x' }))
  it.each<[string, string[], string[], string[], string[]]>([
    ['nothing is said', ['/token'], [], [], ['/token']],
    ['it is bound', ['/token', '/uid'], ['/token'], [], ['/uid']],
    ['an object around it is bound', ['/auth/token'], ['/auth'], [], []],
    ['something inside it is bound', ['/auth'], ['/auth/token'], [], ['/auth']],
    ['all elements are bound', ['/a/0/token', '/a/*/token'], ['/a/*/token'], [], []],
    ['one element is bound', ['/a/*/token'], ['/a/0/token'], [], ['/a/*/token']],
    ['it is left to the model', ['/token', '/uid'], [], ['/uid'], ['/token']],
    ['an object around it is left to the model', ['/auth/token'], [], ['/auth'], ['/auth/token']],
    ['a pointer is malformed', ['/token'], ['token'], [''], ['/token']],
  ])('is reported when %s', (_, found, bound, left, open) => {
    expect(uncovered(detected(...found), bound, left).map(({ pointer }) => pointer)).toEqual(open)
  })
})
