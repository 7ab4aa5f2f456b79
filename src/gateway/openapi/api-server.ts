// An API behind the gateway, spoken to as an MCP server: a `fetch` that takes the messages of MCP, with
// the credential where the placements have put it, and sends the operation's own request. So everything
// in front of it is the same as for a server of MCP: sources, placements, hidden parameters, the record,
// the search for credentials in what comes back.

import { isObject, parseJson, type UnknownObject } from '../../core/json.ts'
import { HANDSHAKE_REVISIONS } from '../../mcp/revisions.ts'
import type { ApiTools } from './api-tools.ts'
import { isForCarry, readAnswer } from './read-answer.ts'
import { Unusable } from './unusable.ts'
import { type ApiRequest, writeRequest } from './write-request.ts'

const INVALID_PARAMS = -32602
const METHOD_NOT_FOUND = -32601

/**
 * Makes the `fetch` of one API.
 *
 * @param send Sends a request to the API. Only the origin that a request came for is asked.
 */
export function apiServer(api: ApiTools, send: typeof globalThis.fetch): typeof globalThis.fetch {
  return async (input, init = {}) => {
    if (init.method !== 'POST') return new Response(null, { status: 405 })
    const message = typeof init.body === 'string' ? parseJson(init.body) : undefined
    if (!isObject(message)) return new Response(null, { status: 400 })
    const { id, method, params } = message
    if (typeof method !== 'string' || id === undefined) return new Response(null, { status: 202 })
    const given = isObject(params) ? params : {}
    if (method !== 'tools/call') return answered(id, answerTo(method, given, api))
    const { name, arguments: args } = given
    const operation = typeof name === 'string' ? api.operations.get(name) : undefined
    if (!operation) return answered(id, { error: failure(INVALID_PARAMS, 'There is no such tool') })
    let request: ApiRequest
    try {
      const filled = { url: new URL(String(input)), headers: new Headers(init.headers) }
      if (/^dpop /i.test(filled.headers.get('authorization') ?? ''))
        throw new Unusable('the token is bound to a key (DPoP), for another request than this')
      request = writeRequest(operation, isObject(args) ? args : {}, filled)
    } catch (error) {
      if (!(error instanceof Unusable)) throw error
      const text = `Nothing was sent: ${error.message}.`
      return answered(id, { result: { content: [{ type: 'text', text }], isError: true } })
    }
    const response = await send(request.url, { ...init, ...request.init })
    if (isForCarry(response)) return response
    return answered(id, { result: await readAnswer(response, operation) })
  }
}

function answered(id: unknown, outcome: UnknownObject): Response {
  return Response.json({ jsonrpc: '2.0', id, ...outcome })
}

function failure(code: number, message: string): UnknownObject {
  return { code, message }
}

/** What needs no request to the API. */
function answerTo(method: string, params: UnknownObject, api: ApiTools): UnknownObject {
  switch (method) {
    case 'initialize': {
      const { protocolVersion: asked } = params
      const protocolVersion =
        HANDSHAKE_REVISIONS.find((one) => one === asked) ?? HANDSHAKE_REVISIONS[0]
      const serverInfo = { name: api.title || 'API', version: api.version || '0' }
      return { result: { protocolVersion, capabilities: { tools: {} }, serverInfo } }
    }
    case 'ping':
      return { result: {} }
    case 'tools/list':
      return { result: { tools: api.tools } }
    default:
      return { error: failure(METHOD_NOT_FOUND, 'Method not found') }
  }
}
