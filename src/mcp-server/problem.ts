// The kit's own error answers: JSON-RPC errors with fixed texts. No text of a request or of an error is in one.

/** An error answer, as a JSON-RPC error without an id, since the request was not read as one. */
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

/** The code of the MCP SDK for what HTTP refuses before JSON-RPC is read. */
export const REFUSED_BY_HTTP = -32_000
