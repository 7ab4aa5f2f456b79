// The revisions of MCP at a joint address, in every pairing: clients that have sessions and clients that
// have none, before servers that have sessions, that have none, and that can do both.

import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { createMcpHandler, inputRequired, McpServer } from '@modelcontextprotocol/server'
import { afterEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { fullServer } from './full-server.ts'
import { GATEWAY, gatewayHouse, textOf, tokenFor } from './house.ts'

const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

const said = (text: string) => ({ content: [{ type: 'text' as const, text }] })

/** A server of the revision without sessions, alone or beside those with. */
function newServer(legacy: 'stateless' | 'reject') {
  return createMcpHandler(
    () => {
      const server = new McpServer({ name: 'new', version: '1' })
      server.registerTool('greet', {}, async () => said('new'))
      server.registerTool('ask', {}, async ({ mcpReq }) => {
        const answer = mcpReq.inputResponses?.name
        return answer
          ? said(`new: ${JSON.stringify(answer)}`)
          : inputRequired({
              inputRequests: {
                name: inputRequired.elicit({
                  message: 'Your name?',
                  requestedSchema: z.object({ name: z.string() }),
                }),
              },
            })
      })
      server.registerResource('first', 'note://first', {}, async () => ({
        contents: [{ uri: 'note://first', text: 'new first' }],
      }))
      for (const name of ['sum', 'größe'])
        server.registerPrompt(name, {}, async () => ({
          messages: [{ role: 'user', content: { type: 'text', text: `new ${name}` } }],
        }))
      return server
    },
    { legacy },
  )
}

type Kind = 'sessions' | 'both' | 'none'

/** A gateway over servers of these kinds, whose names are those of the kinds. */
function house(...kinds: Kind[]) {
  const seen: { revision: string | null; method: string; session: string | null }[] = []
  const servers = {
    sessions: fullServer('old'),
    both: newServer('stateless'),
    none: newServer('reject'),
  }
  const made = gatewayHouse({
    servers: Object.fromEntries(
      kinds.map((kind) => [
        kind,
        {
          url: `https://${kind}.example/mcp`,
          source: { type: 'exchange', scopes: ['read'] } as const,
        },
      ]),
    ),
    async fetch(input, init) {
      const request = new Request(input, init)
      const { host } = new URL(request.url)
      if (made.down.has(host)) throw new TypeError('fetch failed')
      seen.push({
        revision: request.headers.get('mcp-protocol-version'),
        method: request.headers.get('mcp-method') ?? '',
        session: request.headers.get('mcp-session-id'),
      })
      return servers[host.split('.')[0] as Kind].fetch(request)
    },
  })
  return { ...made, seen }
}
type House = ReturnType<typeof house>

/** A client that asks for sessions, for none, or for what there is. */
async function connected(made: House, mode: 'legacy' | 'auto' | { pin: string }) {
  const client = new Client(
    { name: 'agent', version: '1' },
    { capabilities: { elicitation: { form: {} } }, versionNegotiation: { mode } },
  )
  client.setRequestHandler('elicitation/create', async () => ({
    action: 'accept',
    content: { name: 'alice' },
  }))
  await client.connect(
    new StreamableHTTPClientTransport(new URL(`${GATEWAY}/mcp`), {
      fetch(input, init) {
        const request = new Request(input, init)
        request.headers.set('authorization', `Bearer ${tokenFor('alice')}`)
        return made.gateway.fetch(request)
      },
    }),
  )
  ends.push(() => client.close())
  return client
}

const NEWEST = '2026-07-28'

describe.each([
  ['with sessions', 'legacy'],
  ['without sessions', { pin: NEWEST }],
] as const)('a client %s', (_, mode) => {
  it.each(['both', 'none'] as const)('uses tools, prompts and resources: %s', async (kind) => {
    const client = await connected(house(kind), mode)
    const { tools } = await client.listTools()
    expect(tools.map(({ name }) => name)).toEqual([`${kind}__greet`, `${kind}__ask`])
    expect(textOf(await client.callTool({ name: `${kind}__greet` }))).toBe('new')
    const { resources } = await client.listResources()
    const uri = `${kind}+note://first`
    expect(resources.map((one) => one.uri)).toEqual([uri])
    expect(await client.readResource({ uri })).toMatchObject({
      contents: [{ uri, text: 'new first' }],
    })
    for (const name of ['sum', 'größe'])
      expect(await client.getPrompt({ name: `${kind}__${name}` })).toMatchObject({
        messages: [{ content: { text: `new ${name}` } }],
      })
  })
})

describe('a client without sessions', () => {
  it('is asked by a server without, and answers it', async () => {
    const client = await connected(house('none'), 'auto')
    expect(client.getNegotiatedProtocolVersion()).toBe(NEWEST)
    expect(textOf(await client.callTool({ name: 'none__ask' }))).toContain('alice')
  })

  it('goes to a server that can do both without a session', async () => {
    const made = house('both')
    const client = await connected(made, 'auto')
    await client.callTool({ name: 'both__greet' })
    expect(made.seen.at(-1)).toEqual({ revision: NEWEST, method: 'tools/call', session: null })
  })

  it('is told to have one where a server needs it, and is asked by that server then', async () => {
    const client = await connected(house('none', 'sessions'), 'auto')
    expect(client.getNegotiatedProtocolVersion()).toBe('2025-11-25')
    expect(textOf(await client.callTool({ name: 'sessions__ask' }))).toBe('old: accept alice')
    expect(textOf(await client.callTool({ name: 'none__greet' }))).toBe('new')
  })

  it('goes on without where a server that needs one was down', async () => {
    const made = house('none', 'sessions')
    made.down.add('sessions.example')
    const client = await connected(made, 'auto')
    expect(client.getNegotiatedProtocolVersion()).toBe(NEWEST)
    made.down.clear()
    const calls = [1, 2, 3].map(() => client.callTool({ name: 'sessions__steps' }))
    for (const result of await Promise.all(calls)) expect(textOf(result)).toBe('old is done')
    expect(await client.readResource({ uri: 'sessions+note://x' })).toMatchObject({
      contents: [{ text: 'old x' }],
    })
    // It cannot be asked there: the server is told so, and does not wait.
    expect(textOf(await client.callTool({ name: 'sessions__ask' }))).toContain('cannot be asked')
  })
})

describe('a request without a session is refused', () => {
  const meta = { 'io.modelcontextprotocol/protocolVersion': NEWEST }
  const message = (method: string, params: object = {}) => ({
    jsonrpc: '2.0',
    id: 1,
    method,
    params: { _meta: meta, ...params },
  })
  const headers = { 'mcp-protocol-version': NEWEST }

  it.each([
    ['of a revision that is not in its header', 400, { ...message('tools/list'), params: {} }],
    ['for a method of sessions', 404, message('resources/subscribe', { uri: 'none+note://first' })],
    ['for a tool of no server', 200, message('tools/call', { name: 'x__y' })],
  ])('%s', async (_, status, sent) => {
    const answer = await house('none').ask('/mcp', tokenFor('alice'), sent, headers)
    expect(answer.status).toBe(status)
    expect(await answer.json()).toMatchObject({ id: 1, error: {} })
  })

  it('when it names another tool in its header', async () => {
    const call = message('tools/call', { name: 'none__greet' })
    const answer = await house('none').ask('/mcp', tokenFor('alice'), call, {
      ...headers,
      'mcp-name': 'none__ask',
    })
    expect(answer.status).toBe(400)
  })

  it.each(['GET', 'DELETE'])('by %s', async (method) => {
    const answer = await house('none').ask('/mcp', tokenFor('alice'), {}, headers, method)
    expect(answer.status).toBe(405)
  })
})
