// An MCP server in tests that says exactly what its script says, as no SDK would. It has no socket
// and speaks the revision 2025-11-25.

/** A call of a tool as it came. */
export interface RawCall {
  readonly id: string | number
  /** With it the server may report progress (MCP 2025-11-25, basic/utilities/progress). */
  readonly progressToken?: string | number
}

/** What a call of a tool is answered with: the result, or a whole answer. */
type Called = (
  name: string,
  args: unknown,
  call: RawCall,
) => object | Response | Promise<object | Response>

export interface RawServer {
  readonly fetch: typeof globalThis.fetch
  /** The calls of tools that came. */
  readonly calls: readonly { readonly name: string; readonly arguments: unknown }[]
  /** From now on it has sessions, and knows none of those before. */
  restart(): void
}

export function rawServer(tools: readonly object[], called: Called): RawServer {
  const calls: { name: string; arguments: unknown }[] = []
  let session: string | undefined
  async function answer(
    id: string | number,
    method: string,
    params: {
      readonly name: string
      readonly arguments: unknown
      readonly _meta?: Pick<RawCall, 'progressToken'>
    },
  ) {
    switch (method) {
      case 'initialize':
        return {
          protocolVersion: '2025-11-25',
          capabilities: { tools: {} },
          serverInfo: { name: 'raw', version: '1' },
        }
      case 'tools/list':
        return { tools }
      case 'tools/call':
        calls.push({ name: params.name, arguments: params.arguments })
        return called(params.name, params.arguments, { id, ...params._meta })
      default:
        return undefined
    }
  }
  return {
    calls,
    restart() {
      session = crypto.randomUUID()
    },
    async fetch(_input, init) {
      init?.signal?.throwIfAborted()
      if (init?.method !== 'POST') return new Response(null, { status: 405 })
      const { id, method, params } = JSON.parse(String(init.body))
      const asked = new Headers(init.headers).get('mcp-session-id') ?? undefined
      // A session that the server does not know (MCP 2025-11-25, basic/transports).
      if (method !== 'initialize' && session !== undefined && asked !== session)
        return new Response(null, { status: asked === undefined ? 400 : 404 })
      if (id === undefined) return new Response(null, { status: 202 })
      const result = await answer(id, method, params)
      if (result instanceof Response) return result
      return Response.json(
        result === undefined
          ? { jsonrpc: '2.0', id, error: { code: -32601, message: 'Method not found' } }
          : { jsonrpc: '2.0', id, result },
        session !== undefined && method === 'initialize'
          ? { headers: { 'mcp-session-id': session } }
          : {},
      )
    },
  }
}

/** An answer in events: progress at once, and the result when it comes. */
export function withProgress(
  { id, progressToken }: RawCall,
  progress: object,
  result: Promise<object>,
): Response {
  const event = (message: object) =>
    new TextEncoder().encode(`data: ${JSON.stringify({ jsonrpc: '2.0', ...message })}\n\n`)
  async function* events() {
    if (progressToken !== undefined)
      yield event({ method: 'notifications/progress', params: { progressToken, ...progress } })
    yield event({ id, result: await result })
  }
  return new Response(ReadableStream.from(events()), {
    headers: { 'content-type': 'text/event-stream' },
  })
}
