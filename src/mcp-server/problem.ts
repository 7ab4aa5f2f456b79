// The kit's own error answers: JSON-RPC errors with fixed texts. They never quote a request or an
// error.

/**
 * An error answer: a JSON-RPC error without an id, because nobody has read the request as JSON-RPC
 * yet.
 */
export function problem(
  status: number,
  code: number,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return Response.json(
    { jsonrpc: '2.0', id: null, error: { code, message } },
    { status, headers: { 'cache-control': 'no-store', ...headers } },
  )
}

/** The MCP SDK's code for what HTTP refuses before anybody reads JSON-RPC. */
export const REFUSED_BY_HTTP = -32_000
