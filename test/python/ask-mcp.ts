// One MCP request over plain HTTP, as somebody with a token would send it.

/** Sends a request of the older protocol family, where `session` is one, and else of the newer one. */
export function askMcp(
  url: string,
  token: string,
  method: string,
  params: Readonly<Record<string, unknown>>,
  session?: string,
): Promise<Response> {
  const older = session !== undefined || method === 'initialize'
  const name = typeof params.name === 'string' ? { 'mcp-name': params.name } : {}
  const headers = {
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    ...(session === undefined ? {} : { 'mcp-session-id': session }),
    ...(older ? {} : { 'mcp-protocol-version': '2026-07-28', 'mcp-method': method, ...name }),
  }
  const about = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
    'io.modelcontextprotocol/clientCapabilities': {},
  }
  const sent = older ? params : { ...params, _meta: about }
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: sent })
  return fetch(url, { method: 'POST', headers, body })
}

/** The answer as text, and whether it says that the call did not work. */
export async function answerOf(
  response: Response,
): Promise<{ readonly text: string; readonly isError: boolean }> {
  const text = await response.text()
  return { text, isError: !response.ok || /"isError": ?true|"error": ?\{/.test(text) }
}
