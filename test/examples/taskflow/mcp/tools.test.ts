import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { taskToolScopes } from '../../../../examples/taskflow/mcp/tools.ts'
import { ALICE, BOB, MCP, OTHER_ALICE, REVISIONS, run, type TestMcp, testMcp } from './harness.ts'

let t: TestMcp
beforeEach(async () => {
  t = await testMcp()
})
afterEach(() => t.close())

describe.each(REVISIONS)('over revision %s', (revision) => {
  it('a task lives from its beginning to its end through the ten tools', async () => {
    const client = await t.connect(ALICE, revision)
    expect(client.getNegotiatedProtocolVersion()).toBe(revision)
    const added = await run(client, 'taskflow_add_task', {
      title: 'Buy groceries',
      tags: ['Home'],
      project: 'House',
      due_date: '2027-02-01',
    })
    expect(added.task).toMatchObject({
      id: 1,
      title: 'Buy groceries',
      status: 'pending',
      tags: ['home'],
      project: 'House',
      due_date: '2027-02-01',
    })
    await run(client, 'taskflow_add_task', { title: 'Paint the door', priority: 'urgent' })

    expect(
      (await run(client, 'taskflow_update_task', { task_id: 1, title: 'Buy food', due_date: null }))
        .task,
    ).toMatchObject({
      title: 'Buy food',
      due_date: null,
    })
    expect((await run(client, 'taskflow_start_task', { task_id: 1 })).task.status).toBe(
      'in_progress',
    )
    expect(
      (await run(client, 'taskflow_update_progress', { task_id: 1, progress: 40 })).task,
    ).toMatchObject({
      progress: 40,
      status: 'in_progress',
    })
    expect(
      (await run(client, 'taskflow_assign_task', { task_id: 1, assignee: 'Bob' })).task.assignee,
    ).toBe('Bob')
    expect(
      (await run(client, 'taskflow_assign_task', { task_id: 1, assignee: null })).task.assignee,
    ).toBeNull()
    expect((await run(client, 'taskflow_request_review', { task_id: 1 })).task.status).toBe(
      'review',
    )
    expect((await run(client, 'taskflow_complete_task', { task_id: 1 })).task).toMatchObject({
      status: 'completed',
      progress: 100,
    })

    const ids = async (args: object) => {
      const { tasks, total } = await run(client, 'taskflow_list_tasks', { ...args })
      return [tasks.map((task: { id: number }) => task.id), total]
    }
    expect(await ids({})).toEqual([[1, 2], 2])
    expect(await ids({ status: 'pending' })).toEqual([[2], 1])
    expect(await ids({ search: 'FOOD' })).toEqual([[1], 1])
    expect(await ids({ tags: ['home'] })).toEqual([[1], 1])
    expect(await ids({ sort: 'priority' })).toEqual([[2, 1], 2])
    expect(await ids({ sort: 'title', order: 'desc', limit: 1 })).toEqual([[2], 2])
    expect(await ids({ limit: 1, offset: 1 })).toEqual([[2], 2])
    expect(await run(client, 'taskflow_list_projects')).toEqual({
      projects: [{ name: 'House', tasks: 1, open: 0 }],
    })

    expect((await run(client, 'taskflow_delete_task', { task_id: 1 })).task.title).toBe('Buy food')
    expect(await ids({})).toEqual([[2], 1])
    expect(t.errors).toEqual([])
  })

  it('each person has their own tasks, whatever the arguments name', async () => {
    const [alice, bob, other] = await Promise.all(
      [ALICE, BOB, OTHER_ALICE].map((token) => t.connect(token, revision)),
    )
    if (!alice || !bob || !other) throw new Error('unreachable')
    await run(alice, 'taskflow_add_task', { title: "alice's" })
    for (const stranger of [bob, other]) {
      expect(await run(stranger, 'taskflow_list_tasks')).toEqual({ tasks: [], total: 0 })
      for (const name of [
        'taskflow_start_task',
        'taskflow_complete_task',
        'taskflow_delete_task',
      ]) {
        expect(await run(stranger, name, { task_id: 1 })).toEqual({ failed: 'There is no task 1.' })
      }
      expect((await run(stranger, 'taskflow_list_tasks', { user_id: 'alice' })).failed).toContain(
        'user_id',
      )
    }
    expect((await run(alice, 'taskflow_list_tasks')).total).toBe(1)
  })

  it('the model gets the rules of a task as plain sentences', async () => {
    const client = await t.connect(ALICE, revision)
    await run(client, 'taskflow_add_task', { title: 'one' })
    expect(await run(client, 'taskflow_start_task', { task_id: 7 })).toEqual({
      failed: 'There is no task 7.',
    })
    expect(await run(client, 'taskflow_request_review', { task_id: 1 })).toEqual({
      failed: 'A pending task cannot be sent to review: start it first.',
    })
    await run(client, 'taskflow_update_task', { task_id: 1, status: 'blocked' })
    expect(await run(client, 'taskflow_complete_task', { task_id: 1 })).toEqual({
      failed: 'A blocked task cannot be completed: start it first.',
    })
    await run(client, 'taskflow_start_task', { task_id: 1 })
    await run(client, 'taskflow_complete_task', { task_id: 1 })
    expect(await run(client, 'taskflow_update_progress', { task_id: 1, progress: 50 })).toEqual({
      failed: 'A completed task stays at 100 percent: start it again first.',
    })
    expect(
      await run(client, 'taskflow_update_task', { task_id: 1, due_date: '2027-02-30' }),
    ).toEqual({
      failed: 'This was not done: the value of due_date is not valid.',
    })
    expect(await run(client, 'taskflow_update_task', { task_id: 1, title: '\u0007' })).toEqual({
      failed: 'This was not done: the value of title is not valid.',
    })
  })

  it('arguments that do not fit are refused before the API is called', async () => {
    const client = await t.connect(ALICE, revision)
    for (const [name, args] of [
      ['taskflow_add_task', {}],
      ['taskflow_add_task', { title: '' }],
      ['taskflow_add_task', { title: 'x', due_date: 'tomorrow' }],
      ['taskflow_start_task', { task_id: '1' }],
      ['taskflow_start_task', { task_id: 1.5 }],
      ['taskflow_start_task', { task_id: 0 }],
      ['taskflow_update_progress', { task_id: 1, progress: 101 }],
      ['taskflow_list_tasks', { status: 'done' }],
    ] as const) {
      expect((await run(client, name, args)).failed).toBeTypeOf('string')
    }
    expect(t.seen).toEqual([])
  })

  it('a tool without its scope gets a 403 that names the scope, and the API is not called', async () => {
    const client = await t.connect('one/alice/r', revision)
    await expect(
      client.callTool({ name: 'taskflow_add_task', arguments: { title: 'x' } }),
    ).rejects.toThrow()
    expect(t.events.at(-1)).toMatchObject({
      hop: 'server-door',
      outcome: 'refused',
      reason: 'scope_missing',
      operation: 'taskflow_add_task',
    })
    expect(t.seen).toEqual([])
    expect(await run(client, 'taskflow_list_tasks')).toEqual({ tasks: [], total: 0 })
  })
})

