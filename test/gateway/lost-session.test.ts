// A server that has lost its sessions, by a restart, behind the address of one server. The client here is
// one that never opens another session, as FastMCP's: it goes on with the id that it was given.

import { describe, expect, it } from 'vitest'
import { Credential } from '../../src/core/credential.ts'
import type { GatewayOptions } from '../../src/gateway/index.ts'
import { gatewayHouse, textOf, tokenFor } from './house.ts'

const REVISION = '2025-06-18'
const PATH = '/mcp/Notes'
const CAPABILITIES = { elicitation: { form: {} }, roots: { listChanged: true } }
const CLIENT = { name: 'fast-agent', version: '3.1' }
const call = (id: number) => ({
  jsonrpc: '2.0',
  id,
  method: 'tools/call',
  params: { name: 'search', arguments: {} },
})

/** What the server was sent. */
interface Heard {
  readonly method: string
  readonly session: string | null
  readonly params: unknown
}

/** A server with sessions, of which it tells what it has heard. */
function server() {
  const sessions = new Set<string>()
  const heard: Heard[] = []
  const made = {
    heard,
    /** The calls that were made. */
    calls: 0,
    opened: 0,
    /** The revision that it answers with. */
    revision: REVISION,
    /** Whether it knows no session at all. */
    isForgetful: false,
    restart: () => sessions.clear(),
    async fetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
      const request = new Request(input, init)
      const { id, method = request.method, params } = await messageIn(request)
      const session = request.headers.get('mcp-session-id')
      heard.push({ method, session, params })
      if (method === 'initialize') {
        const given = `session-${++made.opened}`
        sessions.add(given)
        const result = { protocolVersion: made.revision, capabilities: {}, serverInfo: CLIENT }
        const headers = { 'mcp-session-id': given }
        return Response.json({ jsonrpc: '2.0', id, result }, { headers })
      }
      if (made.isForgetful || !sessions.has(session ?? ''))
        return new Response(null, { status: 404 })
      if (method === 'DELETE') sessions.delete(session ?? '')
      if (method === 'GET')
        return new Response(': hello\n\n', { headers: { 'content-type': 'text/event-stream' } })
      if (id === undefined) return new Response(null, { status: method === 'DELETE' ? 204 : 202 })
      if (method === 'tools/call') made.calls++
      const result = method === 'tools/list' ? { tools: [TOOL] } : { content: [] }
      const headers = { 'mcp-session-id': session ?? '' }
      return Response.json({ jsonrpc: '2.0', id, result }, { headers })
    },
  }
  return made
}

const TOOL = { name: 'search', inputSchema: { type: 'object' } }

interface Message {
  readonly id?: number
  readonly method?: string
  readonly params?: unknown
}

async function messageIn(request: Request): Promise<Message> {
  const text = await request.text()
  return text === '' ? {} : (JSON.parse(text) as Message)
}

/** A gateway over such a server, and a client of alice's with a session. */
async function house({
  capabilities = CAPABILITIES,
  ...changes
}: Partial<GatewayOptions> & { readonly capabilities?: object } = {}) {
  const behind = server()
  const made = gatewayHouse({ fetch: behind.fetch, ...changes })
  const params = { protocolVersion: REVISION, capabilities, clientInfo: CLIENT }
  const message = { jsonrpc: '2.0', id: 1, method: 'initialize', params }
  const answer = await made.ask(PATH, tokenFor('alice'), message)
  const id = answer.headers.get('mcp-session-id') ?? ''
  const headers = { 'mcp-session-id': id, 'mcp-protocol-version': REVISION }
  /** Sends a message in the session. */
  const send = (sent: unknown, method = 'POST', person = 'alice') =>
    made.ask(PATH, tokenFor(person), sent, headers, method)
  await send({ jsonrpc: '2.0', method: 'notifications/initialized' })
  return { ...made, behind, id, headers, send }
}

