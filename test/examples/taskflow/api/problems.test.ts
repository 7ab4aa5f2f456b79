import { afterEach, beforeEach, expect, it } from 'vitest'
import { ALICE, RESOURCE, type TestApi, testApi } from './harness.ts'

let t: TestApi
beforeEach(async () => {
  t = await testApi()
})
afterEach(() => t.api.close())

const MARK = 'zz-sent-value-zz'

it.each<[string, unknown, string]>([
  ['no title', {}, 'title'],
  ['an empty title', { title: ' ' }, 'title'],
  ['a title of 201 characters', { title: 'x'.repeat(201) }, 'title'],
  ['a title of two lines', { title: `a\n${MARK}` }, 'title'],
  ['a title with an escape sequence', { title: `\u001b[2J${MARK}` }, 'title'],
  ['a title that is no UTF-16', { title: 'a\ud800' }, 'title'],
  ['a title that is a number', { title: 7 }, 'title'],
  ['a description with NUL', { title: 'a', description: '\0' }, 'description'],
  [
    'a description of 4,001 characters',
    { title: 'a', description: 'x'.repeat(4001) },
    'description',
  ],
  ['a priority that there is not', { title: 'a', priority: MARK }, 'priority'],
  ['a day that there is not', { title: 'a', due_date: '2027-02-30' }, 'due_date'],
  ['a time for a day', { title: 'a', due_date: '2027-02-03T00:00:00Z' }, 'due_date'],
  ['21 tags', { title: 'a', tags: Array.from({ length: 21 }, (_, n) => `t${n}`) }, 'tags'],
  ['an empty tag', { title: 'a', tags: ['ok', ''] }, 'tags.1'],
  ['a tag of 41 characters', { title: 'a', tags: ['x'.repeat(41)] }, 'tags.0'],
  ['a tag that is an object', { title: 'a', tags: [{}] }, 'tags.0'],
  ['a status at the beginning', { title: 'a', status: 'completed' }, 'status'],
  ['an id', { title: 'a', id: 5 }, 'id'],
  ['an owner', { title: 'a', owner: 'bob' }, 'owner'],
  ['a user_id', { title: 'a', user_id: 'bob' }, 'user_id'],
  ['constructor', { title: 'a', constructor: { prototype: { admin: true } } }, 'constructor'],
])('a new task with %s is 422 and names the field, not the value', async (_, body, field) => {
  const { status, headers, body: answer } = await t.send(ALICE, 'POST', '/tasks', body)
  expect(status).toBe(422)
  expect(headers.get('content-type')).toBe('application/problem+json')
  expect(answer).toMatchObject({ type: 'about:blank', status: 422, code: 'fields_invalid' })
  expect(answer.errors.map((error: { field: string }) => error.field)).toContain(field)
  expect(JSON.stringify(answer)).not.toContain(MARK)
  expect((await t.send(ALICE, 'GET', '/tasks')).body.total).toBe(0)
})

it.each<[string, unknown, string]>([
  ['progress above 100', { progress: 101 }, 'progress'],
  ['progress with a fraction', { progress: 0.5 }, 'progress'],
  ['a status that there is not', { status: 'done' }, 'status'],
  ['title null', { title: null }, 'title'],
  ['an id', { id: 2 }, 'id'],
  ['created_at', { created_at: '2020-01-01T00:00:00Z' }, 'created_at'],
])('a change with %s is 422', async (_, body, field) => {
  await t.send(ALICE, 'POST', '/tasks', { title: 'one' })
  const { status, body: answer } = await t.send(ALICE, 'PATCH', '/tasks/1', body)
  expect([status, answer.errors[0].field]).toEqual([422, field])
})

it.each([
  '?status=done',
  '?sort=owner',
  '?order=up',
  '?limit=0',
  '?limit=201',
  '?limit=ten',
  '?limit=1&limit=2',
  '?offset=-1',
  '?search=a&search=b',
  `?search=${'x'.repeat(201)}`,
  '?tag=',
  '?project=',
  '?owner=bob',
  '?__proto__=1',
])('GET /tasks%s is 400', async (query) => {
  const { status, body } = await t.send(ALICE, 'GET', `/tasks${query}`)
  expect([status, body.code]).toEqual([400, 'query_invalid'])
  expect(body.errors).toHaveLength(1)
})

it.each(['?before=x', '?limit=0', '?subject=bob'])('GET /audit%s is 400', async (query) => {
  expect((await t.send(ALICE, 'GET', `/audit${query}`)).body.code).toBe('query_invalid')
})

