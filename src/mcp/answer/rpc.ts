// The little of JSON-RPC that carrying needs: what a request asks for, and an error answer reduced to what no server can fill with text.

import { boundedText } from '../../core/http/bounded-text.ts'
import { isObject, parseJson } from '../../core/json.ts'

/** A single JSON-RPC request. */
export interface Asked {
  readonly id: string | number
  readonly toolCall: boolean
}

/** Reads a body that is a single JSON-RPC request; undefined for batches, notifications and anything else. */
export function readAsked(body: string): Asked | undefined {
  const message = parseJson(body)
  if (!isObject(message) || typeof message.method !== 'string') return undefined
  const { id, method } = message
  return typeof id === 'string' || typeof id === 'number'
    ? { id, toolCall: method === 'tools/call' }
    : undefined
}

/**
 * An error answer to a JSON-RPC request with its status, its code and, for version negotiation, the protocol versions that it names; with
 * nothing else of it, because clients put bodies into exceptions and servers echo what they were sent. An answer to anything but a
 * request keeps its status alone.
 */
export async function withoutForeignText(
  response: Response,
  asked: Asked | undefined,
): Promise<Response> {
  const allow = response.headers.get('allow')
  const init = {
    status: response.status,
    headers: allow !== null && /^[A-Z, ]{1,100}$/.test(allow) ? { allow } : {},
  }
  // The foreign error is dropped; what was read so far is no whole answer.
  const text = asked
    ? await boundedText(response, LARGEST_ERROR).catch(() => undefined)
    : drop(response)
  const error = errorOf(parseJson(text ?? ''))
  if (!asked || !error) return new Response(null, init)
  return Response.json({ jsonrpc: '2.0', id: asked.id, error }, init)
}

/** Characters of an error answer that are looked at. */
const LARGEST_ERROR = 16_384

function drop(response: Response): string {
  response.body?.cancel().catch(() => {})
  return ''
}

function errorOf(body: unknown): object | undefined {
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

/** Protocol revisions are dates, too short to hold a secret. */
function isRevision(value: unknown): value is string {
  return typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value)
}