describe('a server that has lost its session', () => {
  it('gets a new one as its client had opened the first, and the call is made once', async () => {
    const { behind, send, id } = await house()
    for (const round of [1, 2, 3]) {
      const answer = await send(call(round))
      expect(answer.status).toBe(200)
      // The id in front is the same for the client's whole life.
      expect(answer.headers.get('mcp-session-id')).toBe(id)
      expect(behind.calls).toBe(round)
      behind.restart()
    }
    const openings = behind.heard.filter(({ method }) => method === 'initialize')
    expect(openings).toHaveLength(3)
    for (const { params, session } of openings) {
      expect(params).toEqual({
        protocolVersion: REVISION,
        capabilities: CAPABILITIES,
        clientInfo: CLIENT,
      })
      expect(session).toBeNull()
    }
  })

  it('gets one new session, however many calls have found the old one gone', async () => {
    const { behind, send } = await house()
    behind.restart()
    const answers = await Promise.all([1, 2, 3, 4].map((id) => send(call(id))))
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200])
    expect(behind).toMatchObject({ opened: 2, calls: 4 })
  })

  it('is listened to again', async () => {
    const { behind, send } = await house()
    behind.restart()
    const answer = await send(undefined, 'GET')
    expect(answer.status).toBe(200)
    await answer.body?.cancel()
    expect(behind.opened).toBe(2)
  })

  it('gets a new one by any instance with the same secret', async () => {
    const secret = () => new Credential('one-secret-for-all-instances-0123456789')
    const { behind, headers } = await house({ sessionSecret: secret() })
    behind.restart()
    const other = gatewayHouse({ fetch: behind.fetch, sessionSecret: secret() })
    const answer = await other.ask(PATH, tokenFor('alice'), call(1), headers)
    expect(answer.status).toBe(200)
    expect(behind.heard.findLast(({ method }) => method === 'initialize')?.params).toMatchObject({
      capabilities: CAPABILITIES,
    })
  })

  it('goes on for the client of an SDK, too', async () => {
    const { connect, tasks } = gatewayHouse()
    const client = await connect('/mcp/Tasks', { token: tokenFor('alice') }, 'legacy')
    const session = client.session()
    tasks.restart()
    expect(textOf(await client.callTool({ name: 'only_alice' }))).toBe('alice only')
    expect(client.session()).toBe(session)
  })
})

describe('the client is told 404, and may open another session,', () => {
  it('when its message means something in the lost one alone', async () => {
    const { behind, send } = await house()
    behind.restart()
    for (const message of [
      { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } },
      { jsonrpc: '2.0', id: 7, result: { action: 'accept' } },
    ])
      expect((await send(message)).status).toBe(404)
    expect(behind.opened).toBe(1)
  })

  it('when it has ended the session itself', async () => {
    const { behind, send } = await house()
    expect((await send(undefined, 'DELETE')).status).toBe(204)
    expect((await send(call(1))).status).toBe(404)
    expect(behind).toMatchObject({ opened: 1, calls: 0 })
  })

  it('when the server forgets the new session as well: a call is sent twice at most', async () => {
    const { behind, send } = await house()
    await send({ jsonrpc: '2.0', id: 9, method: 'tools/list' })
    behind.isForgetful = true
    expect((await send(call(1))).status).toBe(404)
    expect(behind.heard.filter(({ method }) => method === 'tools/call')).toHaveLength(2)
  })

  it('when the server speaks another revision now', async () => {
    const { behind, send } = await house()
    behind.restart()
    behind.revision = '2025-03-26'
    expect((await send(call(1))).status).toBe(404)
    expect(behind.calls).toBe(0)
  })

  it('when what it had said at first is too long for a header', async () => {
    const { behind, send, id } = await house({
      capabilities: { experimental: { long: 'x'.repeat(3_000) } },
    })
    expect(id.length).toBeLessThan(200)
    expect((await send(call(1))).status).toBe(200)
    behind.restart()
    expect((await send(call(2))).status).toBe(404)
  })
})

it('opens nothing for another person', async () => {
  const { behind, send } = await house()
  behind.restart()
  expect((await send(call(1), 'POST', 'bob')).status).toBe(404)
  expect(behind.opened).toBe(1)
  expect((await send(call(1))).status).toBe(200)
})
