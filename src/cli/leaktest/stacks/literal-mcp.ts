// A small MCP client, as people write it by hand: one request, one answer, errors passed on whole.

/** A tool of a server. */
export interface LiteralTool {
  readonly name: string
  readonly description?: string
  readonly inputSchema?: object
}

/** A server that is connected. */
export interface LiteralServer {
  readonly tools: readonly LiteralTool[]
  call(name: string, args: unknown): Promise<string>
}

/** Connects and lists the tools. */
export async function connect(url: string): Promise<LiteralServer> {
  let session: string | undefined
  let id = 0
  const send = async (method: string, params: unknown, isRequest = true): Promise<Answer> => {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        ...(session === undefined ? {} : { 'mcp-session-id': session }),
      },
      body: JSON.stringify({ jsonrpc: '2.0', method, params, ...(isRequest ? { id: ++id } : {}) }),
    })
    session = response.headers.get('mcp-session-id') ?? session
    const text = await response.text()
    if (!isRequest) return {}
    // The request is repeated in the error, to see what went wrong.
    if (!response.ok)
      throw new Error(`${url} ${response.status}: ${text} ${JSON.stringify(params)}`)
    return parse(text)
  }

  await send('initialize', {
    protocolVersion: '2025-06-18',
    capabilities: {},
    clientInfo: { name: 'literal', version: '1' },
  })
  await send('notifications/initialized', {}, false)
  const { result } = await send('tools/list', {})
  return {
    tools: result?.tools ?? [],
    async call(name, args) {
      return JSON.stringify(await send('tools/call', { name, arguments: args }))
    },
  }
}

interface Answer {
  readonly result?: { readonly tools?: readonly LiteralTool[] }
}

/** JSON, or the last message of an event stream. */
function parse(text: string): Answer {
  const events = [...text.matchAll(/^data: ?(.+)$/gm)].map((match) => match[1] ?? '')
  return JSON.parse(events.at(-1) ?? text) as Answer
}
