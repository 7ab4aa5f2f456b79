// The MCP server that the suite wants to see, as one fetch handler over the official SDK: with
// sessions up to 2025-11-25, and without from 2026-07-28 on. It knows of no credential.

import {
  classifyInboundRequest,
  createMcpHandler,
  type EventStore,
  isInitializeRequest,
  McpServer,
  WebStandardStreamableHTTPServerTransport,
} from '@modelcontextprotocol/server'
import { z } from 'zod'
import { addAskingTools } from './asking-tools.ts'
import { about, result, text } from './content.ts'
import { addPlainTools } from './plain-tools.ts'
import { addRoundTools, stateCodec } from './round-tools.ts'
import { addPrompts, addResources, answerSmallRequests } from './surface.ts'

type Transport = WebStandardStreamableHTTPServerTransport

/** Makes the handler. */
export function suiteServer(): (request: Request) => Promise<Response> {
  const sessions = new Map<string, Transport>()
  const modern = createMcpHandler(() => createServer())

  function createServer(): McpServer {
    const server = new McpServer(
      { name: 'conformance', version: '1.0.0' },
      {
        capabilities: {
          tools: { listChanged: true },
          resources: { subscribe: true, listChanged: true },
          prompts: { listChanged: true },
          logging: {},
          completions: {},
        },
        requestState: { verify: stateCodec.verify },
      },
    )
    addPlainTools(server, (sessionId = '', requestId) =>
      sessions.get(sessionId)?.closeSSEStream(requestId),
    )
    addAskingTools(server)
    addRoundTools(server)
    const changes = {
      test_trigger_tool_change: () => modern.notify.toolsChanged(),
      test_trigger_prompt_change: () => modern.notify.promptsChanged(),
    }
    for (const [name, change] of Object.entries(changes))
      server.registerTool(name, { ...about(name), inputSchema: z.object({}) }, async () => {
        change()
        return result(text('told'))
      })
    addResources(server)
    addPrompts(server)
    answerSmallRequests(server)
    return server
  }

  async function openSession(request: Request, parsedBody: unknown): Promise<Response> {
    const transport: Transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: () => crypto.randomUUID(),
      eventStore: eventStore(),
      retryInterval: 500,
      onsessioninitialized: (id) => void sessions.set(id, transport),
      onsessionclosed: (id) => void sessions.delete(id),
    })
    await createServer().connect(transport)
    return transport.handleRequest(request, { parsedBody })
  }

  return async (request) => {
    const body = request.method === 'POST' ? await request.clone().json() : undefined
    const header = (name: string) => request.headers.get(name)
    const version = header('mcp-protocol-version')
    const method = header('mcp-method')
    const { kind } = classifyInboundRequest({
      httpMethod: request.method,
      ...(version !== null && { protocolVersionHeader: version }),
      ...(method !== null && { mcpMethodHeader: method }),
      body,
    })
    if (request.method === 'POST' && kind !== 'legacy') return modern.fetch(request)
    const id = header('mcp-session-id')
    if (id === null && isInitializeRequest(body)) return openSession(request, body)
    const session = sessions.get(id ?? '')
    return session
      ? session.handleRequest(request, { parsedBody: body })
      : new Response(null, { status: id === null ? 400 : 404 })
  }
}

/** Keeps the events of one session, so that a client can come back to a stream. */
function eventStore(): EventStore {
  const events: {
    readonly stream: string
    readonly message: Parameters<EventStore['storeEvent']>[1]
  }[] = []
  return {
    async storeEvent(stream, message) {
      return String(events.push({ stream, message }) - 1)
    },
    async replayEventsAfter(last, { send }) {
      const stream = events[Number(last)]?.stream ?? ''
      for (const [at, event] of events.entries())
        if (at > Number(last) && event.stream === stream && Object.keys(event.message).length > 0)
          await send(String(at), event.message)
      return stream
    },
  }
}
