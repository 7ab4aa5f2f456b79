// Several servers at one address: the names of their tools lead back to one of them, a server that is
// down takes nothing away, and each person has sessions of their own behind it.

import { expect, it } from 'vitest'
import { gatewayHouse, textOf, tokenFor } from './house.ts'

const alice = () => ({ token: tokenFor('alice') })
const bob = () => ({ token: tokenFor('bob') })

it('lists the tools and prompts of all servers by qualified names, and calls each at its own', async () => {
  const { connect, tasks, notes } = gatewayHouse()
  const client = await connect('/mcp', alice())
  const { tools } = await client.listTools()
  expect(tools.map(({ name }) => name).sort()).toEqual([
    'Notes__search',
    'Tasks__add_task',
    'Tasks__echo',
    'Tasks__only_alice',
  ])
  const addTask = tools.find(({ name }) => name === 'Tasks__add_task')
  expect(Object.keys(addTask?.inputSchema.properties ?? {})).toEqual(['title'])
  expect(textOf(await client.callTool({ name: 'Tasks__only_alice' }))).toBe('alice only')
  expect(textOf(await client.callTool({ name: 'Notes__search' }))).toBe('notes')
  const { prompts } = await client.listPrompts()
  expect(prompts.map(({ name }) => name)).toEqual(['Notes__summary'])
  expect(await client.getPrompt({ name: 'Notes__summary' })).toMatchObject({
    messages: [{ content: { text: 'Sum it up.' } }],
  })
  expect(tasks.methods().filter((method) => method === 'initialize')).toHaveLength(1)
  expect(notes.methods().filter((method) => method === 'initialize')).toHaveLength(1)
})

it('fills what it hides, also for a client that has listed nothing', async () => {
  const { connect, tasks } = gatewayHouse()
  const client = await connect('/mcp', alice())
  await client.callTool({
    name: 'Tasks__add_task',
    arguments: { title: 'milk', user_id: 'bob' },
  })
  expect(tasks.reached.at(-1)?.args).toMatchObject({ title: 'milk', user_id: 'alice' })
})

it('leaves the others when one server is down, and has it back when it is up', async () => {
  const { connect, down } = gatewayHouse()
  down.add('tasks.example')
  const client = await connect('/mcp', alice())
  const names = async () => (await client.listTools()).tools.map(({ name }) => name)
  expect(await names()).toEqual(['Notes__search'])
  expect(textOf(await client.callTool({ name: 'Notes__search' }))).toBe('notes')
  down.clear()
  expect(await names()).toContain('Tasks__only_alice')
})

it('opens a new session with a server that has lost the old one, and the call is done', async () => {
  const { connect, tasks } = gatewayHouse()
  const client = await connect('/mcp', alice())
  expect(textOf(await client.callTool({ name: 'Tasks__only_alice' }))).toBe('alice only')
  tasks.restart()
  expect(textOf(await client.callTool({ name: 'Tasks__only_alice' }))).toBe('alice only')
})

it('keeps two people apart', async () => {
  const { connect, tasks } = gatewayHouse()
  const [a, b] = await Promise.all([connect('/mcp', alice()), connect('/mcp', bob())])
  expect(textOf(await a.callTool({ name: 'Tasks__only_alice' }))).toBe('alice only')
  expect(textOf(await b.callTool({ name: 'Tasks__only_bob' }))).toBe('bob only')
  expect(textOf(await b.callTool({ name: 'Tasks__only_alice' }))).not.toBe('alice only')
  const sessions = new Map(
    tasks.reached.map(({ session, authorization }) => [session, authorization.split('.')[1]]),
  )
  for (const { session, authorization } of tasks.reached)
    if (session !== null) expect(authorization.split('.')[1]).toBe(sessions.get(session))
})

it('keeps two clients of one person apart, whose requests have the same ids', async () => {
  const { connect, tasks } = gatewayHouse()
  const [one, other] = await Promise.all([connect('/mcp', alice()), connect('/mcp', alice())])
  const add = (client: typeof one, title: string) =>
    client.callTool({ name: 'Tasks__add_task', arguments: { title } }).then(textOf)
  const texts = await Promise.all([add(one, 'milk'), add(other, 'bread')])
  expect(texts.map((text) => text.split(' ')[0])).toEqual(['milk', 'bread'])
  const calls = tasks.reached.filter(({ method }) => method === 'tools/call')
  expect(new Set(calls.map(({ session }) => session)).size).toBe(2)
})

it('ends its sessions with the servers when the client ends its own', async () => {
  const { connect, ask, tasks } = gatewayHouse()
  const client = await connect('/mcp', alice())
  await client.callTool({ name: 'Tasks__only_alice' })
  const used = tasks.reached.at(-1)?.session
  const headers = { 'mcp-session-id': client.session() ?? '' }
  expect((await ask('/mcp', tokenFor('alice'), undefined, headers, 'DELETE')).status).toBe(204)
  expect(tasks.reached.at(-1)).toMatchObject({ method: 'DELETE', session: used })
})

it('serves a named subset, and nothing else there', async () => {
  const { connect } = gatewayHouse({ subsets: { reading: ['Notes'] } })
  const client = await connect('/mcp/reading', alice())
  expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(['Notes__search'])
  await expect(client.callTool({ name: 'Tasks__only_alice' })).rejects.toThrow('no such tool')
})

it('refuses what is of no server, and says where it can be asked', async () => {
  const { connect, ask } = gatewayHouse()
  const client = await connect('/mcp', alice())
  await expect(client.callTool({ name: 'nobody__search' })).rejects.toThrow('no such tool')
  const answer = await ask('/mcp', tokenFor('alice'), {
    jsonrpc: '2.0',
    id: 9,
    method: 'nothing/list',
  })
  expect(await answer.json()).toMatchObject({ id: 9, error: { code: -32601 } })
  const odd = { jsonrpc: '2.0', id: 9, method: { toString: 1 } }
  expect(await (await ask('/mcp', tokenFor('alice'), odd)).json()).toMatchObject({ id: 9 })
  const batch = await ask('/mcp', tokenFor('alice'), [{ jsonrpc: '2.0', id: 9, method: 'ping' }])
  expect(batch.status).toBe(400)
})

it('gives a session that is its person’s alone', async () => {
  const { connect, ask } = gatewayHouse()
  const client = await connect('/mcp', alice())
  const list = { jsonrpc: '2.0', id: 1, method: 'tools/list' }
  const headers = { 'mcp-session-id': client.session() ?? '' }
  expect(headers['mcp-session-id']).not.toBe('')
  expect((await ask('/mcp', tokenFor('alice'), list, headers)).status).toBe(200)
  expect((await ask('/mcp', tokenFor('bob'), list, headers)).status).toBe(404)
  expect((await ask('/mcp/Notes', tokenFor('alice'), list, headers)).status).toBe(404)
})
