// The guard before the placing: it stops requests to a server in quarantine, calls of refused
// tools, and references outside their place. It places nothing.

import type { Binding } from '../core/binding.ts'
import type { Plan, Sent } from '../core/carry/placing.ts'
import { type RefusalReason, type Result, refused } from '../core/errors.ts'
import { isObject, type UnknownObject } from '../core/json.ts'
import { stepBudget } from '../core/steps.ts'
import { type Messages, type ToolCall, toolCallOf, withArguments } from './answer/message.ts'
import { likenessTeller } from './arguments/likeness-teller.ts'
import { MAX_TOOL_STEPS } from './arguments/schema.ts'
import { sendsAny } from './arguments/sends-any.ts'
import { mentionsReference } from './placements/references.ts'
import { type McpPlacing, type McpRequest, readRequest } from './placements/request.ts'
import { rulesOf } from './placements/rules.ts'
import type { Quarantine } from './redact/quarantine.ts'
import type { ToolBook } from './tools/tool-book.ts'

/** Options of {@link guardPlacing}. */
export interface GuardOptions {
  readonly binding: Binding
  readonly quarantine: Quarantine
  readonly book: ToolBook
  /** Asks the server for its tools, once, so that the book knows them. */
  readonly list: (request: McpRequest) => Promise<void>
  /** Asks it for the tools from a cursor on, in the way of a request. */
  readonly rest: (request: McpRequest, cursor: string) => Promise<readonly unknown[]>
  /** Called with the id of the session that a request belongs to. */
  readonly onSession: (id: string) => void
}

/** Core's `Placing`, which takes the messages of the body when they were parsed already. */
export type GuardedPlacing = (
  sent: Sent,
  attempt: number,
  parsed?: Messages,
) => Promise<Result<Plan>>

/** Puts the guard before a placing. */
export function guardPlacing(place: McpPlacing, options: GuardOptions): GuardedPlacing {
  const leftNames = new Set(
    options.binding.leaveToModel
      .filter(({ tool }) => tool === undefined)
      .map(({ pointer }) => lastSegment(pointer)),
  )
  const { takesReferences } = rulesOf(options.binding)
  return async (sent, attempt, parsed) => {
    // Every request, also one without a credential: it may carry a session, or the person's own
    // words.
    const quarantined = await options.quarantine.refusal()
    if (quarantined) return refused(quarantined)
    const request = readRequest(sent, parsed)
    if (!request) return refused('arguments_refused')
    const session = request.sent.headers.get('mcp-session-id')
    if (session !== null) options.onSession(session)
    const reason = await judgeRequest(request, options, { leftNames, takesReferences })
    return reason ? refused(reason) : place(request, attempt)
  }
}

/** What the binding says of all requests. */
interface Allowed {
  /** Names of parameters that are left to the model. */
  readonly leftNames: ReadonlySet<string>
  readonly takesReferences: boolean
}

/** Why a request must not leave; undefined when it may. */
async function judgeRequest(
  request: McpRequest,
  options: GuardOptions,
  { leftNames, takesReferences }: Allowed,
): Promise<RefusalReason | undefined> {
  const { body } = request.sent
  if (body === null) return undefined
  const hasReference = mentionsReference(body)
  if (hasReference && !takesReferences) return 'reference_refused'
  // A lax server may find calls in what we cannot read, such as a batch with something else in it.
  if (!request.messages) return hasReference || mayHoldCall(body) ? 'arguments_refused' : undefined
  for (const message of request.messages.list) {
    const reason = await judgeMessage(message, request, options, leftNames)
    if (reason) return reason
    if (hasReference && hasReferenceOutsideArguments(message)) return 'reference_refused'
  }
  return undefined
}

async function judgeMessage(
  message: UnknownObject,
  request: McpRequest,
  { book, list, rest }: GuardOptions,
  leftNames: ReadonlySet<string>,
): Promise<RefusalReason | undefined> {
  if (beginsList(message)) book.beginList((cursor) => rest(request, cursor))
  const call = toolCallOf(message)
  if (!call) return message.method === 'tools/call' ? 'arguments_refused' : undefined
  // The framework may have its list from elsewhere, a cache for example: then no list was judged
  // here. That matters where the model sends what looks like an identity.
  if (!book.tool(call.name) && namesIdentity(call, leftNames)) {
    await list(request)
    if (!book.tool(call.name)) return 'tool_refused'
  }
  const tool = book.tool(call.name)
  if (!tool) return undefined
  if (tool.refused) return 'tool_refused'
  return sendsAny(call.args, tool.removed) ? 'arguments_refused' : undefined
}

/** Whether a message asks for the first page of a list of tools. */
function beginsList({ method, params }: UnknownObject): boolean {
  return method === 'tools/list' && !(isObject(params) && params.cursor !== undefined)
}

/**
 * Whether a text could hold a tool call for a reader that is laxer than ours. An escape could spell
 * the method.
 */
function mayHoldCall(text: string): boolean {
  return text.includes('tools/call') || text.includes('\\')
}

/** References in the arguments of a call are judged by the placing, which knows the parameters. */
function hasReferenceOutsideArguments(message: UnknownObject): boolean {
  const rest = toolCallOf(message) ? withArguments(message, null) : message
  return mentionsReference(JSON.stringify(rest))
}

/**
 * Whether arguments have a member whose name looks like a credential or an identity. Arguments with
 * more names than can be read in one go count as such.
 */
function namesIdentity({ args }: ToolCall, leftNames: ReadonlySet<string>): boolean {
  const budget = stepBudget(MAX_TOOL_STEPS)
  const likeness = likenessTeller(budget)
  let found = false
  JSON.stringify(args ?? null, function (this: unknown, key, value: unknown) {
    if (found || !budget.take(1 / 2)) return undefined
    if (!Array.isArray(this) && !leftNames.has(key) && likeness.of(key)) found = true
    return value
  })
  return found || budget.isSpent
}

function lastSegment(pointer: string): string {
  return pointer.slice(pointer.lastIndexOf('/') + 1)
}
