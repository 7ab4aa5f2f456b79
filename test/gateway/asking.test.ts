// A rule that asks the person, in front of servers: what each kind of client is answered, and what
// happens when the person has decided.

import { describe, expect, it } from 'vitest'
import { principalKey } from '../../src/core/principal.ts'
import { callPolicy, memoryCallApprovals } from '../../src/policy/index.ts'
import { ISSUER } from '../core/parts.ts'
import { comeIn, gatewayHouse, textOf, tokenFor } from './house.ts'

const PAGE = 'https://gateway.example/connections?call='
const OWNER = principalKey({ issuer: ISSUER, subject: 'alice' })

function house() {
  const approvals = memoryCallApprovals()
  const policyOf = () =>
    callPolicy(
      {
        rules: [
          { tools: '*/add_task', effect: 'ask' },
          { tools: 'Notes/*', effect: 'ask' },
        ],
      },
      { approvals, approveAt: 'https://gateway.example/connections' },
    )
  const decide = async (approves = true) => {
    const now = Date.now()
    for (const { id } of await approvals.waiting(OWNER, now))
      await approvals.decide(OWNER, id, { approves, now, endsAt: now + 60_000 })
  }
  return { ...gatewayHouse({ policy: policyOf() }), policyOf, approvals, decide }
}

const milk = { name: 'add_task', arguments: { title: 'milk' } }

describe.each(['web', 'quick'] as const)('by the %s way', (way) => {
  it('a client is told the page in words, and its second call is made once', async () => {
    comeIn(way)
    const { connect, tasks, events, decide } = house()
    const client = await connect('/mcp/Tasks', { token: tokenFor('alice') })
    const asked = textOf(await client.callTool(milk))
    expect(asked).toContain(PAGE)
    expect(asked).toContain('call it again with the same arguments')
    expect(tasks.methods()).not.toContain('tools/call')
    expect(events).toContainEqual(
      expect.objectContaining({ outcome: 'refused', reason: 'approval_needed', subject: 'alice' }),
    )
    await decide()
    const bread = { ...milk, arguments: { title: 'bread' } }
    expect(textOf(await client.callTool(bread))).toContain(PAGE)
    expect(textOf(await client.callTool(milk))).toContain('milk of alice')
    expect(textOf(await client.callTool(milk))).toContain(PAGE)
    expect(tasks.methods().filter((method) => method === 'tools/call')).toHaveLength(1)
    comeIn('web')
  })
})

it('another instance makes the call, on another connection', async () => {
  const { connect, policyOf, decide } = house()
  const client = await connect('/mcp/Tasks', { token: tokenFor('alice') })
  await client.callTool(milk)
  await client.close()
  await decide()
  const second = gatewayHouse({ policy: policyOf() })
  const later = await second.connect('/mcp', { token: tokenFor('alice', 'read', 200) })
  const result = await later.callTool({ ...milk, name: 'Tasks__add_task' })
  expect(textOf(result)).toContain('milk of alice')
})

it('another person is asked for themselves', async () => {
  const { connect, decide } = house()
  const client = await connect('/mcp/Tasks', { token: tokenFor('alice') })
  await client.callTool(milk)
  await decide()
  const bob = await connect('/mcp/Tasks', { token: tokenFor('bob') })
  expect(textOf(await bob.callTool(milk))).toContain(PAGE)
})

it('a no is told', async () => {
  const { connect, tasks, decide } = house()
  const client = await connect('/mcp/Tasks', { token: tokenFor('alice') })
  await client.callTool(milk)
  await decide(false)
  expect(textOf(await client.callTool(milk))).toContain('The person declined this call')
  expect(tasks.methods()).not.toContain('tools/call')
})

describe('a client that can show a page', () => {
  const url = expect.stringContaining(PAGE)
  const token = tokenFor('alice')
  const callOf = (name: string, more: object = {}) => ({
    jsonrpc: '2.0',
    id: 7,
    method: 'tools/call',
    params: { name, arguments: { title: 'milk' }, ...more },
  })

  it.each([
    ['/mcp/Tasks', 'add_task'],
    ['/mcp', 'Tasks__add_task'],
  ])('is asked to, by the error of its session, at %s', async (path, name) => {
    const { ask } = house()
    const params = {
      protocolVersion: '2025-11-25',
      capabilities: { elicitation: { url: {} } },
      clientInfo: { name: 'agent', version: '1' },
    }
    const opened = await ask(path, token, { jsonrpc: '2.0', id: 1, method: 'initialize', params })
    const headers = {
      'mcp-protocol-version': '2025-11-25',
      'mcp-session-id': opened.headers.get('mcp-session-id') ?? '',
    }
    const answer = await ask(path, token, callOf(name), headers)
    expect(await answer.json()).toMatchObject({
      id: 7,
      error: { code: -32042, data: { elicitations: [{ mode: 'url', url }] } },
    })
  })

  it.each([
    ['/mcp/Notes', 'search'],
    ['/mcp', 'Notes__search'],
  ])('is asked to, by the result of its call, at %s', async (path, name) => {
    const { ask, decide } = house()
    const meta = 'io.modelcontextprotocol/'
    const _meta = {
      [`${meta}protocolVersion`]: '2026-07-28',
      [`${meta}clientInfo`]: { name: 'agent', version: '1' },
      [`${meta}clientCapabilities`]: { elicitation: { url: {} } },
    }
    const headers = {
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'tools/call',
      'mcp-name': name,
    }
    const message = callOf(name, { _meta })
    expect(await (await ask(path, token, message, headers)).json()).toMatchObject({
      id: 7,
      result: {
        resultType: 'input_required',
        inputRequests: { approve: { method: 'elicitation/create', params: { mode: 'url', url } } },
      },
    })
    await decide()
    expect(await (await ask(path, token, message, headers)).text()).toContain('notes')
  })

  it.each([
    ['a call', callOf('search'), { 'mcp-name': 'refund' }],
    ['a list', { jsonrpc: '2.0', id: 7, method: 'tools/list' }, { 'mcp-method': 'tools/call' }],
  ])(
    'is refused over HTTP where its headers say something else: %s',
    async (_, message, headers) => {
      const { ask } = house()
      const answer = await ask('/mcp/Notes', token, message, headers)
      expect(answer.status).toBe(400)
      expect(await answer.json()).toMatchObject({ id: 7, error: { code: -32020 } })
    },
  )
})
