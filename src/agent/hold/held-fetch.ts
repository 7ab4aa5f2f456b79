// The `fetch` of an agent's run whose calls wait for the person: a call of such a tool does not
// leave. It stands in front of the caller's own `fetch`, so it holds whatever framework calls.

import { isObject, type UnknownObject, writeJson } from '../../core/json.ts'
import { toError } from '../../core/sentences.ts'
import { failedResult } from '../../mcp/answer/failure-message.ts'
import { readMessages, requestIn, toolCallOf } from '../../mcp/answer/message.ts'
import type { Approved } from '../../mcp/approved.ts'
import type { McpRequest } from '../../mcp/placements/request.ts'
import type { ApprovalPolicy, BeforeCall, OutgoingCall } from '../approval.ts'
import { insteadOf, isShowable, NOT_SHOWN, needsApproval, plainArguments } from '../asking.ts'
import { type HeldCall, type HeldCalls, NOT_NOW } from './hold.ts'
import { type KnownTool, toolFacts } from './tool-facts.ts'

/** What a held `fetch` needs. */
export interface HeldFetchParts {
  readonly server: string
  /** The caller's own. */
  readonly fetch: typeof globalThis.fetch
  readonly policy: ApprovalPolicy
  readonly hold: HeldCalls
  readonly beforeCall?: BeforeCall | undefined
  /** The scopes that a call of a tool carries, once the server has listed it. */
  readonly scopesOf: (tool: string) => readonly string[]
  /** Gets each call that leaves with the person's yes. */
  readonly given?: Set<string>
}

/** Names a call. */
function keyOfCall({ server, name, arguments: args }: OutgoingCall): string {
  return JSON.stringify([server, name, args])
}

/** What {@link approvedFor} needs. */
type ApprovedParts = Pick<HeldFetchParts, 'server' | 'hold' | 'scopesOf'> & {
  readonly given: Set<string>
}

/**
 * Asks the person, on the same card, about the calls for which the caller's policy wants their yes. A
 * call that they have approved already is not asked about again.
 */
export function approvedFor({ server, hold, scopesOf, given }: ApprovedParts): Approved {
  return ({ url, tool, args, revision, meta }) => {
    const written = plainArguments(writeJson(args ?? {}) ?? '')
    if (written === undefined) return NOT_READ
    const outgoing = { server, name: tool, arguments: written }
    if (given.delete(keyOfCall(outgoing)) || hold.takeYes(outgoing)) return true
    if (hold.calls.length > 0) return NOT_NOW
    if (!isShowable(written)) return NOT_SHOWN
    const call = { url, revision, meta, tool, arguments: written }
    return hold.take(heldCall(call, { server, name: tool }, scopesOf(tool)))
  }
}

/** The result of a call that cannot be read, for the model. */
const NOT_READ = 'This was not done: the call must name a tool, and its arguments be a JSON object.'

/**
 * Makes the `fetch`. It answers a call that waits with a tool result, and keeps the call.
 *
 * @returns A `fetch` that throws AuthError `arguments_refused` for calls in a batch, and for bodies
 *   that hold no messages: what cannot be read cannot be judged.
 */