it.each<[string, string, string, number]>([
  ['no JSON', '{title}', 'body_malformed', 400],
  ['an array', '[]', 'body_malformed', 400],
  ['null', 'null', 'body_malformed', 400],
  ['nothing', '', 'body_malformed', 400],
  ['30,000 levels', '['.repeat(30_000) + ']'.repeat(30_000), 'body_malformed', 400],
  [
    '30,000 levels in a field',
    `{"title":${'['.repeat(30_000)}${']'.repeat(30_000)}}`,
    'fields_invalid',
    422,
  ],
  [
    'more than 64 KB',
    JSON.stringify({ title: 'a', description: 'x'.repeat(65_536) }),
    'body_too_large',
    413,
  ],
])('a body that is %s is refused', async (_, body, code, status) => {
  const answer = await t.send(ALICE, 'POST', '/tasks', body)
  expect([answer.status, answer.body.code]).toEqual([status, code])
})

it('__proto__ in a body is an unknown field, and no prototype changes', async () => {
  const { status, body } = await t.send(
    ALICE,
    'POST',
    '/tasks',
    '{"title":"a","__proto__":{"polluted":true}}',
  )
  expect([status, body.errors[0].field]).toEqual([422, '__proto__'])
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
})

it('a body without content-length is counted as it comes, and not read beyond the limit', async () => {
  let pulled = 0
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      pulled += 1
      if (pulled > 1000) controller.close()
      else controller.enqueue(new Uint8Array(16 * 1024))
    },
  })
  const headers = { authorization: `Bearer ${ALICE}`, 'content-type': 'application/json' }
  const response = await t.api.fetch(
    new Request(`${RESOURCE}/tasks`, { method: 'POST', headers, body, duplex: 'half' }),
  )
  expect(response.status).toBe(413)
  expect(pulled).toBeLessThan(10)
})

it('a body that is no UTF-8 is malformed', async () => {
  const headers = { authorization: `Bearer ${ALICE}`, 'content-type': 'application/json' }
  const body = new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x7d])
  expect(
    (await t.api.fetch(new Request(`${RESOURCE}/tasks`, { method: 'POST', headers, body }))).status,
  ).toBe(400)
})

it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])(
  'a body of type %s is 415',
  async (type) => {
    const { status, body } = await t.send(ALICE, 'POST', '/tasks', '{"title":"a"}', {
      'content-type': type,
    })
    expect([status, body.code]).toEqual([415, 'body_type_unsupported'])
  },
)

it.each([
  ['PUT', '/tasks', 'GET, HEAD, POST'],
  ['DELETE', '/tasks', 'GET, HEAD, POST'],
  ['POST', '/tasks/1', 'GET, HEAD, PATCH, DELETE'],
  ['POST', '/projects', 'GET, HEAD'],
  ['DELETE', '/audit', 'GET, HEAD'],
])('%s %s is 405 and says what is allowed', async (method, path, allow) => {
  const { status, headers, body } = await t.send(ALICE, method, path)
  expect([status, headers.get('allow'), body.code]).toEqual([405, allow, 'method_refused'])
})

it.each(['/nothing', '/tasks/1/more', '', '/', '/tasks/', '/../api2/tasks'])(
  'GET %s is 404',
  async (path) => {
    const { status, body } = await t.send(ALICE, 'GET', path)
    expect([status, body.code]).toEqual([404, 'path_unknown'])
  },
)

it.each(['0', '-1', '01', '1.0', '1e3', 'x', '1%2F2', '9999999999999999', '__proto__'])(
  'task %s is as unknown as a number that was never given',
  async (id) => {
    await t.send(ALICE, 'POST', '/tasks', { title: 'one' })
    const unknown = await t.send(ALICE, 'GET', '/tasks/77')
    expect(await t.send(ALICE, 'GET', `/tasks/${id}`)).toMatchObject({
      status: 404,
      body: unknown.body,
    })
  },
)

it('an internal error is a 500 that says nothing of it, and the operator gets the error', async () => {
  await t.api.close()
  const { status, body } = await t.send(ALICE, 'GET', '/tasks')
  expect([status, body]).toEqual([
    500,
    { type: 'about:blank', title: expect.any(String), status: 500, code: 'failed' },
  ])
  expect(t.errors).toHaveLength(1)
  t = await testApi()
})
