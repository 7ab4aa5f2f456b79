// Tool search: what is found is the person's own list, and a call by `call_tool` is the call of the tool
// itself, with everything that holds for it.

import { describe, expect, it } from 'vitest'
import { rank } from '../../src/gateway/search/rank.ts'
import { gatewayHouse, textOf, tokenFor } from './house.ts'
import { documentOf } from './openapi/api-house.ts'

const alice = () => ({ token: tokenFor('alice') })
const bob = () => ({ token: tokenFor('bob') })

/** A gateway whose joint addresses have the search. */
function searchHouse(search: unknown = 'only', changes: object = {}) {
  const subsets = { team: ['Tasks'] }
  const house = gatewayHouse({ ...changes, subsets, search: search as 'only' })
  return {
    ...house,
    /** Calls a tool at `/mcp`, as a person. */
    async call(person: { token: string }, name: string, args: Readonly<Record<string, unknown>>) {
      const client = await house.connect('/mcp', person)
      return client.callTool({ name, arguments: args })
    },
  }
}

/** The names of the tools that were found. */
const foundIn = (result: unknown) =>
  (result as { structuredContent: { tools: { name: string }[] } }).structuredContent.tools.map(
    ({ name }) => name,
  )

async function namesAt(house: ReturnType<typeof searchHouse>, path: string) {
  const { tools } = await (await house.connect(path, alice())).listTools()
  return tools.map(({ name }) => name)
}

describe('the list of tools', () => {
  it('is the search alone, or the search and everything, at the addresses that it is set for', async () => {
    const both = ['find_tool', 'call_tool']
    expect(await namesAt(searchHouse('only'), '/mcp')).toEqual(both)
    expect(await namesAt(searchHouse('only'), '/mcp/team')).toEqual(both)
    expect(await namesAt(searchHouse('only'), '/mcp/Tasks')).toContain('add_task')
    const all = await namesAt(searchHouse(true), '/mcp')
    expect(all.slice(0, 2)).toEqual(both)
    expect(all).toContain('Tasks__add_task')
    const atTeam = searchHouse({ team: 'only' })
    expect(await namesAt(atTeam, '/mcp/team')).toEqual(both)
    expect(await namesAt(atTeam, '/mcp')).not.toContain('find_tool')
  })

  it.each([
    ['all', /search must be true, 'only' or/],
    [{ other: 'only' }, /search\.other is no subset/],
    [{ team: 'yes' }, /search\.team must be true or 'only'/],
  ])('is refused at the start for %j', (search, message) => {
    expect(() => searchHouse(search)).toThrow(message)
  })
})

describe('find_tool', () => {
  it('finds by words, with the schema that the person sees', async () => {
    const { call } = searchHouse()
    const result = await call(alice(), 'find_tool', { query: 'adding a task' })
    expect(foundIn(result)[0]).toBe('Tasks__add_task')
    expect(textOf(result)).toContain('"title"')
    expect(textOf(result)).not.toMatch(/user_id|access_token/)
  })

  it('finds what this person has, and nothing of another one', async () => {
    const { call } = searchHouse()
    const query = 'only alice bob'
    expect(foundIn(await call(alice(), 'find_tool', { query }))).toEqual(['Tasks__only_alice'])
    expect(foundIn(await call(bob(), 'find_tool', { query }))).toEqual(['Tasks__only_bob'])
    expect(foundIn(await call(alice(), 'find_tool', { query }))).toEqual(['Tasks__only_alice'])
  })

  it('finds no tool that the operator denies', async () => {
    const source = { type: 'exchange', scopes: ['read'] }
    const tools = { deny: ['add_task'] }
    const servers = { Tasks: { url: 'https://tasks.example/mcp', source, tools } }
    const { call } = searchHouse('only', { servers })
    expect(foundIn(await call(alice(), 'find_tool', { query: 'add task' }))).not.toContain(
      'Tasks__add_task',
    )
    const result = await call(alice(), 'call_tool', { name: 'Tasks__add_task', arguments: {} })
    expect(result.isError).toBe(true)
  })

  it('says so when there is nothing, and when nothing is asked', async () => {
    const { call } = searchHouse()
    const none = await call(alice(), 'find_tool', { query: 'submarine' })
    expect(textOf(none)).toBe('No tool has these words. Try others, or fewer.')
    expect(await call(alice(), 'find_tool', { query: ' ' })).toMatchObject({ isError: true })
  })
})

