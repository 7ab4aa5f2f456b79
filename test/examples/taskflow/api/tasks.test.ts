import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ALICE, BOB, OTHER_ALICE, type TestApi, testApi } from './harness.ts'

let t: TestApi
beforeEach(async () => {
  t = await testApi()
})
afterEach(() => t.api.close())

const ids = (answer: { body: { tasks: { id: number }[] } }) =>
  answer.body.tasks.map((task) => task.id)

describe('adding', () => {
  it('a title is enough to add a task; the rest has defaults', async () => {
    const { status, headers, body } = await t.send(ALICE, 'POST', '/tasks', {
      title: '  Buy groceries ',
    })
    expect(status).toBe(201)
    expect(headers.get('location')).toBe('http://127.0.0.1:3002/api/tasks/1')
    expect(headers.get('cache-control')).toBe('no-store')
    expect(body).toEqual({
      task: {
        id: 1,
        title: 'Buy groceries',
        description: '',
        status: 'pending',
        priority: 'medium',
        due_date: null,
        tags: [],
        project: null,
        assignee: null,
        progress: 0,
        created_at: '2027-01-15T12:00:00.000Z',
        updated_at: '2027-01-15T12:00:00.000Z',
      },
    })
    expect((await t.send(ALICE, 'GET', '/tasks/1')).body).toEqual(body)
  })

  it('every field is kept as sent; tags are lower case, each once', async () => {
    const sent = {
      title: 'Ünïcode 🛒 "quoted"',
      description: 'two\nlines',
      priority: 'urgent',
      due_date: '2028-02-29',
      tags: ['Home', 'home', ' shop '],
      project: 'House',
      assignee: 'Bob',
    }
    const { body } = await t.send(ALICE, 'POST', '/tasks', sent)
    expect(body.task).toMatchObject({ ...sent, tags: ['home', 'shop'] })
  })

  it('each person’s tasks count from 1, and no number is given twice', async () => {
    for (const token of [ALICE, BOB, OTHER_ALICE]) {
      expect((await t.send(token, 'POST', '/tasks', { title: 'first' })).body.task.id).toBe(1)
    }
    await t.send(ALICE, 'POST', '/tasks', { title: 'second' })
    await t.send(ALICE, 'DELETE', '/tasks/2')
    expect((await t.send(ALICE, 'POST', '/tasks', { title: 'third' })).body.task.id).toBe(3)
  })

  it('many tasks added at once each get a number of their own', async () => {
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, n) => t.send(ALICE, 'POST', '/tasks', { title: `task ${n}` })),
    )
    expect(new Set(answers.map(({ body }) => body.task.id)).size).toBe(50)
    expect((await t.send(ALICE, 'GET', '/tasks?limit=200')).body.total).toBe(50)
  })
})

describe('changing', () => {
  it('a change of a task changes only the fields that are sent, and the time of the change', async () => {
    await t.send(ALICE, 'POST', '/tasks', { title: 'one', due_date: '2027-03-01', tags: ['a'] })
    t.pass(60_000)
    const { status, body } = await t.send(
      ALICE,
      'PATCH',
      '/tasks/1',
      { priority: 'high', due_date: null },
      { 'content-type': 'application/merge-patch+json' },
    )
    expect(status).toBe(200)
    expect(body.task).toMatchObject({
      title: 'one',
      priority: 'high',
      due_date: null,
      tags: ['a'],
      updated_at: '2027-01-15T12:01:00.000Z',
    })
    expect((await t.send(ALICE, 'GET', '/tasks/1')).body).toEqual(body)
  })

  it('a transition that is not allowed is 409, names the ones that are, and changes nothing', async () => {
    await t.send(ALICE, 'POST', '/tasks', { title: 'one' })
    await t.send(ALICE, 'PATCH', '/tasks/1', { status: 'blocked' })
    const refused = await t.send(ALICE, 'PATCH', '/tasks/1', {
      status: 'completed',
      title: 'renamed',
    })
    expect(refused.status).toBe(409)
    expect(refused.headers.get('content-type')).toBe('application/problem+json')
    expect(refused.body).toMatchObject({
      code: 'transition_refused',
      from: 'blocked',
      to: 'completed',
      allowed: ['pending', 'in_progress'],
    })
    expect((await t.send(ALICE, 'GET', '/tasks/1')).body.task).toMatchObject({
      status: 'blocked',
      title: 'one',
    })
  })

  it('completing twice succeeds twice and is recorded once', async () => {
    await t.send(ALICE, 'POST', '/tasks', { title: 'one' })
    for (let n = 0; n < 2; n++) {
      expect(
        (await t.send(ALICE, 'PATCH', '/tasks/1', { status: 'completed' })).body.task,
      ).toMatchObject({
        status: 'completed',
        progress: 100,
      })
    }
    expect((await t.send(ALICE, 'GET', '/audit')).body.entries).toHaveLength(2)
  })

  it('a deleted task is shown once more, then it is gone', async () => {
    await t.send(ALICE, 'POST', '/tasks', { title: 'one' })
    expect((await t.send(ALICE, 'DELETE', '/tasks/1')).body.task).toMatchObject({
      id: 1,
      title: 'one',
    })
    for (const method of ['GET', 'DELETE'])
      expect((await t.send(ALICE, method, '/tasks/1')).status).toBe(404)
    expect((await t.send(ALICE, 'PATCH', '/tasks/1', {})).status).toBe(404)
  })
})

