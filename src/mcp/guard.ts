// The guard before the placing: it stops requests to a server in quarantine, calls of refused
// tools, and references outside their place. It places nothing.

import { type Binding, wantsTool } from '../core/binding.ts'
import type { Plan, Sent } from '../core/carry/placing.ts'
import { type RefusalReason, type Result, refused } from '../core/errors.ts'
import { andThen, type Eventual } from '../core/eventual.ts'
import { isObject, type UnknownObject } from '../core/json.ts'
import { stepBudget } from '../core/steps.ts'
import {
  completionOf,
  isCall,
  LISTS,
  type Messages,
  subscribedUris,
  type ToolCall,
  toolCallOf,
  uriIn,
  withArguments,
} from './answer/message.ts'
import { likenessTeller } from './arguments/likeness-teller.ts'
import { MAX_TOOL_STEPS } from './arguments/schema.ts'
import { sendsAny } from './arguments/sends-any.ts'
import type { Catalogs } from './catalogs.ts'
import { hasLaxName } from './lax-names.ts'
import type { JudgeCalls, Permits } from './permits.ts'
import { mentionsReference } from './placements/references.ts'
import { type McpPlacing, type McpRequest, readRequest } from './placements/request.ts'
import { rulesOf } from './placements/rules.ts'
import type { Quarantine } from './redact/quarantine.ts'
import { HEADERS_DIFFER, headersDiffer } from './repeated-headers.ts'

const KINDS = ['tools', 'prompts', 'resources'] as const

/** Options of {@link guardPlacing}. */
export interface GuardOptions {
  readonly binding: Binding
  readonly quarantine: Quarantine
  readonly catalogs: Catalogs
  /** Judges the calls that may leave otherwise. Default: nobody does. */
  readonly judgeCalls?: JudgeCalls
  /** Called with the id of the session that a request belongs to. */
  readonly onSession: (id: string) => void
}

/** Core's `Placing`, which takes the messages of the body when they were parsed already. */
export type GuardedPlacing = (
  sent: Sent,
  attempt: number,
  parsed?: Messages,
  permits?: Permits,
) => Eventual<Result<Plan>>

/** Puts the guard before a placing. */
export function guardPlacing(place: McpPlacing, options: GuardOptions): GuardedPlacing {
  const leftNames = new Set(
    options.binding.leaveToModel
      .filter(({ tool }) => tool === undefined)
      .map(({ pointer }) => lastSegment(pointer)),
  )
  const { takesReferences } = rulesOf(options.binding)
  const allowed = { leftNames, takesReferences }

  function guarded(
    sent: Sent,
    attempt: number,
    parsed?: Messages,
    permits?: Permits,
  ): Eventual<Result<Plan>> {
    const request = readRequest(sent, parsed)
    if (!request) return refused('arguments_refused')
    if (request.messages && headersDiffer(request.sent.headers, request.messages))
      return refused('arguments_refused', { claim: HEADERS_DIFFER })
    const session = request.sent.headers.get('mcp-session-id')
    if (session !== null) options.onSession(session)
    return andThen(judgeRequest(request, options, allowed), (reason) => {
      if (reason) return refused(reason)
      const { judgeCalls } = options
      if (!judgeCalls) return place(request, attempt)
      return andThen(judgeCalls(request, attempt, permits), (judged) =>
        judged.ok ? place(judged.value, attempt) : judged,
      )
    })
  }

  return (sent, attempt, parsed, permits) =>
    // Every request, also one without a credential: it may carry a session, or the person's own
    // words.
    andThen(options.quarantine.refusal(), (quarantined) =>
      quarantined ? refused(quarantined) : guarded(sent, attempt, parsed, permits),
    )
}

/** What the binding says of all requests. */
interface Allowed {
  /** Names of parameters that are left to the model. */
  readonly leftNames: ReadonlySet<string>
  readonly takesReferences: boolean
}

/** Why a request must not leave; undefined when it may. */
function judgeRequest(
  request: McpRequest,
  options: GuardOptions,
  { leftNames, takesReferences }: Allowed,
): Judged {
  const { body } = request.sent
  if (body === null) return undefined
  const hasReference = mentionsReference(body)
  if (hasReference && !takesReferences) return 'reference_refused'
  // A lax server may find calls in what we cannot read, such as a batch with something else in it.
  if (!request.messages) return hasReference || mayHoldCall(body) ? 'arguments_refused' : undefined
  let judged: Judged
  // First, because the judgement of a message may ask the server for its lists.
  if (hasReference && request.messages.list.some(hasReferenceOutsideArguments))
    return 'reference_refused'
  for (const message of request.messages.list)
    judged = unlessRefused(judged, () => judgeMessage(message, request, options, leftNames))
  return judged
}