describe('call_tool', () => {
  it('is the call of the tool: hidden parameters are filled, whatever the model says', async () => {
    const { call, tasks } = searchHouse()
    const args = { title: 'milk', user_id: 'bob', access_token: 'evil' }
    const result = await call(alice(), 'call_tool', { name: 'Tasks__add_task', arguments: args })
    expect(tasks.reached.at(-1)?.args).toEqual({
      title: 'milk',
      user_id: 'alice',
      access_token: expect.stringMatching(/^issued\.alice\./),
    })
    expect(textOf(result)).toMatch(/^milk of alice by /)
    expect(textOf(result)).not.toContain('issued.')
  })

  it('leaves the same record as the tool itself', async () => {
    const recordOf = async (name: string, args: Readonly<Record<string, unknown>>) => {
      const { call, events } = searchHouse()
      await call(alice(), name, args)
      return events.map(({ trace: _, fingerprint: __, ...event }) => event)
    }
    const direct = await recordOf('Tasks__only_alice', {})
    const wrapped = await recordOf('call_tool', { name: 'Tasks__only_alice' })
    expect(wrapped).toEqual(direct)
    expect(direct.some(({ hop }) => hop === 'carry')).toBe(true)
  })

  it.each(['Tasks__only_bob', 'find_tool', 'call_tool', 'add_task', '', 7])(
    'of what this person does not have is refused: %j',
    async (name) => {
      const { ask, connect } = searchHouse()
      await connect('/mcp', alice())
      const params = { name: 'call_tool', arguments: { name, arguments: {} } }
      const message = { jsonrpc: '2.0', id: 1, method: 'tools/call', params }
      const answer = await (await ask('/mcp', tokenFor('alice'), message)).text()
      expect(answer).toMatch(/"error"|"isError":true/)
      expect(answer).not.toContain('bob only')
    },
  )

  it('is no tool where there is no search', async () => {
    const { ask } = gatewayHouse()
    const params = { name: 'call_tool', arguments: { name: 'Tasks__only_alice' } }
    const answer = await ask('/mcp', tokenFor('alice'), {
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params,
    })
    expect(await answer.text()).toContain('There is no such tool')
  })

  it('works for an HTTP API in a subset of its own', async () => {
    const { connect } = searchHouse('only', {
      servers: {
        Tasks: { url: 'https://api.example', source: { type: 'exchange', scopes: ['read'] } },
      },
      openApi: {
        Tasks: documentOf({
          '/a': { get: { operationId: 'issues/list', summary: 'Lists issues' } },
          '/b': { get: { operationId: 'pulls/list', summary: 'Lists pull requests' } },
        }),
      },
      fetch: async () => Response.json({ ok: 1 }),
    })
    const client = await connect('/mcp/team', alice())
    const found = await client.callTool({ name: 'find_tool', arguments: { query: 'pull request' } })
    expect(foundIn(found)[0]).toBe('Tasks__pulls_list')
    const called = await client.callTool({
      name: 'call_tool',
      arguments: { name: 'Tasks__pulls_list' },
    })
    expect(textOf(called)).toBe('{"ok":1}')
  })
})

describe('the ranking', () => {
  const TOOLS = [
    { name: 'create_issue', description: 'Opens a new issue in a repository' },
    { name: 'listIssues', description: 'Lists the issues of a repository' },
    { name: 'close', description: 'Closes an issue', inputSchema: { properties: { reason: {} } } },
    { name: 'search_code', description: 'Searches code' },
    { name: '検索', description: '課題を探す' },
  ]
  it.each([
    ['create an issue', 'create_issue'],
    ['list issues', 'listIssues'],
    ['LISTISSUE list issue', 'listIssues'],
    ['reason', 'close'],
    ['code', 'search_code'],
    ['課題', '検索'],
  ])('puts the best first: %s', (query, name) => {
    expect(rank(TOOLS, query)[0]?.name).toBe(name)
  })

  it('takes whatever a list may hold', () => {
    expect(rank([null, 7, {}, { name: 7 }], 'x')).toEqual([])
    expect(rank([], '')).toEqual([])
  })
})
