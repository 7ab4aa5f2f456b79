// What a client of several servers asks for: a list of them all, or something of one of them.

import type { Refusal } from '../../core/errors.ts'
import type { UnknownObject } from '../../core/json.ts'
import { rewriteAnswer } from '../../mcp/answer/answer.ts'
import { plainRules } from '../../mcp/answer/rules.ts'
import {
  INVALID_PARAMS,
  METHOD_NOT_FOUND,
  problem,
  type RequestId,
  requestIdOf,
} from '../../mcp-server/problem.ts'
import { showsPages } from '../connect-answer.ts'
import { answerToFailure, answerToRefusal } from '../refusal-answer.ts'
import { foundTools, listedTools, questionIn, unwrapped } from '../search/search-tools.ts'
import { isList, type ListMethod, listJointly } from './list.ts'
import { type Names, namesOver } from './names.ts'
import { toClient } from './to-client.ts'
import { type ForServer, requestToServer } from './to-server.ts'
import type { Visit } from './visit.ts'

/** A request, read. */
export interface Asked {
  readonly id: RequestId
  readonly method: string
  readonly message: UnknownObject
}

/** Methods whose requests name a thing of one server. */
const OF_ONE_SERVER: ReadonlySet<string> = new Set([
  'tools/call',
  'prompts/get',
  'resources/read',
  'resources/subscribe',
  'resources/unsubscribe',
  'completion/complete',
  'tasks/get',
  'tasks/result',
  'tasks/cancel',
])

/** Answers a request. */
export async function answerRequest(asked: Asked, visit: Visit): Promise<Response> {
  const { id, method } = asked
  const { search } = visit.route
  const message = search ? unwrapped(asked.message) : asked.message
  const names = namesOver(visit.route.servers)
  const list = (listed: ListMethod) =>
    listJointly(listed, {
      servers: visit.route.servers.map((server) => visit.upstreamOf(server)),
      upstreams: visit.upstreams,
      names,
    })
  try {
    if (method === 'ping') return result(id, {})
    const question = search && questionIn(message)
    if (question) return result(id, foundTools(question, (await list('tools/list')).tools))
    if (search && method === 'tools/list')
      return result(id, await listedTools(search, () => list('tools/list')))
    if (isList(method)) return result(id, await list(method))
    if (method === 'logging/setLevel') return await setLevel(asked, visit)
    if (!OF_ONE_SERVER.has(method)) return problem(200, METHOD_NOT_FOUND, NOT_HERE, { id })
    const found = requestToServer(message, names)
    if (!found) return problem(200, INVALID_PARAMS, NOT_KNOWN, { id })
    return await askServer(found, names, visit)
  } catch (failure) {
    return answerToFailure(failure, id, visit, showsPages(message, visit.front.capabilities))
  }
}

const NOT_HERE =
  'This address has several servers. Ask for anything else at the address of one server: /mcp/NAME.'
const NOT_KNOWN = 'There is no such tool, prompt, resource or task here.'

/** One request, at the server that its names lead to. The answer goes on as it comes. */
async function askServer(
  { server, message }: ForServer,
  names: Names,
  visit: Visit,
): Promise<Response> {
  const { route, headers, upstreams, upstreamOf } = visit
  let refusal: Refusal | undefined
  const upstream = upstreamOf(server, (why) => {
    refusal = why
  })
  const response = await upstreams.send(message, upstream, headersFor(message, headers))
  const refused = answerToRefusal(
    refusal,
    () => ({
      id: requestIdOf(message),
      route,
      shows: showsPages(message, visit.front.capabilities),
    }),
    visit,
  )
  if (refused) return refused
  if (!response.ok) return response
  const asked = requestIdOf(message)
  const from = { server, names, ...(asked === undefined ? {} : { asked }) }
  return rewriteAnswer(response, {
    ...plainRules(server),
    message: async (told) => toClient(told, from),
    // It is the gateway's own session, and no client's.
    session: () => false,
  })
}

/** The headers of a request say what its body says, which has other names now. */
function headersFor({ params }: UnknownObject, given: Headers): Headers {
  const headers = new Headers(given)
  const { name, uri } = (params ?? {}) as UnknownObject
  const named = typeof name === 'string' ? name : uri
  if (headers.has('mcp-name') && typeof named === 'string' && /^[\x20-\x7e]*$/.test(named))
    headers.set('mcp-name', named)
  else headers.delete('mcp-name')
  return headers
}

/** Every server is told. Those that keep no logs for clients refuse, and that is fine. */
async function setLevel({ id, message }: Asked, visit: Visit): Promise<Response> {
  await Promise.allSettled(
    visit.route.servers.map(async (server) => {
      const response = await visit.upstreams.send(message, visit.upstreamOf(server))
      await response.body?.cancel()
    }),
  )
  return result(id, {})
}

function result(id: RequestId, value: UnknownObject): Response {
  return Response.json({ jsonrpc: '2.0', id, result: value })
}
