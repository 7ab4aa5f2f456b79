// Tokens in `_meta`, in a session of the protocol (MCP 2025-11-25): a GET, a DELETE and an answer to
// a request of the server have no `_meta`, and are the person's all the same.

import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import {
  isInitializeRequest,
  McpServer,
  WebStandardStreamableHTTPServerTransport,
} from '@modelcontextprotocol/server'
import { Credential, createOnBehalf } from 'onbehalf'
import { afterEach, expect, it } from 'vitest'
import { z } from 'zod'
import { build, type House, ISSUER, MCP, textOf, toolCall } from './house.ts'

const KEY = 'example.tasks/access-token'
const HANDLE = 'onbehalf-session'
const initialize = { jsonrpc: '2.0', id: 0, method: 'initialize', params: {} }

const clients: Client[] = []
afterEach(async () => {
  for (const client of clients.splice(0)) await client.close()
})

/** A server of the real SDK with sessions. Its tool asks the person something. */
async function sessionHouse(): Promise<{ house: House; live: Map<string, McpServer> }> {
  const live = new Map<string, McpServer>()
  const transports = new Map<string, WebStandardStreamableHTTPServerTransport>()
  const house = await build({ accept: { meta: KEY } }, async (request) => {
    const parsedBody = request.method === 'POST' ? await request.json() : undefined
    const id = request.headers.get('mcp-session-id')
    const known = transports.get(id ?? '')
    if (known) return known.handleRequest(request, { parsedBody })
    if (!isInitializeRequest(parsedBody)) return new Response(null, { status: 404 })
    const server = new McpServer({ name: 'tasks', version: '1.0.0' })
    server.registerTool('whoami', { inputSchema: z.object({}) }, async () => {
      const answer = await server.server.elicitInput({
        message: 'Which list?',
        requestedSchema: { type: 'object', properties: { list: { type: 'string' } } },
      })
      return { content: [{ type: 'text', text: JSON.stringify(answer.content ?? null) }] }
    })
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: () => crypto.randomUUID(),
      onsessioninitialized: (session) => {
        transports.set(session, transport)
        live.set(session, server)
      },
      onsessionclosed: (session) => void live.delete(session),
    })
    await server.connect(transport)
    return transport.handleRequest(request, { parsedBody })
  })
  return { house, live }
}

/** A client of the real SDK on the fetch of an admitted caller. */
async function connected(house: House) {
  const sent: Request[] = []
  const app = createOnBehalf({
    resource: 'https://app.example/chat',
    authorizationServers: [ISSUER],
    verifier: house.options.verifier,
    exchanger: {
      issuer: ISSUER,
      async exchange(_, { scopes }) {
        const credential = new Credential(await house.mint({ sub: 'bob' }))
        return { ok: true, value: { credential, expiresAt: Date.now() / 1000 + 300, scopes } }
      },
    },
    servers: {
      Tasks: {
        url: MCP,
        source: { type: 'exchange', scopes: ['tasks:read'] },
        placement: { type: 'meta', key: KEY },
      },
    },
    audit: { record: () => undefined },
    async fetch(input, init) {
      const request = new Request(input, init)
      sent.push(request.clone())
      return house.serve(request)
    },
  })
  const token = await house.mint({ sub: 'bob', aud: 'https://app.example/chat' })
  const admission = await app.admit(
    new Request('https://app.example/chat', { headers: { authorization: `Bearer ${token}` } }),
  )
  if (!admission.ok) throw new Error(admission.refusal.reason)
  const client = new Client(
    { name: 'test', version: '1.0.0' },
    { capabilities: { elicitation: { form: {} } } },
  )
  client.setRequestHandler('elicitation/create', async () => ({
    action: 'accept' as const,
    content: { list: 'garden' },
  }))
  const changed = new Promise<void>((resolve) => {
    client.setNotificationHandler('notifications/tools/list_changed', () => resolve())
  })
  const transport = new StreamableHTTPClientTransport(new URL(MCP), {
    fetch: admission.value.fetch('Tasks'),
  })
  await client.connect(transport)
  clients.push(client)
  return { client, transport, sent, changed }
}

