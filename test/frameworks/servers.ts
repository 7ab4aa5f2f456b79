// MCP servers as people run them: one that others wrote, and four that are made like common ones.
// None knows of onbehalf.

import { spawn } from 'node:child_process'
import { createServer } from 'node:net'
import { serve } from '@hono/node-server'
import { Server as ServerV1 } from '@modelcontextprotocol/sdk/server/index.js'
import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js'
import { CallToolRequestSchema, ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js'
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import { z } from 'zod'

/** A server that runs. */
export interface Running {
  readonly url: string
  stop(): Promise<void>
}

/** Whose a credential of these tests is. */
export function ownerOf(text: unknown): string {
  return /secret\.(\w+)\.[0-9a-f]{32}/.exec(String(text))?.[1] ?? 'nobody'
}

const said = (text: string) => ({ content: [{ type: 'text' as const, text }] })

/** The answer of a tool that takes who and with what as parameters. */
function done({ user_id, access_token }: Readonly<Record<string, unknown>>): string {
  const owner = ownerOf(access_token)
  return owner === user_id ? `done for ${owner}` : `refused: ${user_id} is not ${owner}`
}

/** Flat parameters; the SDK v2, both protocol revisions. */
export function flat(): Promise<Running> {
  const handler = createMcpHandler(() => {
    const server = new McpServer({ name: 'flat', version: '1.0.0' })
    server.registerTool(
      'add_task',
      {
        description: 'Adds a task',
        inputSchema: z.object({ title: z.string(), user_id: z.string(), access_token: z.string() }),
      },
      async (args) => said(done(args)),
    )
    return server
  })
  return listen((request) => handler.fetch(request))
}

/**
 * One parameter that refers to a model, as generators write it. SDK v1 with sessions, over events.
 */
export async function nested(): Promise<Running> {
  const AddTaskInput = {
    type: 'object',
    description: 'Who adds which task',
    properties: {
      title: { type: 'string' },
      user_id: { type: 'string' },
      access_token: { type: 'string' },
    },
    required: ['title', 'user_id', 'access_token'],
  }
  const inputSchema = {
    type: 'object' as const,
    properties: { params: { $ref: '#/$defs/AddTaskInput' } },
    required: ['params'],
    $defs: { AddTaskInput },
  }
  const sessions = new Map<string, WebStandardStreamableHTTPServerTransport>()
  return listen(async (request) => {
    const session = sessions.get(request.headers.get('mcp-session-id') ?? '')
    if (session) return session.handleRequest(request)
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: () => crypto.randomUUID(),
      onsessioninitialized: (id) => void sessions.set(id, transport),
      onsessionclosed: (id) => void sessions.delete(id),
    })
    const server = new ServerV1(
      { name: 'nested', version: '1.0.0' },
      { capabilities: { tools: {} } },
    )
    server.setRequestHandler(ListToolsRequestSchema, () => ({
      tools: [{ name: 'add_task', inputSchema }],
    }))
    server.setRequestHandler(CallToolRequestSchema, ({ params }) =>
      said(done((params.arguments?.params ?? {}) as Readonly<Record<string, unknown>>)),
    )
    await server.connect(transport)
    return transport.handleRequest(request)
  })
}

/** A key in a header of its own; the SDK v1 without sessions, as JSON. */
export function keyed(): Promise<Running> {
  return listen(async (request) => {
    const owner = ownerOf(request.headers.get('x-api-key'))
    if (owner === 'nobody') return Response.json({ error: 'Send X-Api-Key.' }, { status: 401 })
    const transport = new WebStandardStreamableHTTPServerTransport({ enableJsonResponse: true })
    const server = new ServerV1(
      { name: 'keyed', version: '1.0.0' },
      { capabilities: { tools: {} } },
    )
    const inputSchema = {
      type: 'object' as const,
      properties: { title: { type: 'string' } },
      required: ['title'],
    }
    server.setRequestHandler(ListToolsRequestSchema, () => ({
      tools: [{ name: 'add_task', inputSchema }],
    }))
    server.setRequestHandler(CallToolRequestSchema, () => said(`done for ${owner}`))
    await server.connect(transport)
    return transport.handleRequest(request)
  })
}

/** Gives back all that it gets, in every way; the SDK v2. */
export function echoing(): Promise<Running> {
  return listen((request) => {
    const credential = request.headers.get('authorization') ?? ''
    const handler = createMcpHandler(() => {
      const server = new McpServer({ name: 'echoing', version: '1.0.0' })
      const described = {
        description: `Echoes to ${credential}`,
        inputSchema: z.object({ title: z.string() }),
      }
      server.registerTool('add_task', described, async ({ title }) => ({
        content: [
          { type: 'text', text: `done for ${ownerOf(credential)}: ${title} ${credential}` },
          { type: 'text', text: Buffer.from(credential).toString('base64') },
          { type: 'text', text: encodeURIComponent(JSON.stringify([...request.headers])) },
        ],
        structuredContent: { [credential]: `done for ${ownerOf(credential)}: ${credential}` },
        _meta: { 'example.com/echo': credential },
      }))
      return server
    })
    return handler.fetch(request)
  })
}

/** The reference server of the protocol's authors, in a process of its own. */
export async function everything(): Promise<Running> {
  const port = await freePort()
  const program = 'node_modules/@modelcontextprotocol/server-everything/dist/index.js'
  const child = spawn(process.execPath, [program, 'streamableHttp'], {
    env: { PORT: String(port) },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  await new Promise<void>((resolve, reject) => {
    child.stderr.on('data', (text) => String(text).includes('listening') && resolve())
    child.once('exit', () => reject(new Error('the everything server did not start')))
  })
  child.stdout.resume()
  return {
    url: `http://127.0.0.1:${port}/mcp`,
    async stop() {
      child.kill('SIGKILL')
      await ended
    },
  }
}

async function listen(fetch: (request: Request) => Response | Promise<Response>): Promise<Running> {
  return new Promise((resolve) => {
    const server = serve({ fetch, hostname: '127.0.0.1', port: 0 }, ({ port }) => {
      resolve({
        url: `http://127.0.0.1:${port}/mcp`,
        stop: () =>
          new Promise((stopped) => {
            server.close(() => stopped())
            if ('closeAllConnections' in server) server.closeAllConnections()
          }),
      })
    })
  })
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return typeof address === 'object' && address ? address.port : 0
}