it('the 403 of a tool names its scopes', async () => {
  const body = {
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/call',
    params: { name: 'taskflow_delete_task', arguments: { task_id: 1 } },
  }
  const headers = {
    authorization: 'Bearer one/alice/r',
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
  }
  const response = await t.mcp.fetch(
    new Request(MCP, { method: 'POST', headers, body: JSON.stringify(body) }),
  )
  expect(response.status).toBe(403)
  expect(response.headers.get('www-authenticate')).toContain('scope="tasks:write"')
})

it('the API gets the token that was issued for it, never the one that the MCP server got', async () => {
  const client = await t.connect(ALICE, '2026-07-28')
  await run(client, 'taskflow_add_task', { title: 'x' })
  await run(client, 'taskflow_list_tasks')
  expect(t.seen.map(({ authorization }) => authorization)).toEqual(
    Array(2).fill(`Bearer ${ALICE}/exchanged`),
  )
  expect(JSON.stringify([t.events, t.errors])).not.toContain(ALICE)
})

it('every tool has the scopes of its effect', async () => {
  const { tools } = await (await t.connect(ALICE, '2026-07-28')).listTools()
  expect(Object.keys(taskToolScopes).sort()).toEqual(tools.map(({ name }) => name).sort())
  for (const { name, annotations } of tools) {
    expect(taskToolScopes[name]).toEqual([annotations?.readOnlyHint ? 'tasks:read' : 'tasks:write'])
  }
})

it('the tool list is the same on both revisions, and says nothing of credentials', async () => {
  const [modern, legacy] = await Promise.all(
    REVISIONS.map(async (revision) => (await (await t.connect(ALICE, revision)).listTools()).tools),
  )
  expect(modern).toEqual(legacy)
  expect(JSON.stringify(modern)).not.toMatch(
    /token|credential|secret|password|authoriz|bearer|user_id|api.?key/i,
  )
  await expect(`${JSON.stringify(modern, null, 2)}\n`).toMatchFileSnapshot('recorded/tools.json')
})
