// An HTTP API behind the gateway: its operations are tools, and each call is the operation's own request.

import { describe, expect, it } from 'vitest'
import { granted } from '../../../src/core/errors.ts'
import { ISSUER, issuedToken, START } from '../../core/parts.ts'
import { textOf } from '../house.ts'
import { API, apiHouse, documentOf } from './api-house.ts'

const PET = {
  type: 'object',
  required: ['name'],
  properties: { id: { type: 'integer', readOnly: true }, name: { type: 'string' } },
}
const answersPet = { 200: { description: 'ok', content: { 'application/json': { schema: PET } } } }
const parameter = (name: string, place: string, more: object = {}) => ({
  name,
  in: place,
  schema: { type: 'string' },
  ...more,
})
const PETS = documentOf(
  {
    '/pets': {
      get: {
        operationId: 'pets/list',
        summary: 'Lists pets',
        parameters: [
          parameter('kind', 'query'),
          { name: 'tag', in: 'query', schema: { type: 'array', items: { type: 'string' } } },
          {
            name: 'at',
            in: 'query',
            style: 'deepObject',
            explode: true,
            schema: { type: 'object' },
          },
          { name: 'ids', in: 'query', explode: false, schema: { type: 'array' } },
          parameter('X-Trace', 'header'),
          parameter('theme', 'cookie'),
        ],
      },
      post: {
        operationId: 'addPet',
        requestBody: {
          required: true,
          content: { 'application/json': { schema: { $ref: '#/components/schemas/Pet' } } },
        },
        responses: answersPet,
      },
    },
    '/pets/{pet}': {
      parameters: [parameter('pet', 'path', { required: true })],
      get: { responses: answersPet },
      delete: { operationId: 'removePet' },
      put: {
        operationId: 'changePet',
        requestBody: {
          content: {
            'application/x-www-form-urlencoded': { schema: { type: 'object' } },
          },
        },
      },
    },
  },
  { components: { schemas: { Pet: PET } } },
)

describe('the tools of an API', () => {
  it('are its operations, with names, schemas, and what their methods do', async () => {
    const client = await apiHouse(PETS).client()
    const { tools } = await client.listTools()
    expect(tools.map(({ name }) => name)).toEqual([
      'pets_list',
      'addPet',
      'get_pets_by_pet',
      'changePet',
      'removePet',
    ])
    const [list, add, get, change, remove] = tools
    expect(list).toMatchObject({
      description: 'Lists pets',
      annotations: { readOnlyHint: true, destructiveHint: false },
    })
    expect(add?.inputSchema).toMatchObject({
      properties: { body: { $ref: '#/$defs/Pet' } },
      required: ['body'],
      $defs: { Pet: { properties: { name: { type: 'string' } }, required: ['name'] } },
    })
    expect(add?.inputSchema).not.toHaveProperty('$defs.Pet.properties.id')
    expect(add?.annotations).toMatchObject({ readOnlyHint: false, idempotentHint: false })
    expect(get?.inputSchema).toMatchObject({ required: ['pet'] })
    expect(get?.outputSchema).toMatchObject({ type: 'object' })
    expect(change?.annotations).toMatchObject({ destructiveHint: true, idempotentHint: true })
    expect(remove?.annotations).toMatchObject({ destructiveHint: true, idempotentHint: true })
  })

  it('have the name of the server before theirs behind the joint address', async () => {
    const house = apiHouse(PETS)
    const client = await house.client('/mcp')
    const { tools } = await client.listTools()
    expect(tools.map(({ name }) => name)).toContain('Pets__removePet')
    await client.callTool({ name: 'Pets__removePet', arguments: { pet: 'rex' } })
    expect(house.reached.at(-1)).toMatchObject({ method: 'DELETE', url: `${API}/pets/rex` })
  })

  it('need no request to the API to be listed', async () => {
    const { client, reached } = apiHouse(PETS)
    await (await client()).listTools()
    expect(reached).toEqual([])
  })
})

