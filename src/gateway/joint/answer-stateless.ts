// Requests of the revision without sessions at a joint address (MCP 2026-07-28). They are those of the
// revisions with sessions, but for what they say of themselves and what each result must say.

import { isObject, type UnknownObject } from '../../core/json.ts'
import { rewriteAnswer } from '../../mcp/answer/answer.ts'
import { plainRules } from '../../mcp/answer/rules.ts'
import { HANDSHAKE_REVISIONS, STATELESS_REVISION } from '../../mcp/revisions.ts'
import { revisionOf } from '../../mcp/stateless.ts'
import { operationsOf } from '../../mcp-server/operations.ts'
import { METHOD_NOT_FOUND, problem, type RequestId } from '../../mcp-server/problem.ts'
import { type Asked, answerRequest } from './answer-request.ts'
import { refuseRevision } from './refuse-revision.ts'
import { SERVER_INFO } from './server-info.ts'
import { takeMessage } from './take-message.ts'
import type { Visit } from './visit.ts'

const HEADER_MISMATCH = -32_020
/** Milliseconds for all servers to say what they speak. */
const DISCOVERY_DEADLINE_MS = 3_000

/** The methods, and whether clients may keep what comes of each. */
const METHODS: ReadonlyMap<string, 'kept' | 'fresh'> = new Map([
  ['tools/list', 'kept'],
  ['prompts/list', 'kept'],
  ['resources/list', 'kept'],
  ['resources/templates/list', 'kept'],
  ['resources/read', 'kept'],
  ['tools/call', 'fresh'],
  ['prompts/get', 'fresh'],
  ['completion/complete', 'fresh'],
])

/** What a result says that clients may keep: it is this person's alone, and old at once. */
const CACHING = { ttlMs: 0, cacheScope: 'private' }

/** Answers a request. `headers` are those that it came with. */
export async function answerStateless(
  { id, method, message }: Asked,
  headers: Headers,
  visit: Visit,
): Promise<Response> {
  const operations = operationsOf(message, headers)
  if (!operations.ok) return operations.refusal
  if (revisionOf(message) !== STATELESS_REVISION)
    return problem(400, HEADER_MISMATCH, 'The message must be of the revision in its header.', {
      id,
    })
  if (method === 'server/discover')
    return (await needsSession(visit))
      ? refuseRevision(id, STATELESS_REVISION, HANDSHAKE_REVISIONS)
      : Response.json({ jsonrpc: '2.0', id, result: discovered() })
  const caching = METHODS.get(method)
  if (!caching) return problem(404, METHOD_NOT_FOUND, 'There is no such method here.', { id })
  // Requests of several clients of a person may go to a server in one session, where ids are once.
  const own = crypto.randomUUID()
  const response = await answerRequest({ id: own, method, message: { ...message, id: own } }, visit)
  if (!response.ok) return response
  return rewriteAnswer(response, {
    ...plainRules('gateway'),
    message: async (told) => {
      if (!isObject(told)) return told
      if (told.method !== undefined && told.id !== undefined) refuseToServer(told.id, visit)
      return told.id === own ? answered(told, id, caching === 'kept') : told
    },
  })
}

/**
 * Whether one of the servers answers in sessions alone. Such a server can ask the client something in a
 * session of the client's only. So the client is told to have one; a client that cannot is served without
 * questions.
 */
async function needsSession({ route, signal, upstreams, upstreamOf }: Visit): Promise<boolean> {
  const either = AbortSignal.any([signal, AbortSignal.timeout(DISCOVERY_DEADLINE_MS)])
  const answers = await Promise.all(
    route.servers.map((server) =>
      upstreams.needsSession({ ...upstreamOf(server), signal: either }),
    ),
  )
  return answers.includes(true)
}

/** A server that asks something nevertheless would wait for ever. */
function refuseToServer(id: unknown, visit: Visit): void {
  const error = { code: METHOD_NOT_FOUND, message: 'The client cannot be asked.' }
  takeMessage({ jsonrpc: '2.0', id, error }, visit).catch(() => {})
}

/** An answer, by the id of its client. What the server says of its result counts. */
function answered(message: UnknownObject, id: RequestId, isKept: boolean): UnknownObject {
  const { result } = message
  if (!isObject(result)) return { ...message, id }
  const isComplete = (result.resultType ?? 'complete') === 'complete'
  const said = { resultType: 'complete', ...(isKept && isComplete ? CACHING : {}) }
  return { ...message, id, result: { ...said, ...result } }
}

/** The answer to `server/discover`. */
function discovered(): UnknownObject {
  return {
    resultType: 'complete',
    ...CACHING,
    supportedVersions: [STATELESS_REVISION, ...HANDSHAKE_REVISIONS],
    capabilities: { tools: {}, prompts: {}, resources: {}, completions: {} },
    _meta: { 'io.modelcontextprotocol/serverInfo': SERVER_INFO },
  }
}
