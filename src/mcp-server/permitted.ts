// A handler whose calls of tools the policy has let pass. It stands between the door and the handler:
// the token and its scopes were checked before.

import { type Auditor, outcomeOf } from '../core/audit.ts'
import { type CallPolicy, type EndOfCall, permitCall } from '../core/call-policy.ts'
import { granted, type Refusal, type Result } from '../core/errors.ts'
import { readBytes } from '../core/http/bounded-body.ts'
import { onBodyEnd } from '../core/http/on-body-end.ts'
import { detailsOf } from '../core/refusal-details.ts'
import { toSentence } from '../core/sentences.ts'
import { failedResult } from '../mcp/answer/failure-message.ts'
import {
  type Messages,
  readMessages,
  requestIn,
  type ToolCall,
  toolCallOf,
  writeMessages,
} from '../mcp/answer/message.ts'
import type { ServerCall } from './call.ts'
import { problem, REFUSED_BY_HTTP } from './problem.ts'

/** What an MCP server does with an admitted request. */
export type Handler = (request: Request, call: ServerCall) => Promise<Response>

/** Who records what the policy refuses, and where that is. */
interface RecordParts {
  readonly auditor: Auditor
  readonly resource: string
}

/** The name that rules have for the tools of this server: `server/add_task`. */
const SERVER = 'server'

/** The body was read already, within the server's own bounds. */
const READ_BEFORE = { maxBytes: Number.MAX_SAFE_INTEGER, deadlineMs: 30_000 }

/**
 * Makes the handler; without a policy it is the same. A refused call is answered with a tool result
 * that says why.
 */
export function permittedHandler(
  handler: Handler,
  policy: CallPolicy | undefined,
  parts: RecordParts,
): Handler {
  if (!policy) return handler
  return async (request, call) => {
    const messages = request.method === 'POST' ? await messagesIn(request) : undefined
    const calls = (messages?.list ?? []).flatMap((message) => toolCallOf(message) ?? [])
    const tools = calls.filter(({ kind }) => kind === 'tools')
    if (!messages || tools.length === 0) return handler(request, call)
    const permit = await permitAll(policy, tools, call)
    if (!permit.ok) {
      await record(permit.refusal, tools.map(({ name }) => name).join(' '), call, parts)
      return refusalAnswer(messages, toSentence(permit.refusal))
    }
    try {
      // Written anew: of two members of one name, the tool gets the one that was judged.
      const judged = new Request(request, { body: writeMessages(messages) })
      return onBodyEnd(await handler(judged, call), permit.value)
    } catch (error) {
      permit.value()
      throw error
    }
  }
}

async function messagesIn(request: Request): Promise<Messages | undefined> {
  const bytes = await readBytes(request.clone(), READ_BEFORE)
  return bytes.ok ? readMessages(new TextDecoder().decode(bytes.value)) : undefined
}

/** Asks for every call of a batch. One that is refused refuses them all. */
async function permitAll(
  policy: CallPolicy,
  tools: readonly ToolCall[],
  { principal, token: { claims } }: ServerCall,
): Promise<Result<EndOfCall>> {
  const ends: EndOfCall[] = []
  const end = () => {
    for (const one of ends.splice(0)) one()
  }
  for (const { name: tool, args } of tools) {
    const judged = await permitCall(policy, { principal, claims, server: SERVER, tool, args })
    if (!judged.ok) {
      end()
      return judged
    }
    ends.push(judged.value)
  }
  return granted(end)
}

function refusalAnswer(messages: Messages, sentence: string): Response {
  const id = requestIn(messages)?.id
  return id === undefined
    ? problem(403, REFUSED_BY_HTTP, sentence)
    : Response.json(failedResult(id, sentence))
}

/** It is refused already, so an audit that fails changes nothing. */
async function record(
  refusal: Refusal,
  operation: string,
  { principal, trace }: ServerCall,
  { auditor, resource }: RecordParts,
): Promise<void> {
  const { reason } = refusal
  const what = { outcome: outcomeOf(reason), reason, operation, ...detailsOf(refusal) }
  await auditor({ hop: 'server-door', trace, principal, destination: resource, ...what }).catch(
    () => {},
  )
}
