// An MCP server in tests that says exactly what its script says, as no SDK would. It has no socket
// and speaks the revision 2025-11-25.

/** What a call of a tool is answered with: the result, or a whole answer. */
type Called = (name: string, args: unknown) => object | Response | Promise<object | Response>

export interface RawServer {
  readonly fetch: typeof globalThis.fetch
  /** The calls of tools that came. */
  readonly calls: readonly { readonly name: string; readonly arguments: unknown }[]
}

export function rawServer(tools: readonly object[], called: Called): RawServer {
  const calls: { name: string; arguments: unknown }[] = []
  async function answer(method: string, params: { name: string; arguments: unknown }) {
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
        return called(params.name, params.arguments)
      default:
        return undefined
    }
  }
  return {
    calls,
    async fetch(_input, init) {
      init?.signal?.throwIfAborted()
      if (init?.method !== 'POST') return new Response(null, { status: 405 })
      const { id, method, params } = JSON.parse(String(init.body))
      if (id === undefined) return new Response(null, { status: 202 })
      const result = await answer(method, params)
      if (result instanceof Response) return result
      return Response.json(
        result === undefined
          ? { jsonrpc: '2.0', id, error: { code: -32601, message: 'Method not found' } }
          : { jsonrpc: '2.0', id, result },
      )
    },
  }
}