function unlessRefused(judged: Judged, next: () => Judged): Judged {
  return andThen(judged, (reason) => reason ?? next())
}

/** Why a request must not leave; undefined when it may. */
type Judged = Eventual<RefusalReason | undefined>

function judgeMessage(
  message: UnknownObject,
  request: McpRequest,
  { binding, catalogs }: GuardOptions,
  leftNames: ReadonlySet<string>,
): Judged {
  if (hasLaxName(message)) return 'arguments_refused'
  const listed = KINDS.find((kind) => LISTS[kind].method === message.method)
  if (listed) {
    const { book, asked } = catalogs[listed]
    asked(request)
    if (isFirstPage(message)) book.beginList()
  }
  const uri = uriIn(message)
  if (uri !== undefined) return judgeUri(uri, request, catalogs.resources, leftNames)
  const subscribed = subscribedUris(message)
  if (subscribed.length > 0) return judgeSubscriptions(subscribed, request, catalogs.resources)
  const completion = completionOf(message)
  const call = toolCallOf(message) ?? completion
  if (!call) return isCall(message) ? 'arguments_refused' : undefined
  if (call.kind === 'tools' && !wantsTool(binding, call.name)) return 'tool_refused'
  const { book, list } = catalogs[call.kind]
  // The framework may have its list from elsewhere, a cache for example: then no list was judged
  // here. That matters where the model sends what looks like an identity.
  const isSuspect = !book.tool(call.name) && namesIdentity(call, leftNames)
  return andThen(isSuspect ? list(request) : undefined, () => {
    const tool = book.tool(call.name)
    if (!tool && isSuspect) return completion ? 'arguments_refused' : 'tool_refused'
    if (!tool) return undefined
    if (tool.refused) return 'tool_refused'
    // Nothing is filled into the question for a completion, so nobody may choose what is hidden.
    const hidden = completion ? tool.hidden.map(({ pointer }) => pointer) : []
    return sendsAny(call.args, [...tool.removed, ...hidden]) ? 'arguments_refused' : undefined
  })
}

/** Why a resource must not be read by a URI. */
async function judgeUri(
  uri: string,
  request: McpRequest,
  { book, list, tryList }: Catalogs['resources'],
  leftNames: ReadonlySet<string>,
): Promise<RefusalReason | undefined> {
  const names = { kind: 'resources', name: '', args: queryOf(uri) } as const
  const isSuspect = namesIdentity(names, leftNames)
  // A path does not name what is in it, so only a template says whether that is somebody.
  await (isSuspect ? list(request) : tryList(request))
  const call = book.read(uri)
  if (call === 'refused') return 'arguments_refused'
  if (call === undefined) return isSuspect ? 'arguments_refused' : undefined
  const tool = book.tool(call.name)
  if (!tool || tool.refused) return 'tool_refused'
  return sendsAny(call.args, tool.removed) ? 'arguments_refused' : undefined
}

/** Resources that one request may ask to hear of. Each is read by every template. */
const MAX_SUBSCRIPTIONS = 256

/** Nothing is filled into a list of URIs, so none may be of a template with something hidden. */
async function judgeSubscriptions(
  uris: readonly string[],
  request: McpRequest,
  { book, list }: Catalogs['resources'],
): Promise<RefusalReason | undefined> {
  if (uris.length > MAX_SUBSCRIPTIONS) return 'arguments_refused'
  await list(request)
  return uris.some((uri) => book.read(uri) !== undefined) ? 'arguments_refused' : undefined
}

/** The parameters of a URI's query. */
function queryOf(uri: string): Readonly<Record<string, string>> {
  const begin = uri.indexOf('?')
  return begin < 0 ? {} : Object.fromEntries(new URLSearchParams(uri.slice(begin)))
}

/** Whether a message that asks for a list asks for its beginning. */
function isFirstPage({ params }: UnknownObject): boolean {
  return !isObject(params) || params.cursor === undefined
}

/**
 * Whether a text could hold a tool call for a reader that is laxer than ours. An escape could spell
 * the method.
 */
function mayHoldCall(text: string): boolean {
  return /tools\/call|prompts\/get|\\/.test(text)
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