export function heldFetch({
  server,
  fetch,
  policy,
  hold,
  beforeCall,
  scopesOf,
  given,
}: HeldFetchParts): typeof globalThis.fetch {
  const factsAt = new Map<string, ReturnType<typeof toolFacts>>()

  function factsOf(url: string): ReturnType<typeof toolFacts> {
    let facts = factsAt.get(url)
    if (!facts) {
      facts = toolFacts(server, (init) => fetch(url, init))
      factsAt.set(url, facts)
    }
    return facts
  }

  /** What the model reads instead of the result; undefined for a call that may be made. */
  async function judge(call: ReadCall): Promise<string | undefined> {
    if (hold.calls.length > 0) return NOT_NOW
    const outgoing = { server, name: call.tool, arguments: call.arguments }
    if (hold.takeYes(outgoing)) {
      given?.add(keyOfCall(outgoing))
      return insteadOf(beforeCall, outgoing)
    }
    const tool = await factsOf(call.url)(call.tool, call.request)
    const waits = needsApproval(policy, tool)
    // Another call may wait by now.
    if (!waits) return hold.calls.length > 0 ? NOT_NOW : insteadOf(beforeCall, outgoing)
    return isShowable(call.arguments)
      ? hold.take(heldCall(call, tool, scopesOf(tool.name)))
      : NOT_SHOWN
  }

  return async (input, init) => {
    const sent = await readSent(input, init)
    if (!sent) return fetch(input, init)
    const { url, request, message } = sent
    if (message.method !== 'tools/call') return fetch(url, sent.init)
    const id = requestIn(request.messages)?.id
    // Nobody waits for an answer to it, but a server may act on it.
    if (id === undefined) return new Response(null, { status: 202 })
    const call = readCall(sent)
    const instead = call ? await judge(call) : NOT_READ
    // Written anew: of two members of one name, the server gets the one that was judged.
    const body = writeJson(message)
    return instead === undefined && body !== undefined
      ? fetch(url, { ...sent.init, body })
      : Response.json(failedResult(id, instead ?? NOT_READ))
  }
}

/** A request that carries one message. */
interface SentMessage {
  readonly url: string
  readonly init: RequestInit
  readonly request: McpRequest
  readonly message: UnknownObject
}

/**
 * Reads a request. Undefined for one without a body.
 *
 * @throws AuthError `arguments_refused` for a body that is no message, or a batch with a call.
 */
async function readSent(
  input: Parameters<typeof globalThis.fetch>[0],
  init: RequestInit | undefined,
): Promise<SentMessage | undefined> {
  const isText = typeof init?.body === 'string' && !(input instanceof Request)
  const asked = isText ? undefined : new Request(input, init)
  const body = isText ? String(init?.body) : await asked?.text()
  if (body === undefined || body === '') return undefined
  const messages = readMessages(body)
  const [message] = messages?.list ?? []
  if (!messages || !message) throw toError({ reason: 'arguments_refused' })
  if (messages.isBatch && messages.list.some(({ method }) => method === 'tools/call'))
    throw toError({ reason: 'arguments_refused' })
  const headers = new Headers(asked?.headers ?? init?.headers)
  return {
    url: asked?.url ?? String(input),
    init: asked ? { method: asked.method, headers, body, signal: asked.signal } : { ...init, body },
    request: { sent: { headers, body }, messages },
    message,
  }
}

/** A call of a tool, as it can be shown and made. */
interface ReadCall {
  readonly url: string
  readonly request: McpRequest
  readonly tool: string
  readonly arguments: string
  /** The protocol revision of the session. */
  readonly revision: string | undefined
  readonly meta: UnknownObject
}

/** Undefined for a call without a name, and for arguments that are no object. */
function readCall({ url, request, message }: SentMessage): ReadCall | undefined {
  const call = toolCallOf(message)
  const args = call && plainArguments(writeJson(call.args ?? {}) ?? '')
  if (!call || args === undefined) return undefined
  const { params } = message
  const meta = isObject(params) && isObject(params._meta) ? params._meta : {}
  const revision = request.sent.headers.get('mcp-protocol-version') ?? undefined
  return { url, request, tool: call.name, arguments: args, revision, meta }
}

function heldCall(
  { url, revision, arguments: args, meta }: Omit<ReadCall, 'request'>,
  tool: Pick<KnownTool, 'server' | 'name' | 'title'>,
  scopes: readonly string[],
): HeldCall {
  const { progressToken: _, ...rest } = meta
  const isWithoutHandshake = 'io.modelcontextprotocol/protocolVersion' in meta
  return {
    callId: `held_${crypto.randomUUID()}`,
    server: tool.server,
    tool: tool.name,
    ...(tool.title === undefined ? {} : { title: tool.title }),
    arguments: args,
    scopes,
    url,
    ...(revision === undefined ? {} : { revision }),
    ...(isWithoutHandshake ? { meta: rest } : {}),
  }
}
