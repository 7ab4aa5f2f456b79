// One request at an address with several servers. The gateway itself is the MCP server there: its
// lists are those of all servers together, and each message goes to the server that its names lead to.

import type { Caller } from '../../caller.ts'
import { isObject, parseJson, type UnknownObject } from '../../core/json.ts'
import { HANDSHAKE_REVISIONS, STATELESS_REVISION } from '../../mcp/revisions.ts'
import {
  INVALID_REQUEST,
  problem,
  type RequestId,
  requestIdOf,
  sessionNotFound,
} from '../../mcp-server/problem.ts'
import { MCP_SESSION_HEADER, sessionIdOf } from '../../mcp-server/session-owners.ts'
import { passing, readText } from '../pass-on.ts'
import { answerToFailure } from '../refusal-answer.ts'
import type { Route } from '../routes.ts'
import { answerRequest } from './answer-request.ts'
import { answerStateless } from './answer-stateless.ts'
import { NO_SESSION, newSession, STATELESS, sessionIn, sessionText } from './front-session.ts'
import { namesOver } from './names.ts'
import { refuseRevision } from './refuse-revision.ts'
import { SERVER_INFO } from './server-info.ts'
import { takeMessage } from './take-message.ts'
import { type JointParts, type Visit, visitOf } from './visit.ts'

const ALLOW = { allow: 'POST, DELETE' }
const ALLOW_POST = { allow: 'POST' }

/** Serves a request at a joint address. */
export async function serveJointly(
  request: Request,
  route: Route,
  caller: Caller,
  parts: JointParts,
): Promise<Response> {
  const sealed = sessionIdOf(request.headers)
  const place = { principal: caller.principal, route: route.path }
  const opened = sealed === undefined ? undefined : parts.ids.open(sealed, place)
  if (sealed !== undefined && opened === undefined) return sessionNotFound()
  const isStateless = request.headers.get('mcp-protocol-version') === STATELESS_REVISION
  const front = isStateless ? STATELESS : opened === undefined ? NO_SESSION : sessionIn(opened)
  const visit = visitOf(request, { route, caller, front }, parts)
  switch (request.method) {
    case 'GET':
      return opened === undefined
        ? new Response(null, { status: 405, headers: ALLOW })
        : listen(visit, parts)
    case 'DELETE':
      return isStateless ? new Response(null, { status: 405, headers: ALLOW_POST }) : end(visit)
    default:
      return post(request, visit, parts)
  }
}

function listen({ front, route, upstreams, upstreamOf }: Visit, { streams }: JointParts): Response {
  return streams.listen(front.id, route.servers, {
    upstreams,
    names: namesOver(route.servers),
    upstreamOf: (server, signal) => ({ ...upstreamOf(server), signal }),
  })
}

async function end({ route, caller, upstreams, upstreamOf }: Visit): Promise<Response> {
  try {
    await upstreams.end(route.servers.map((server) => upstreamOf(server)))
  } catch (failure) {
    return answerToFailure(failure, undefined, { route, caller })
  }
  return new Response(null, { status: 204 })
}

async function post(request: Request, visit: Visit, parts: JointParts): Promise<Response> {
  const body = await readText(passing(request), parts.maxBodyBytes)
  if ('refusal' in body) return body.refusal
  const message = parseJson(body.text)
  if (!isObject(message))
    return problem(400, INVALID_REQUEST, 'Send one JSON-RPC message, and no batch.')
  const id = requestIdOf(message)
  if (id === undefined) return takeMessage(message, visit)
  const { method } = message
  if (typeof method !== 'string')
    return problem(400, INVALID_REQUEST, 'The method of a message must be a text.', { id })
  if (visit.front.isStateless)
    return answerStateless({ id, method, message }, request.headers, visit)
  if (method === 'initialize') return initialize(message, id, visit, parts)
  const revision = request.headers.get('mcp-protocol-version')
  if (revision !== null && !HANDSHAKE_REVISIONS.some((known) => known === revision))
    return refuseRevision(id, revision, [STATELESS_REVISION, ...HANDSHAKE_REVISIONS])
  return answerRequest({ id, method, message }, visit)
}

function initialize(
  message: UnknownObject,
  id: RequestId,
  { route, caller }: Visit,
  { ids }: JointParts,
): Response {
  const response = Response.json({ jsonrpc: '2.0', id, result: initialized(message) })
  const place = { principal: caller.principal, route: route.path }
  response.headers.set(MCP_SESSION_HEADER, ids.seal(sessionText(newSession(message)), place))
  return response
}

/** The answer to `initialize`. What a single server cannot do, it says when it is asked. */
function initialized({ params }: UnknownObject): UnknownObject {
  const asked = isObject(params) ? params.protocolVersion : undefined
  return {
    protocolVersion: HANDSHAKE_REVISIONS.find((known) => known === asked) ?? HANDSHAKE_REVISIONS[0],
    capabilities: {
      tools: { listChanged: true },
      prompts: { listChanged: true },
      resources: { subscribe: true, listChanged: true },
      completions: {},
      logging: {},
      tasks: { list: {}, cancel: {}, requests: { tools: { call: {} } } },
    },
    serverInfo: SERVER_INFO,
  }
}
