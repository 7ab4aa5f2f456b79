// HTTP parameter pollution: an argument that holds an object writes the parameter of another one, of the
// person or of a credential, a second time.

import { describe, expect, it } from 'vitest'
import { textOf } from '../house.ts'
import { apiHouse, documentOf } from './api-house.ts'

const object = { type: 'object', additionalProperties: { type: 'string' } }
const PERSON = [
  { type: 'header' },
  { type: 'argument', parameters: [{ pointer: '/user_id', value: 'subject' }] },
] as const

/** Two operations: their parameters are in the query, or in cookies. */
const documentIn = (place: 'query' | 'cookie') =>
  documentOf(
    {
      '/items': {
        get: {
          operationId: 'items',
          parameters: [
            { name: 'user_id', in: place, schema: { type: 'string' } },
            { name: 'limit', in: place, schema: { type: 'integer' } },
            { name: 'filter', in: place, schema: object },
          ],
        },
      },
    },
    { components: { securitySchemes: { key: { type: 'apiKey', in: place, name: 'api_key' } } } },
  )

describe.each(['query', 'cookie'] as const)('an object in a %s', (place) => {
  it.each([
    'user_id',
    'user_id[]',
    'user_id[0]',
    'User_ID',
    'user.id',
    'user id',
    ' user_id',
    'limit',
    'api_key',
    'API_KEY[x]',
  ])('does not write %j, which is the parameter of another', async (name) => {
    const { call, reached } = apiHouse(documentIn(place), { placement: PERSON })
    const result = await call('items', { filter: { [name]: 'bob' } })
    expect(result.isError).toBe(true)
    expect(reached).toEqual([])
  })

  it('writes its own', async () => {
    const { call, reached } = apiHouse(documentIn(place), { placement: PERSON })
    await call('items', { limit: 3, filter: { color: 'red', size: 'm' } })
    const [one] = reached
    const written = place === 'query' ? one?.url.split('?')[1] : one?.headers.get('cookie')
    expect(written?.split(/; |&/)).toEqual(['user_id=alice', 'limit=3', 'color=red', 'size=m'])
  })
})

describe('a form', () => {
  const document = documentOf({
    '/items': {
      post: {
        operationId: 'add',
        requestBody: {
          content: { 'application/x-www-form-urlencoded': { schema: { type: 'object' } } },
        },
      },
    },
  })

  it.each(['title[]', 'TITLE', 'title[0][x]'])('has no %j beside title', async (name) => {
    const { call, reached } = apiHouse(document)
    const text = textOf(await call('add', { body: { title: 'a', [name]: 'b' } }))
    expect(text).toContain('two members that many servers read as one')
    expect(reached).toEqual([])
  })
})