describe('a call', () => {
  it('writes each argument where and as the document says', async () => {
    const { call, reached } = apiHouse(PETS)
    await call('pets_list', {
      kind: 'a&b',
      tag: ['x', 'y'],
      at: { lat: 1, lon: 2 },
      ids: [1, 2],
      'X-Trace': 'on',
      theme: 'dark blue',
    })
    const [{ url = '', headers } = {}] = reached
    expect(url).toBe(`${API}/pets?kind=a%26b&tag=x&tag=y&at%5Blat%5D=1&at%5Blon%5D=2&ids=1%2C2`)
    expect(headers?.get('x-trace')).toBe('on')
    expect(headers?.get('cookie')).toBe('theme=dark%20blue')
    expect(headers?.get('content-type')).toBeNull()
  })

  it('sends JSON and forms', async () => {
    const { call, reached } = apiHouse(PETS)
    await call('addPet', { body: { name: 'Rex' } })
    expect(reached.at(-1)).toMatchObject({ method: 'POST', body: '{"name":"Rex"}' })
    await call('changePet', {
      pet: 'rex',
      body: { name: 'a b', tags: ['x', 'y'], owner: { id: 1 } },
    })
    const { body, headers } = reached.at(-1) ?? {}
    expect(body).toBe('name=a%20b&tags=x&tags=y&owner%5Bid%5D=1')
    expect(headers?.get('content-type')).toBe('application/x-www-form-urlencoded')
  })

  it('carries the credential for the API, and gives the answer as text and by its schema', async () => {
    const { call, reached, events } = apiHouse(PETS, {
      answer: () => Response.json({ id: 'not a number', name: 'Rex', kind: 'dog' }),
    })
    const result = await call('get_pets_by_pet', { pet: 'rex' })
    expect(reached[0]?.headers.get('authorization')).toMatch(
      /^Bearer issued\.alice\.api\.example\./,
    )
    expect(textOf(result)).toBe('{"id":"not a number","name":"Rex","kind":"dog"}')
    expect(result.structuredContent).toEqual({ name: 'Rex', kind: 'dog' })
    expect(events.at(-1)).toMatchObject({ hop: 'carry', outcome: 'allowed', destination: API })
  })

  it('tells of an error of the API, without the credential that it sends back', async () => {
    const { call } = apiHouse(PETS, {
      answer: ({ headers }) =>
        Response.json({ error: `no ${headers.get('authorization')}` }, { status: 422 }),
    })
    const result = await call('get_pets_by_pet', { pet: 'rex' })
    expect(result.isError).toBe(true)
    expect(textOf(result)).toMatch(/^The API answered 422\. /)
    expect(textOf(result)).not.toMatch(/issued\./)
  })

  it('gets a fresh credential once when the API answers 401, and runs once', async () => {
    const { call, reached } = apiHouse(PETS, {
      answer: ({ headers }) =>
        headers.get('authorization')?.includes('.0.')
          ? new Response('no', { status: 401 })
          : Response.json({ name: 'Rex' }),
    })
    const result = await call('get_pets_by_pet', { pet: 'rex' })
    expect(textOf(result)).toBe('{"name":"Rex"}')
    expect(reached.map(({ headers }) => headers.get('authorization'))).toHaveLength(2)
  })

  it.each([403, 302, 503])(
    'is refused, with nothing of the API, when it answers %i',
    async (status) => {
      const { call } = apiHouse(PETS, {
        answer: () =>
          new Response('inner words', { status, headers: { location: 'https://evil.example' } }),
      })
      const result = await call('get_pets_by_pet', { pet: 'rex' })
      expect(result.isError).toBe(true)
      expect(textOf(result)).not.toMatch(/inner words|evil/)
    },
  )

  it.each([
    ['an empty answer', () => new Response(null, { status: 204 }), 'The API answered 204.'],
    [
      'bytes',
      () => new Response(new Uint8Array(3), { headers: { 'content-type': 'image/png' } }),
      '(3 bytes of image/png, which is no text)',
    ],
    [
      'an answer that is too large',
      () => new Response('x'.repeat(1024 * 1024 + 1)),
      'The API answered 200. (its body has more than 1048576 bytes, and is left out)',
    ],
  ])('tells of %s', async (_, answer, text) => {
    const { call } = apiHouse(PETS, { answer })
    const result = await call('removePet', { pet: 'rex' })
    expect(result.isError).toBeFalsy()
    expect(textOf(result)).toBe(text)
  })
})