it('an answer, a GET and a DELETE reach the server as the person, and no token is in a header', async () => {
  const { house, live } = await sessionHouse()
  const { client, transport, sent, changed } = await connected(house)
  expect(textOf(await client.callTool({ name: 'whoami' }))).toBe('{"list":"garden"}')

  live.get(transport.sessionId ?? '')?.sendToolListChanged()
  await changed

  await transport.terminateSession()
  expect(live.size).toBe(0)
  expect(sent.map(({ method }) => method)).toEqual(expect.arrayContaining(['GET', 'DELETE']))
  expect(sent.some(({ headers }) => headers.has('authorization'))).toBe(false)
  expect(
    house.events
      .filter(({ hop, outcome }) => hop === 'server-door' && outcome === 'refused')
      .map(({ reason }) => reason),
  ).toEqual([])
})

/** Opens a session with a token in `_meta`, and gives what the answer has. */
async function opened(house: House, claims: Parameters<House['mint']>[0]) {
  const token = await house.mint(claims)
  const response = await send(house, withToken(initialize, token))
  await response.text()
  return {
    token,
    handle: response.headers.get(HANDLE) ?? '',
    session: response.headers.get('mcp-session-id') ?? '',
  }
}

function withToken(message: object, token: string): object {
  const params = { ...('params' in message ? (message.params as object) : {}) }
  return { ...message, params: { ...params, _meta: { [KEY]: token } } }
}

function send(
  house: House,
  body: object | undefined,
  headers: Record<string, string> = {},
  method = 'POST',
): Promise<Response> {
  return house.serve(
    new Request(MCP, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      ...(body ? { body: JSON.stringify(body) } : {}),
    }),
  )
}

/** A server that gives out session ids and believes any that it is shown. */
function believing(): Promise<House> {
  let count = 0
  return build({ accept: { meta: KEY } }, async (request) => {
    const id = request.headers.get('mcp-session-id') ?? `session-${++count}`
    return Response.json({ id }, { headers: { 'mcp-session-id': id } })
  })
}

/** Claims of a token without an id of its own. */
const withoutTokenId = JSON.parse('{ "jti": null }')

const answer = { jsonrpc: '2.0', id: 7, result: { action: 'decline' } }

it('a handle from _meta stands for what has no _meta, and for nothing else', async () => {
  const house = await believing()
  const { handle, session, token } = await opened(house, { sub: 'bob' })
  const headers = { 'mcp-session-id': session, [HANDLE]: handle }
  expect((await send(house, answer, headers)).status).toBe(200)
  expect((await send(house, undefined, headers, 'GET')).status).toBe(200)

  const before = house.handled.length
  const call = toolCall('whoami')
  for (const body of [call, withToken(call, token), [answer, call], initialize])
    expect((await send(house, body, headers)).status).toBe(401)
  expect(house.handled).toHaveLength(before)
  expect((await send(house, undefined, headers, 'DELETE')).status).toBe(200)
})

it('a handle from _meta is given in a session only, the same for the same token', async () => {
  const house = await believing()
  const alone = await send(house, withToken(toolCall('whoami'), await house.mint()))
  expect(alone.headers.get(HANDLE)).toBeNull()

  const { token, handle, session } = await opened(house, withoutTokenId)
  const use = async (one: string) =>
    (
      await send(house, withToken(toolCall('whoami'), one), { 'mcp-session-id': session })
    ).headers.get(HANDLE)
  const again = await use(token)
  expect(again).toMatch(/^[\w-]{43}$/)
  expect(await use(token)).toBe(again)
  expect(again).not.toBe(handle)
})

it("another person's handle opens nobody's session", async () => {
  const house = await believing()
  const { session } = await opened(house, { sub: 'alice' })
  const { handle } = await opened(house, { sub: 'mallory' })
  const headers = { 'mcp-session-id': session, [HANDLE]: handle }
  const before = house.handled.length
  for (const [body, method] of [
    [answer, 'POST'],
    [undefined, 'GET'],
    [undefined, 'DELETE'],
  ] as const)
    expect((await send(house, body, headers, method)).status).toBe(404)
  expect((await send(house, answer, { 'mcp-session-id': session })).status).toBe(401)
  expect(house.handled).toHaveLength(before)
})
