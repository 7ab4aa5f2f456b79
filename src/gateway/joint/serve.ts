// One request at an address with several servers. The gateway itself is the MCP server there: its
// lists are those of all servers together, and each call goes to the server that its name leads to.

import type { Caller } from '../../caller.ts'
import { isObject, parseJson, type UnknownObject } from '../../core/json.ts'
import { HANDSHAKE_REVISIONS } from '../../mcp/revisions.ts'
import {
  INVALID_PARAMS,
  INVALID_REQUEST,
  METHOD_NOT_FOUND,
  problem,
  type RequestId,
  requestIdOf,
  sessionNotFound,
} from '../../mcp-server/problem.ts'
import { MCP_SESSION_HEADER, sessionIdOf } from '../../mcp-server/session-owners.ts'
import { forwarded, type PassingParts, readText } from '../pass-on.ts'
import { answerToFailure } from '../refusal-answer.ts'
import type { Route } from '../routes.ts'
import { serverFetch } from '../server-fetch.ts'
import { listJointly } from './list.ts'
import { namesOver } from './names.ts'
import type { Upstream, Upstreams } from './upstreams.ts'

/** What serving needs, shared by all requests. */
export interface JointParts extends PassingParts {
  readonly upstreams: Upstreams
}

/** One request that is answered. */
interface Asked {
  readonly id: RequestId
  readonly method: string
  readonly message: UnknownObject
  readonly route: Route
  readonly caller: Caller
  readonly headers: Headers
  readonly signal: AbortSignal
  /** The client's session, as the gateway named it; empty where the client names none. */
  readonly front: string
}

const UNSUPPORTED_REVISION = -32_022
/** Serves a request at a joint address. */
export async function serveJointly(
  request: Request,
  route: Route,
  caller: Caller,
  parts: JointParts,
): Promise<Response> {
  const place = { principal: caller.principal, route: route.path }
  const sealed = sessionIdOf(request.headers)
  const front = sealed === undefined ? '' : parts.ids.open(sealed, place)
  if (front === undefined) return sessionNotFound()
  // There is no stream of the gateway's own.
  if (request.method === 'GET') return new Response(null, { status: 405, headers: ALLOW })
  if (request.method === 'DELETE') {
    const { signal } = request
    const of = (server: string) => upstreamOf(server, { caller, front, signal }, parts)
    try {
      await parts.upstreams.end(route.servers.map(of))
    } catch (failure) {
      return answerToFailure(failure, undefined, route, caller)
    }
    return new Response(null, { status: 204 })
  }
  const body = await readText(request, parts.maxBodyBytes)
  if ('refusal' in body) return body.refusal
  const message = parseJson(body.text)
  if (!isObject(message))
    return problem(400, INVALID_REQUEST, 'Send one JSON-RPC message, and no batch.')
  const id = requestIdOf(message)
  // A notification. The servers behind get their own.
  if (id === undefined) return new Response(null, { status: 202 })
  const { method } = message
  if (typeof method !== 'string')
    return problem(400, INVALID_REQUEST, 'The method of a message must be a text.', { id })
  const asked: Asked = {
    id,
    method,
    message,
    route,
    caller,
    headers: forwarded(request.headers, parts.forwardHeaders),
    signal: request.signal,
    front,
  }
  if (asked.method === 'initialize') {
    const response = result(id, initialized(message))
    response.headers.set(MCP_SESSION_HEADER, parts.ids.seal(crypto.randomUUID(), place))
    return response
  }
  return answer(asked, request.headers.get('mcp-protocol-version'), parts)
}

const ALLOW = { allow: 'POST, DELETE' }

async function answer(asked: Asked, revision: string | null, parts: JointParts): Promise<Response> {
  const { id, method, message } = asked
  if (revision !== null && !HANDSHAKE_REVISIONS.some((known) => known === revision))
    return refuseRevision(asked, revision)
  switch (method) {
    case 'ping':
      return result(id, {})
    case 'tools/list':
      return list('tools', asked, parts)
    case 'prompts/list':
      return list('prompts', asked, parts)
    case 'tools/call':
    case 'prompts/get':
      return call(asked, message, parts)
    default:
      return error(asked, METHOD_NOT_FOUND, NOT_HERE)
  }
}

const NOT_HERE =
  'This address has the tools and prompts of several servers. Ask for anything else at the address of one server: /mcp/NAME.'

async function list(kind: 'tools' | 'prompts', asked: Asked, parts: JointParts): Promise<Response> {
  const { route, caller, id } = asked
  try {
    const servers = route.servers.map((server) => upstreamOf(server, asked, parts))
    return result(id, await listJointly(kind, { servers, upstreams: parts.upstreams }))
  } catch (failure) {
    return answerToFailure(failure, id, route, caller)
  }
}

/** One call, at the server that its name leads to. The answer goes on as it comes. */
async function call(asked: Asked, message: UnknownObject, parts: JointParts): Promise<Response> {
  const { route, caller, id } = asked
  const params = isObject(message.params) ? message.params : {}
  const found =
    typeof params.name === 'string' ? namesOver(route.servers).find(params.name) : undefined
  if (!found) return error(asked, INVALID_PARAMS, 'There is no such tool or prompt here.')
  const sent = { ...message, params: { ...params, name: found.name } }
  try {
    return await parts.upstreams.send(sent, upstreamOf(found.server, asked, parts), asked.headers)
  } catch (failure) {
    return answerToFailure(failure, id, route, caller)
  }
}

function upstreamOf(
  server: string,
  { caller, front, signal }: Pick<Asked, 'caller' | 'front' | 'signal'>,
  parts: JointParts,
): Upstream {
  const fetch = serverFetch(server, caller, parts)
  return { server, front, url: parts.urlOf(server), caller, fetch, signal }
}

/** The answer to `initialize`. */
function initialized({ params }: UnknownObject): UnknownObject {
  const asked = isObject(params) ? params.protocolVersion : undefined
  return {
    protocolVersion: HANDSHAKE_REVISIONS.find((known) => known === asked) ?? HANDSHAKE_REVISIONS[0],
    capabilities: { tools: {}, prompts: {} },
    serverInfo: { name: 'onbehalf-gateway', title: 'onbehalf gateway', version: '1' },
  }
}

/** The client tries again with a revision that is named (MCP 2026-07-28, versioning). */
function refuseRevision({ id }: Asked, requested: string): Response {
  // Anything but a date is not said back.
  const known = /^\d{4}-\d{2}-\d{2}$/.test(requested) ? { requested } : {}
  const data = { supported: HANDSHAKE_REVISIONS, ...known }
  const refusal = { code: UNSUPPORTED_REVISION, message: 'Unsupported protocol version', data }
  return Response.json({ jsonrpc: '2.0', id, error: refusal }, { status: 400 })
}

function error({ id }: Asked, code: number, text: string): Response {
  return problem(200, code, text, { id })
}

function result(id: RequestId, value: UnknownObject): Response {
  return Response.json({ jsonrpc: '2.0', id, result: value })
}
