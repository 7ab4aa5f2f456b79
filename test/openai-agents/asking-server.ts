// MCP servers in tests that ask the person something while a tool is called, in each way that MCP
// has, on the real SDK. No test lives here.

import {
  acceptedContent,
  createMcpHandler,
  type InputRequest,
  inputRequired,
  isInitializeRequest,
  McpServer,
  ProtocolError,
  WebStandardStreamableHTTPServerTransport,
} from '@modelcontextprotocol/server'
import type { Member } from './odd-house.ts'

/** `elicitation/create` of one server: a form or a page. */
export type Asked = Parameters<McpServer['server']['elicitInput']>[0]

/** A server, and what it got. */
export interface AskingServer {
  readonly name: string
  readonly member: Member
  /** What the person answered, as the server got it. */
  readonly answers: unknown[]
  /** The methods of the messages that came. */
  readonly methods: string[]
  /** What clients said that they can do. */
  readonly capabilities: unknown[]
}

// biome-ignore lint/suspicious/noExplicitAny: it is whatever the client sent.
async function bodyOf(request: Request): Promise<any> {
  return request.method === 'POST' ? await request.clone().json() : {}
}

const said = (text: string) => ({ content: [{ type: 'text' as const, text }] })

/** A server of 2026-07-28: its tool asks in a round of the call. */
export function roundServer(asked: Asked, name = 'rounds'): AskingServer {
  const answers: unknown[] = []
  const methods: string[] = []
  const capabilities: unknown[] = []
  const handler = createMcpHandler(() => {
    const server = new McpServer({ name, version: '1' })
    server.registerTool(`${name}_ask`, {}, ({ mcpReq: { inputResponses } }) => {
      const answer = inputResponses?.one
      if (answer === undefined)
        return inputRequired({
          inputRequests: { one: { method: 'elicitation/create', params: asked } as InputRequest },
          requestState: 'state-1',
        })
      answers.push({ ...(answer as object), content: acceptedContent(inputResponses, 'one') })
      return said('thank you')
    })
    return server
  })
  const serve: Member['fetch'] = async (input, init) => {
    const request = new Request(input, init)
    const body = await bodyOf(request)
    methods.push(body.method ?? request.method)
    capabilities.push(body.params?._meta?.['io.modelcontextprotocol/clientCapabilities'])
    return handler.fetch(request)
  }
  return {
    name,
    answers,
    methods,
    capabilities,
    member: { name, fetch: serve },
  }
}

/** What a tool of a server with sessions does. */
type Work = (server: McpServer['server'], answers: unknown[]) => Promise<string>

/** A server of 2025-11-25: its tool asks with a request of its own. */
export function sessionServer(work: Work | Asked, name = 'sessions'): AskingServer {
  const answers: unknown[] = []
  const methods: string[] = []
  const capabilities: unknown[] = []
  const transports = new Map<string, WebStandardStreamableHTTPServerTransport>()
  const does: Work =
    typeof work === 'function'
      ? work
      : async (server) => {
          answers.push(await server.elicitInput(work))
          return 'thank you'
        }
  async function open(request: Request, parsedBody: unknown): Promise<Response> {
    const server = new McpServer({ name, version: '1' })
    server.registerTool(`${name}_ask`, {}, async () => said(await does(server.server, answers)))
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: () => crypto.randomUUID(),
      onsessioninitialized: (id) => void transports.set(id, transport),
    })
    await server.connect(transport)
    return transport.handleRequest(request, { parsedBody })
  }
  const serve: Member['fetch'] = async (input, init) => {
    init?.signal?.throwIfAborted()
    const request = new Request(input, init)
    const body = await bodyOf(request)
    methods.push(body.method ?? (request.method === 'POST' ? 'answer' : request.method))
    if (body.params?.capabilities) capabilities.push(body.params.capabilities)
    const id = request.headers.get('mcp-session-id')
    if (id === null && isInitializeRequest(body)) return open(request, body)
    const known = transports.get(id ?? '')
    return known
      ? known.handleRequest(request, { parsedBody: body })
      : new Response(null, { status: 400 })
  }
  return { name, answers, methods, capabilities, member: { name, fetch: serve } }
}

/** A server of 2025-11-25 whose tool answers with the error -32042 until it was called so often. */
export function pageServer(url: string, name = 'pages', refusals = 1): AskingServer {
  let calls = 0
  return sessionServer(async (_, answers) => {
    answers.push(`call ${++calls}`)
    if (calls <= refusals)
      throw new ProtocolError(-32_042, 'Open a page first', {
        elicitations: [{ mode: 'url', message: 'Sign in there.', url, elicitationId: 'page-1' }],
      })
    return 'thank you'
  }, name)
}

/** A form with one field. */
export function form(
  name: string,
  field: object,
  message = 'Tell me.',
  required?: string[],
): Asked {
  return {
    mode: 'form',
    message,
    requestedSchema: {
      type: 'object',
      properties: { [name]: field },
      ...(required ? { required } : {}),
    },
  } as Asked
}
