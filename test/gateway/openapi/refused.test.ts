// What cannot be a tool is refused by its name and with the reason; the other operations work.

import { describe, expect, it } from 'vitest'
import { textOf } from '../house.ts'
import { apiHouse, documentOf } from './api-house.ts'

const GOOD = { '/good': { get: { operationId: 'good' } } }
const body = (type: string) => ({ requestBody: { content: { [type]: { schema: {} } } } })

describe('an operation that cannot be a tool', () => {
  it.each([
    [
      'has a multipart body',
      { '/a': { post: body('multipart/form-data') } },
      'POST /a: its body is "multipart/form-data"',
    ],
    [
      'names another server',
      { '/a': { get: { servers: [{ url: 'https://evil.example' }] } } },
      'GET /a: it names another server',
    ],
    ['has a path that is none', { '/a/../b': { get: {} } }, 'GET /a/../b: its path has parts'],
    ['has a query in its path', { '/a?x=1': { get: {} } }, 'GET /a?x=1: its path has parts'],
    [
      'has a path parameter that is not declared',
      { '/a/{b}': { get: {} } },
      'GET /a/{b}: its path has parts',
    ],
    [
      'refers to another document',
      { '/a': { get: { parameters: [{ $ref: 'other.yaml#/x' }] } } },
      'GET /a: it has a $ref to another document',
    ],
    [
      'refers to nothing',
      { '/a': { get: { parameters: [{ $ref: '#/x' }] } } },
      'GET /a: it has a $ref to nothing: #/x',
    ],
    [
      'refers in a circle',
      { '/a': { get: { parameters: [{ $ref: '#/paths/~1a/get/parameters/0' }] } } },
      'GET /a: it has a reference that leads back to itself',
    ],
    [
      'has a style that is not written',
      {
        '/a/{b}': { get: { parameters: [{ name: 'b', in: 'path', style: 'matrix', schema: {} }] } },
      },
      'GET /a/{b}: the parameter "b" has the style "matrix"',
    ],
    [
      'needs a header that only the gateway sets',
      {
        '/a': { get: { parameters: [{ name: 'Host', in: 'header', required: true, schema: {} }] } },
      },
      'GET /a: the parameter "Host" is a header that only the gateway sets',
    ],
  ])('%s: it is told, and the others work', async (_, paths, told) => {
    const { call, client, warnings } = apiHouse(documentOf({ ...paths, ...GOOD }))
    expect(warnings.join('\n')).toContain(
      'The OpenAPI document of Pets: 1 operations are tools, and 1 cannot be one',
    )
    expect(warnings.join('\n')).toContain(told)
    const { tools } = await (await client()).listTools()
    expect(tools.map(({ name }) => name)).toEqual(['good'])
    expect(textOf(await call('good'))).toBe('{"ok":true}')
  })

  it('has no body where its method has none, and is a tool', async () => {
    const get = { operationId: 'a', ...body('application/json') }
    const { call, reached } = apiHouse(documentOf({ '/a': { get } }))
    expect(textOf(await call('a', { body: { x: 1 } }))).toBe('{"ok":true}')
    expect(reached).toMatchObject([{ method: 'GET', body: '' }])
  })

  it('may be on the server of the whole document', async () => {
    const servers = [{ url: 'https://other.name' }]
    const { warnings } = apiHouse(documentOf({ '/a': { servers, get: {} } }, { servers }))
    expect(warnings).toEqual([])
  })
})

describe('schemas', () => {
  it('that contain themselves stay finite', async () => {
    const node = { type: 'object', properties: { next: { $ref: '#/components/schemas/Node' } } }
    const document = documentOf(
      {
        '/a': {
          post: {
            operationId: 'a',
            requestBody: {
              content: { 'application/json': { schema: { $ref: '#/components/schemas/Node' } } },
            },
          },
        },
      },
      { components: { schemas: { Node: node } } },
    )
    const { tools } = await (await apiHouse(document).client()).listTools()
    expect(tools[0]?.inputSchema).toMatchObject({
      $defs: { Node: { properties: { next: { $ref: '#/$defs/Node' } } } },
    })
  })

  it('of OpenAPI 3.0 are written as JSON Schema', async () => {
    const schema = {
      type: 'integer',
      nullable: true,
      minimum: 1,
      exclusiveMinimum: true,
      pattern: '(',
      'x-own': 1,
      example: 7,
    }
    const document = {
      ...documentOf({
        '/a': { get: { operationId: 'a', parameters: [{ name: 'n', in: 'query', schema }] } },
      }),
      openapi: '3.0.3',
    }
    const { tools } = await (await apiHouse(document).client()).listTools()
    expect(tools[0]?.inputSchema.properties).toEqual({
      n: { type: ['integer', 'null'], exclusiveMinimum: 1 },
    })
  })

  it('that would grow without an end are cut, and the tool stays', async () => {
    const names = Array.from({ length: 400 }, (_, at) => `S${at}`)
    const big = { type: 'object', description: 'x'.repeat(500) }
    const whole = {
      type: 'object',
      properties: Object.fromEntries(
        names.map((name) => [name, { $ref: `#/components/schemas/${name}` }]),
      ),
    }
    const content = { 'application/json': { schema: whole } }
    const document = documentOf(
      { '/a': { post: { operationId: 'a', requestBody: { content } } } },
      { components: { schemas: Object.fromEntries(names.map((name) => [name, big])) } },
    )
    const { tools } = await (await apiHouse(document).client()).listTools()
    expect(JSON.stringify(tools[0]).length).toBeLessThan(100_000)
    expect(tools[0]?.inputSchema).toMatchObject({ $defs: { S399: { type: 'object' } } })
  })
})

describe('names', () => {
  it('are each one tool, and fit', async () => {
    const long = `/${'very/'.repeat(30)}long`
    const get = { operationId: 'same' }
    const document = documentOf({ '/a': { get }, '/b': { get }, [long]: { get: {} } })
    const { tools } = await (await apiHouse(document).client()).listTools()
    const names = tools.map(({ name }) => name)
    expect(new Set(names).size).toBe(3)
    for (const name of names) expect(name).toMatch(/^[A-Za-z0-9_-]{1,48}$/)
  })
})

describe('a document', () => {
  it.each([
    [
      'Swagger 2.0',
      { swagger: '2.0', paths: {} },
      /openApi\.Pets is no document of OpenAPI 3\.0 or 3\.1: it is Swagger 2\.0/,
    ],
    ['nothing', null, /openApi\.Pets is no document/],
    ['no operations', documentOf({}), /openApi\.Pets has no operation that can be a tool/],
  ])('that is %s is refused at the start', (_, document, message) => {
    expect(() => apiHouse(document)).toThrow(message)
  })

  it('of no server is refused', () => {
    expect(() => apiHouse(documentOf(GOOD), { options: { openApi: { Other: {} } } })).toThrow(
      'openApi.Other is the document of no server',
    )
  })

  it.each([
    [{ type: 'meta', key: 'com.example/token' } as const],
    [{ type: 'sign', sign: () => ({}) } as const],
  ])('of a server with a placement in messages of MCP is refused: %j', (placement) => {
    expect(() => apiHouse(documentOf(GOOD), { placement })).toThrow('servers.Pets.placement is')
  })
})
