// Placement `session` with the official SDK on both ends: a server with protocol sessions gets the
// credential when one opens, and then its id.

import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { expect, it } from 'vitest'
import { loopback } from '../loopback.ts'
import { carrier, SECRET } from '../parts.ts'

it('placement session sends the credential at initialize, and again after the server forgot the session', async () => {
  const sessions = new Map<string, StreamableHTTPServerTransport>()
  await using server = await loopback((received, response) => {
    const of = (name: string) => received.raw.find(([key]) => key === name)?.[1]
    const id = of('mcp-session-id')
    const known = id === undefined ? undefined : sessions.get(id)
    if (id !== undefined && !known) return void response.writeHead(404).end()
    void (async () => {
      let transport = known
      if (!transport) {
        if (of('authorization') !== `Bearer ${SECRET}`) return void response.writeHead(401).end()
        const made: StreamableHTTPServerTransport = new StreamableHTTPServerTransport({
          sessionIdGenerator: () => crypto.randomUUID(),
          onsessioninitialized: (session) => void sessions.set(session, made),
        })
        const mcp = new McpServer({ name: 'with-sessions', version: '1.0.0' })
        mcp.registerTool('hello', { description: 'Says hello' }, async () => ({
          content: [{ type: 'text', text: 'hello' }],
        }))
        await mcp.connect(made as Parameters<typeof mcp.connect>[0])
        transport = made
      }
      const message = {
        method: received.method,
        url: received.url,
        headers: Object.fromEntries(received.raw),
        rawHeaders: received.raw.flat(),
      }
      const request = Object.assign(Object.create(response.req), message)
      await transport.handleRequest(
        request,
        response,
        received.body === '' ? undefined : JSON.parse(received.body),
      )
    })()
  })
  const { fetch } = carrier(server.url, { placement: { type: 'session' } })
  const connect = async () => {
    const client = new Client(
      { name: 'test', version: '1.0.0' },
      { versionNegotiation: { mode: 'legacy' } },
    )
    await client.connect(
      new StreamableHTTPClientTransport(new globalThis.URL(server.url), { fetch }),
    )
    return client
  }
  const methodsWith = () =>
    server.received.flatMap(({ raw, body, method }) =>
      raw.some(([name]) => name === 'authorization')
        ? [body === '' ? method : JSON.parse(body).method]
        : [],
    )
  const client = await connect()
  expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(['hello'])
  for (let turn = 0; turn < 3; turn++)
    expect((await client.callTool({ name: 'hello', arguments: {} })).content).toMatchObject([
      { text: 'hello' },
    ])
  expect(methodsWith()).toEqual(['initialize'])
  expect(
    server.received.filter(({ raw }) => raw.some(([name]) => name === 'mcp-session-id')).length,
  ).toBeGreaterThanOrEqual(5)
  sessions.clear()
  await expect(client.callTool({ name: 'hello', arguments: {} })).rejects.toThrow()
  const again = await connect()
  expect((await again.callTool({ name: 'hello', arguments: {} })).content).toMatchObject([
    { text: 'hello' },
  ])
  expect(methodsWith()).toEqual(['initialize', 'initialize'])
  await again.close()
  await client.close()
})
