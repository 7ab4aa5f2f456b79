// An HTTP error answer, reduced to what no server can fill with text of its own.

import { boundedText } from '../../core/http/bounded-text.ts'
import { isObject, parseJson } from '../../core/json.ts'
import type { RpcRequest } from './message.ts'

/** Characters of an error answer that are read. */
const MAX_ERROR_CHARS = 16_384

/**
 * Reduces an error answer: MCP clients put its body into exceptions, and servers echo what they
 * were sent.
 *
 * @param request What the answer is to. Undefined when it was no single JSON-RPC request: then only
 *   the status is kept.
 * @returns The status, the JSON-RPC error code and, for version negotiation, the protocol versions.
 */
export async function reduceErrorAnswer(
  response: Response,
  request: RpcRequest | undefined,
): Promise<Response> {
  const allow = response.headers.get('allow')
  const init = {
    status: response.status,
    headers: allow !== null && /^[A-Z, ]{1,100}$/.test(allow) ? { allow } : {},
  }
  if (!request) {
    response.body?.cancel().catch(() => {})
    return new Response(null, init)
  }
  // When the connection breaks, what was read so far is no whole answer.
  const text = await boundedText(response, MAX_ERROR_CHARS).catch(() => undefined)
  const error = reduceError(parseJson(text ?? ''))
  return error
    ? Response.json({ jsonrpc: '2.0', id: request.id, error }, init)
    : new Response(null, init)
}

function reduceError(body: unknown): object | undefined {
  if (!isObject(body) || !isObject(body.error) || !Number.isInteger(body.error.code))
    return undefined
  const { code, data } = body.error
  const { supported, requested } = isObject(data) ? data : {}
  const revisions = Array.isArray(supported) ? supported.filter(isRevision) : []
  return {
    code,
    message: 'The MCP server refused the request.',
    ...(revisions.length === 0
      ? {}
      : { data: { supported: revisions, ...(isRevision(requested) ? { requested } : {}) } }),
  }
}

/** Protocol revisions are dates: too short to hold a secret. */
function isRevision(value: unknown): value is string {
  return typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value)
}
