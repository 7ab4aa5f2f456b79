// What a client is answered whose revision of MCP does not go here.

import type { RequestId } from '../../mcp-server/problem.ts'

const UNSUPPORTED_REVISION = -32_022

/** The client tries again with one of the revisions that are named (MCP 2026-07-28, versioning). */
export function refuseRevision(
  id: RequestId,
  requested: string,
  supported: readonly string[],
): Response {
  // Anything but a date is not said back.
  const known = /^\d{4}-\d{2}-\d{2}$/.test(requested) ? { requested } : {}
  const data = { supported, ...known }
  const refusal = { code: UNSUPPORTED_REVISION, message: 'Unsupported protocol version', data }
  return Response.json({ jsonrpc: '2.0', id, error: refusal }, { status: 400 })
}
