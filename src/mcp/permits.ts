// Asks the policy for each call in a request, and gives back what it granted when the call is over.

import {
  type ApprovedCall,
  type CallPolicy,
  type EndOfCall,
  permitCall,
} from '../core/call-policy.ts'
import { granted, type Result } from '../core/errors.ts'
import { andThen, type Eventual } from '../core/eventual.ts'
import { isObject, type UnknownObject } from '../core/json.ts'
import { type ToolCall, toolCallOf, writeMessages } from './answer/message.ts'
import type { PersonsCall } from './approved.ts'
import type { McpFetchOptions } from './fetch-options.ts'
import type { McpRequest } from './placements/request.ts'

/** What was granted for one request. */
export class Permits {
  #granted: EndOfCall[] = []
  #isOver = false
  /** The one call that the person has said yes to. */
  approved: ApprovedCall | undefined

  get isEmpty(): boolean {
    return this.#granted.length === 0
  }

  add(end: EndOfCall): void {
    // The call may have ended while the policy was asked.
    if (this.#isOver) end()
    else this.#granted.push(end)
  }

  /** Gives all of it back. */
  end(): void {
    this.#isOver = true
    for (const end of this.#granted.splice(0)) end()
  }
}

/** Judges the calls of a request. Gives the request as it may leave, or why it may not. */
export type JudgeCalls = (
  request: McpRequest,
  attempt: number,
  permits?: Permits,
) => Eventual<Result<McpRequest>>

/** Makes the function for one person at one server. */
export function callJudge(
  policy: CallPolicy,
  {
    binding,
    principal,
    claims = {},
    approved,
  }: Pick<McpFetchOptions, 'binding' | 'principal' | 'claims' | 'approved'>,
): JudgeCalls {
  const caller = { principal, claims, server: binding.name }

  function judge(
    calls: readonly ToolCall[],
    request: McpRequest,
    permits: Permits | undefined,
  ): Eventual<Result<unknown>> {
    const [first, ...rest] = calls
    if (!first) return granted(undefined)
    const { name: tool, args } = first
    const asking = approved && {
      approved: () => approved(personsCall(first, request, binding.url)),
    }
    return andThen(permitCall(policy, { ...caller, tool, args, ...asking }), (permit) => {
      if (!permit.ok) return permit
      if (permits) {
        permits.add(permit.value)
        // The token of a request speaks of one call.
        if (request.messages?.list.length === 1) permits.approved = permit.value.approved
      } else permit.value()
      return judge(rest, request, permits)
    })
  }

  return (request, attempt, permits) => {
    const { messages, sent } = request
    if (!messages) return granted(request)
    // Written anew, also where no call was found: of two members of one name, the server gets the one
    // that was judged.
    const asJudged = { messages, sent: { ...sent, body: writeMessages(messages) } }
    // A call that is repeated was judged, and counts once.
    if (attempt > 0) return granted({ ...asJudged, approved: permits?.approved })
    const calls = messages.list.map(toolCallOf).filter(isToolsCall)
    return andThen(judge(calls, request, permits), (judged) =>
      judged.ok ? granted({ ...asJudged, approved: permits?.approved }) : judged,
    )
  }
}

function personsCall(
  { name, args }: ToolCall,
  { sent, messages }: McpRequest,
  url: string,
): PersonsCall {
  const params = messages?.list[0]?.params
  const meta = isObject(params) && isObject(params._meta) ? params._meta : {}
  const revision = sent.headers.get('mcp-protocol-version') ?? undefined
  return { url, tool: name, args, revision, meta }
}

function isToolsCall(call: ToolCall | undefined): call is ToolCall {
  return call?.kind === 'tools'
}

/** The names of tools in a list that the policy does not hide. */
export function listedTools(
  tools: readonly unknown[],
  isListed: (tool: string) => boolean,
): readonly unknown[] {
  return tools.filter((tool) => {
    const { name } = tool as UnknownObject
    return typeof name !== 'string' || isListed(name)
  })
}
