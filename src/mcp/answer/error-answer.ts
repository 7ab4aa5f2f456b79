// An HTTP error answer, reduced to what no server can fill with text of its own.

import { boundedText } from '../../core/http/bounded-text.ts'
import { isObject, parseJson, type UnknownObject } from '../../core/json.ts'
import type { RpcRequest } from './message.ts'

/** Characters of an error answer that are read. */
const MAX_ERROR_CHARS = 16_384

/** What a client can be asked for (MCP, `ClientCapabilities`), and the parts of it. */
const CAPABILITIES: Readonly<Record<string, readonly string[]>> = {
  elicitation: ['form', 'url'],
  roots: [],
  sampling: ['context', 'tools'],
}

/**
 * Reduces an error answer: MCP clients put its body into exceptions, and servers echo what they
 * were sent.
 *
 * @param request What the answer is to. Undefined when it was no single JSON-RPC request: then only
 *   the status is kept.
 * @returns The status, the JSON-RPC error code and what the client needs to go on: the protocol
 *   versions, and the capabilities that the request lacked.
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
  const error = reduceError(parseJson(text ?? ''), request)
  return error
    ? Response.json({ jsonrpc: '2.0', id: request.id, error }, init)
    : new Response(null, init)
}

function reduceError(body: unknown, request: RpcRequest): object | undefined {
  if (!isObject(body) || !isObject(body.error) || !Number.isInteger(body.error.code))
    return undefined
  const { code, data } = body.error
  const kept = isObject(data) ? { ...reduceRevisions(data, request), ...reduceLack(data) } : {}
  return {
    code,
    message: 'The MCP server refused the request.',
    ...(Object.keys(kept).length === 0 ? {} : { data: kept }),
  }
}

/** The versions of an error `-32022`. One that is no date passes only when the request named it. */
function reduceRevisions({ supported, requested }: UnknownObject, request: RpcRequest): object {
  const revisions = Array.isArray(supported) ? supported.filter(isRevision) : []
  if (revisions.length === 0) return {}
  const isKnown =
    isRevision(requested) || (requested === request.revision && requested !== undefined)
  return { supported: revisions, ...(isKnown ? { requested } : {}) }
}

/** The capabilities of an error `-32021`: names that we know, and nothing in them that we do not. */
function reduceLack({ requiredCapabilities: required }: UnknownObject): object {
  if (!isObject(required)) return {}
  const lacking = Object.entries(CAPABILITIES)
    .filter(([name]) => isObject(required[name]))
    .map(([name, parts]) => [
      name,
      Object.fromEntries(parts.filter((part) => hasPart(required[name], part)).map((p) => [p, {}])),
    ])
  return lacking.length === 0 ? {} : { requiredCapabilities: Object.fromEntries(lacking) }
}

function hasPart(capability: unknown, part: string): boolean {
  return isObject(capability) && isObject(capability[part])
}

/** Protocol revisions are dates: too short to hold a secret. */
function isRevision(value: unknown): value is string {
  return typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value)
}