describe('listing', () => {
  beforeEach(async () => {
    const tasks = [
      { title: 'Buy groceries', tags: ['home', 'shop'], due_date: '2027-02-02', project: 'House' },
      { title: 'éclair recipe', description: 'for ZOE\u0308', priority: 'low' },
      {
        title: 'Paint the door',
        tags: ['home'],
        priority: 'urgent',
        due_date: '2027-02-01',
        project: 'house',
        assignee: 'Bob',
      },
      { title: '100% _done_', priority: 'high' },
    ]
    for (const task of tasks) {
      await t.send(ALICE, 'POST', '/tasks', task)
      t.pass(1000)
    }
    await t.send(ALICE, 'PATCH', '/tasks/2', { status: 'completed' })
  })

  it.each([
    ['', [1, 2, 3, 4]],
    ['?status=pending', [1, 3, 4]],
    ['?status=completed', [2]],
    ['?status=completed&status=pending', [1, 2, 3, 4]],
    ['?search=BUY', [1]],
    ['?search=door+paint', [3]],
    ['?search=zoë', [2]],
    ['?search=zoe%CC%88', [2]],
    ['?search=%C3%89CLAIR', [2]],
    ['?search=bob', [3]],
    ['?search=%25', [4]],
    ['?search=_', [4]],
    ['?search=nothing', []],
    ['?tag=home', [1, 3]],
    ['?tag=HOME&tag=shop', [1]],
    ['?tag=hom', []],
    ['?project=HOUSE', [1, 3]],
    ['?project=house&status=pending&search=groceries', [1]],
    ['?sort=created&order=desc', [4, 3, 2, 1]],
    ['?sort=updated', [2, 4, 3, 1]],
    ['?sort=due_date', [3, 1, 2, 4]],
    ['?sort=due_date&order=desc', [1, 3, 2, 4]],
    ['?sort=priority', [3, 4, 1, 2]],
    ['?sort=priority&order=asc', [2, 1, 4, 3]],
    ['?sort=title', [4, 1, 3, 2]],
    ['?limit=2', [1, 2]],
    ['?limit=2&offset=3', [4]],
    ['?offset=9', []],
  ])('GET /tasks%s gives %j', async (query, expected) => {
    expect(ids(await t.send(ALICE, 'GET', `/tasks${query}`))).toEqual(expected)
  })

  it('the total counts all that match, whatever the page', async () => {
    expect(
      (await t.send(ALICE, 'GET', '/tasks?status=pending&limit=1&offset=1')).body,
    ).toMatchObject({
      total: 3,
      limit: 1,
      offset: 1,
    })
  })

  it('the projects are the names that tasks share in any case, with how many tasks are open', async () => {
    await t.send(ALICE, 'PATCH', '/tasks/3', { status: 'completed' })
    await t.send(ALICE, 'POST', '/tasks', { title: 'five', project: 'Garden' })
    expect((await t.send(ALICE, 'GET', '/projects')).body).toEqual({
      projects: [
        { name: 'Garden', tasks: 1, open: 1 },
        { name: 'House', tasks: 2, open: 1 },
      ],
    })
    expect((await t.send(BOB, 'GET', '/projects')).body).toEqual({ projects: [] })
  })
})

describe('the audit trail', () => {
  it('the audit trail names what was done, when, for whom and by which agents, the newest first, and no credential', async () => {
    const trace = '0af7651916cd43dd8448eb211c80319c'
    await t.send(
      ALICE,
      'POST',
      '/tasks',
      { title: 'one' },
      { traceparent: `00-${trace}-b7ad6b7169203331-01` },
    )
    t.pass(5000)
    await t.send(ALICE, 'PATCH', '/tasks/1', { status: 'in_progress', tags: ['x'] })
    await t.send(ALICE, 'DELETE', '/tasks/1')
    const { body } = await t.send(ALICE, 'GET', '/audit')
    const author = {
      issuer: 'https://one.example',
      subject: 'alice',
      client: 'taskflow-mcp',
      actors: ['taskflow-mcp', 'taskflow-chat'],
    }
    expect(body.next_before).toBeNull()
    expect(body.entries).toEqual([
      {
        id: 3,
        at: '2027-01-15T12:00:05.000Z',
        action: 'task.deleted',
        task_id: 1,
        fields: [],
        ...author,
        trace: expect.stringMatching(/^[0-9a-f]{32}$/),
      },
      {
        id: 2,
        at: '2027-01-15T12:00:05.000Z',
        action: 'task.updated',
        task_id: 1,
        fields: ['status', 'tags'],
        status_from: 'pending',
        status_to: 'in_progress',
        ...author,
        trace: expect.any(String),
      },
      {
        id: 1,
        at: '2027-01-15T12:00:00.000Z',
        action: 'task.created',
        task_id: 1,
        fields: expect.arrayContaining(['title']),
        ...author,
        trace,
      },
    ])
    expect(JSON.stringify(body)).not.toContain(ALICE)
  })

  it('the audit trail is read in pages', async () => {
    for (let n = 0; n < 5; n++) await t.send(ALICE, 'POST', '/tasks', { title: `task ${n}` })
    const pages: number[][] = []
    for (let next: string | null = ''; next !== null; ) {
      const { body } = await t.send(ALICE, 'GET', `/audit?limit=2${next}`)
      pages.push(body.entries.map((entry: { id: number }) => entry.id))
      next = body.next_before === null ? null : `&before=${body.next_before}`
    }
    expect(pages).toEqual([[5, 4], [3, 2], [1]])
  })

  it('the audit trail has no entry for what was refused', async () => {
    await t.send(ALICE, 'POST', '/tasks', { title: '' })
    await t.send(ALICE, 'PATCH', '/tasks/9', { title: 'x' })
    await t.send(ALICE, 'DELETE', '/tasks/9')
    expect((await t.send(ALICE, 'GET', '/audit')).body.entries).toEqual([])
  })
})