describe('an argument', () => {
  const EVIL = [
    '../admin',
    '..',
    '.',
    'a/b',
    'a\\b',
    '%2e%2e',
    '%2F',
    '..%2fadmin',
    'a%252fb',
    '%5c',
    '',
    'a\u0000',
    '\ud800',
    ['..'],
    { a: 1 },
  ]
  it.each(EVIL.map((pet) => [pet]))(
    'that would leave its segment is refused, and nothing is sent: %j',
    async (pet) => {
      const { call, reached } = apiHouse(PETS)
      const result = await call('removePet', { pet })
      const left = reached.filter(
        ({ url }) => !/^https:\/\/api\.example\/v1\/pets\/[^/]+$/.test(url),
      )
      expect(left).toEqual([])
      if (reached.length === 0) expect(textOf(result)).toMatch(/^Nothing was sent: /)
      expect(reached).toHaveLength(typeof pet === 'object' && !Array.isArray(pet) ? 1 : 0)
    },
  )

  it('that is missing is named', async () => {
    const { call, reached } = apiHouse(PETS)
    expect(textOf(await call('removePet'))).toBe('Nothing was sent: pet is missing.')
    expect(reached).toEqual([])
  })

  it('never takes the place of what a placement fills, nor of another header of the request', async () => {
    const document = documentOf({
      '/pets': {
        get: {
          operationId: 'list',
          parameters: [
            parameter('api_key', 'query'),
            parameter('filter', 'query', { schema: { type: 'object' } }),
            parameter('sid', 'cookie'),
            parameter('Authorization', 'header'),
            parameter('Host', 'header'),
          ],
        },
      },
    })
    const { call, client, reached } = apiHouse(document, {
      placement: [
        { type: 'query', name: 'api_key' },
        { type: 'cookie', name: 'sid' },
      ],
    })
    const { tools } = await (await client()).listTools()
    expect(Object.keys(tools[0]?.inputSchema.properties ?? {})).toEqual(['filter'])
    const evil = { api_key: 'evil', sid: 'evil', Authorization: 'evil', Host: 'evil.example' }
    await call('list', { ...evil, filter: { color: 'red' } })
    expect(reached[0]?.url).toMatch(
      /^https:\/\/api\.example\/v1\/pets\?api_key=issued\.alice\.[^&]*&color=red$/,
    )
    expect(reached[0]?.headers.get('cookie')).toMatch(/^sid=issued\.alice\./)
    for (const filter of [{ api_key: 'evil' }, { 'api_key[0]': 'evil' }])
      expect(textOf(await call('list', { filter }))).toBe(
        'Nothing was sent: filter is not yours to fill.',
      )
    expect(reached).toHaveLength(1)
  })

  it('that a security scheme is about is none', async () => {
    const document = documentOf(
      {
        '/pets': {
          get: {
            operationId: 'list',
            parameters: [parameter('key', 'query'), parameter('x-key', 'header')],
          },
        },
      },
      {
        components: {
          securitySchemes: {
            a: { type: 'apiKey', in: 'query', name: 'key' },
            b: { type: 'apiKey', in: 'header', name: 'X-Key' },
          },
        },
      },
    )
    const { tools } = await (await apiHouse(document).client()).listTools()
    expect(tools[0]?.inputSchema.properties).toEqual({})
  })

  it('that names the person is filled by the placement, whatever the model says', async () => {
    const document = documentOf({
      '/users/{user_id}/pets': {
        get: { operationId: 'mine', parameters: [parameter('user_id', 'path')] },
      },
    })
    const { call, client, reached } = apiHouse(document, {
      placement: [
        { type: 'header' },
        { type: 'argument', parameters: [{ pointer: '/user_id', value: 'subject' }] },
      ],
    })
    const { tools } = await (await client()).listTools()
    expect(tools[0]?.inputSchema.properties).toEqual({})
    await call('mine', { user_id: 'bob' })
    expect(reached[0]?.url).toBe(`${API}/users/alice/pets`)
  })
})

describe('a token that is bound to a key', () => {
  it('is not sent: its proof would be of another request', async () => {
    const { call, reached } = apiHouse(PETS, {
      options: {
        exchanger: {
          issuer: ISSUER,
          exchange: async (_, { scopes }) =>
            granted(
              issuedToken('bound.token', { expiresAt: START + 60, scopes, proof: async () => 'p' }),
            ),
        },
      },
    })
    expect(textOf(await call('removePet', { pet: 'rex' }))).toMatch(/^Nothing was sent: .*DPoP/)
    expect(reached).toEqual([])
  })
})

describe('a placement in the path', () => {
  it('is before the path of the operation', async () => {
    const { call, reached } = apiHouse(PETS, {
      url: 'https://api.example/bot{credential}/v1',
      placement: { type: 'path' },
    })
    await call('removePet', { pet: 'rex' })
    expect(reached[0]?.url).toMatch(
      /^https:\/\/api\.example\/botissued\.alice\.[^/]*\/v1\/pets\/rex$/,
    )
  })
})
