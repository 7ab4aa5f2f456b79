import { afterEach, beforeEach, expect, it } from 'vitest'
import { ALICE, BOB, OTHER_ALICE, RESOURCE, type TestApi, testApi } from './harness.ts'

let t: TestApi
beforeEach(async () => {
  t = await testApi({ allowedOrigins: ['http://127.0.0.1:3000'] })
})
afterEach(() => t.api.close())

const ROUTES: [method: string, path: string, scope: string, body?: object][] = [
  ['GET', '/tasks', 'tasks:read'],
  ['HEAD', '/tasks', 'tasks:read'],
  ['POST', '/tasks', 'tasks:write', { title: 'x' }],
  ['GET', '/tasks/1', 'tasks:read'],
  ['PATCH', '/tasks/1', 'tasks:write', { title: 'x' }],
  ['DELETE', '/tasks/1', 'tasks:write'],
  ['GET', '/projects', 'tasks:read'],
  ['GET', '/audit', 'tasks:read'],
]

it.each(ROUTES)(
  '%s %s needs the scope %s, and the 403 names it',
  async (method, path, scope, body) => {
    const others = scope === 'tasks:read' ? 'w' : 'r'
    const { status, headers } = await t.send(`one/alice/${others}`, method, path, body)
    expect(status).toBe(403)
    expect(headers.get('www-authenticate')).toContain('error="insufficient_scope"')
    expect(headers.get('www-authenticate')).toContain(`scope="${scope}"`)
    expect(t.events.at(-1)).toMatchObject({
      outcome: 'refused',
      reason: 'scope_missing',
      subject: 'alice',
    })
  },
)

it.each([...ROUTES, ['GET', '/nothing', ''], ['PUT', '/tasks', '']] as typeof ROUTES)(
  '%s %s without a credential is 401 with the metadata and the scopes',
  async (method, path, _scope, body) => {
    const { status, headers } = await t.send('', method, path, body)
    expect(status).toBe(401)
    expect(headers.get('www-authenticate')).toBe(
      'Bearer scope="tasks:read tasks:write", resource_metadata="http://127.0.0.1:3002/.well-known/oauth-protected-resource/api"',
    )
  },
)

it('a credential in the URL is refused', async () => {
  expect((await t.send('', 'GET', `/tasks?access_token=${ALICE}`)).status).toBe(400)
})

it("another's number is the same 404 as a missing one, on every route that takes a number, and nothing of it changes", async () => {
  for (let n = 0; n < 3; n++)
    await t.send(ALICE, 'POST', '/tasks', {
      title: `alice's ${n}`,
      project: 'Secret',
      tags: ['mine'],
    })
  const before = await t.send(ALICE, 'GET', '/tasks')
  for (const stranger of [BOB, OTHER_ALICE]) {
    for (const [method, body] of [['GET'], ['PATCH', { title: 'stolen' }], ['DELETE']] as const) {
      const foreign = await t.send(stranger, method, '/tasks/2', body)
      const missing = await t.send(stranger, method, '/tasks/999', body)
      expect(foreign).toMatchObject({ status: 404, body: missing.body })
      expect([...foreign.headers]).toEqual([...missing.headers])
    }
    expect((await t.send(stranger, 'GET', '/tasks')).body).toMatchObject({ tasks: [], total: 0 })
    expect(
      (await t.send(stranger, 'GET', '/tasks?search=alice&tag=mine&project=secret')).body.total,
    ).toBe(0)
    expect((await t.send(stranger, 'GET', '/projects')).body.projects).toEqual([])
    expect((await t.send(stranger, 'GET', '/audit')).body.entries).toEqual([])
  }
  expect((await t.send(ALICE, 'GET', '/tasks')).body).toEqual(before.body)
})

it('a header or parameter that names another person counts for nothing', async () => {
  await t.send(ALICE, 'POST', '/tasks', { title: "alice's" })
  expect((await t.send(BOB, 'GET', '/tasks', undefined, { 'x-user-id': 'alice' })).body.total).toBe(
    0,
  )
})

it('changes of three people at once never meet', async () => {
  const people = [ALICE, BOB, OTHER_ALICE]
  await Promise.all(
    Array.from({ length: 60 }, async (_, n) => {
      const person = people[n % 3] ?? ALICE
      const { body } = await t.send(person, 'POST', '/tasks', { title: `${person} ${n}` })
      await t.send(person, 'PATCH', `/tasks/${body.task.id}`, { description: person })
    }),
  )
  for (const person of people) {
    const { body } = await t.send(person, 'GET', '/tasks?limit=200')
    expect(body.total).toBe(20)
    for (const task of body.tasks)
      expect([task.title.startsWith(person), task.description]).toEqual([true, person])
    const entries = (await t.send(person, 'GET', '/audit?limit=200')).body.entries
    expect(entries.map((entry: { id: number }) => entry.id)).toEqual(
      Array.from({ length: 40 }, (_, n) => 40 - n),
    )
  }
})

it('pages of allowed origins only may read the answers, without cookies', async () => {
  const preflight = (origin: string) =>
    t.api.fetch(
      new Request(`${RESOURCE}/tasks/1`, {
        method: 'OPTIONS',
        headers: {
          origin,
          'access-control-request-method': 'PATCH',
          'access-control-request-headers': 'authorization',
        },
      }),
    )
  const allowed = await preflight('http://127.0.0.1:3000')
  expect(allowed.status).toBe(204)
  expect(allowed.headers.get('access-control-allow-origin')).toBe('http://127.0.0.1:3000')
  expect(allowed.headers.get('access-control-allow-methods')).toContain('PATCH')
  expect(
    (await preflight('http://evil.example')).headers.get('access-control-allow-origin'),
  ).toBeNull()
  for (const [token, status] of [
    [ALICE, 200],
    ['', 401],
    ['one/alice/w', 403],
  ] as const) {
    const answer = await t.send(token, 'GET', '/tasks', undefined, {
      origin: 'http://127.0.0.1:3000',
    })
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([
      status,
      'http://127.0.0.1:3000',
    ])
    expect(answer.headers.get('vary')).toContain('Origin')
    expect(answer.headers.get('access-control-allow-credentials')).toBeNull()
    const foreign = await t.send(token, 'GET', '/tasks', undefined, {
      origin: 'http://evil.example',
    })
    expect(foreign.headers.get('access-control-allow-origin')).toBeNull()
  }
})

it('the protected resource metadata names the issuer, to everybody', async () => {
  const response = await t.api.fetch(
    new Request('http://127.0.0.1:3002/.well-known/oauth-protected-resource/api'),
  )
  expect(await response.json()).toMatchObject({
    resource: RESOURCE,
    authorization_servers: ['http://127.0.0.1:3003'],
    scopes_supported: ['tasks:read', 'tasks:write'],
  })
})

it('the door records each request with its operation', async () => {
  await t.send(ALICE, 'GET', '/tasks/1')
  expect(t.events.at(-1)).toMatchObject({
    outcome: 'allowed',
    operation: 'GET /api/tasks/:id',
    subject: 'alice',
    scopes: ['tasks:read', 'tasks:write'],
  })
})
