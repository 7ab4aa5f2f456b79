// Placement `argument`, and the replacing half of `prompt`: it fills the hidden parameters of tool
// calls. Other requests carry no credential.

import type { Plan, Sent } from '../../core/carry/placing.ts'
import { granted, type Result, refused } from '../../core/errors.ts'
import type { UnknownObject } from '../../core/json.ts'
import type { IssuedToken } from '../../core/source/exchange.ts'
import { type Messages, toolCallOf, writeMessages } from '../answer/message.ts'
import type { HiddenParameter } from '../arguments/strip.ts'
import type { ToolBook } from '../tools/tool-book.ts'
import { type ArgumentValues, type CallToFill, fillCall } from './fill-call.ts'
import { type McpPlacing, type McpRequest, planWithout } from './request.ts'

/** Chooses which hidden parameters of one call are filled, or refuses the call. */
export type ChooseParameters = (
  args: unknown,
  hidden: readonly HiddenParameter[],
) => Result<readonly HiddenParameter[]>

/** Options of {@link argumentPlacing}. */
export interface ArgumentPlacingOptions {
  readonly book: ToolBook
  readonly values: ArgumentValues
  /**
   * Asks the server for its tools, once, so that the book knows a tool that no list has named yet.
   */
  readonly list: (request: McpRequest) => Promise<void>
  /** Pointers of parameters that the model fills, whatever they look like. */
  readonly leftToModel: readonly string[]
  /** Default: all are filled. The prompt pattern fills those that hold a reference. */
  readonly choose?: ChooseParameters
  /** Called with the tool's name when the model sent something where a value was filled in. */
  readonly onOverwritten: (tool: string) => void
  /** Whether a text of the server holds no credential. */
  readonly isSayable: (text: string) => boolean
}

/** A message of the request: a call to fill, or anything else, which goes on as it is. */
type Prepared = { readonly message: UnknownObject; readonly call?: CallToFill }

/** The placing of one server's credential in the arguments of its tools. */
export function argumentPlacing(options: ArgumentPlacingOptions): McpPlacing {
  return async (request) => {
    const { sent, messages } = request
    if (!messages) return sent.body === null ? planWithout(request) : refused('arguments_refused')
    const prepared: Prepared[] = []
    for (const message of messages.list) {
      const call = await prepareCall(message, request, options)
      if (!call.ok) return call
      prepared.push(call.value ? { message, call: call.value } : { message })
    }
    return planCalls(prepared, messages, sent, options)
  }
}

/** What is to be filled in one call. Undefined for a message that is no call. */
async function prepareCall(
  message: UnknownObject,
  request: McpRequest,
  { book, list, choose }: ArgumentPlacingOptions,
): Promise<Result<CallToFill | undefined>> {
  const call = toolCallOf(message)
  if (!call) return granted(undefined)
  if (!book.tool(call.name)) await list(request)
  const tool = book.tool(call.name)
  // A tool that is still unknown is refused: we do not guess which parameters it takes from the
  // model.
  if (!tool || tool.refused) return refused('tool_refused')
  const chosen = choose ? choose(call.args, tool.hidden) : granted(tool.hidden)
  return chosen.ok ? granted({ ...call, chosen: chosen.value, hidden: tool.hidden }) : chosen
}

/** Asks for a credential only when a call needs one. */
function planCalls(
  prepared: readonly Prepared[],
  messages: Messages,
  sent: Sent,
  options: ArgumentPlacingOptions,
): Result<Plan> {
  const chosen = prepared.flatMap(({ call }) => call?.chosen ?? [])
  if (!chosen.some(({ value }) => value === 'credential')) {
    const filled = fillCalls(prepared, messages, sent, options, undefined)
    return filled.ok ? granted({ sent: filled.value }) : filled
  }
  return granted({
    at: placeForAudit(chosen, options),
    fill(token) {
      // A token that is bound to a key goes with its proof, which has its place in headers only.
      return token.proof
        ? refused('credential_malformed')
        : fillCalls(prepared, messages, sent, options, token)
    },
  })
}

/** Fills all calls of a body and writes it, once. */
function fillCalls(
  prepared: readonly Prepared[],
  messages: Messages,
  { headers: given }: Sent,
  options: ArgumentPlacingOptions,
  token: IssuedToken | undefined,
): Result<Sent> {
  const headers = new Headers(given)
  const list: UnknownObject[] = []
  for (const { message, call } of prepared) {
    if (!call) {
      list.push(message)
      continue
    }
    const filled = fillCall(message, call, token, options)
    if (!filled.ok) return filled
    for (const header of filled.value.headers) headers.set(...header)
    // In the prompt pattern the model does send something there: its reference.
    if (filled.value.isOverwritten && !options.choose) options.onOverwritten(call.name)
    list.push(filled.value.message)
  }
  return granted({ headers, body: writeMessages({ ...messages, list }) })
}

/**
 * The place as the audit shows it. The server may have chosen the names in it, and could choose a
 * credential that it was sent before: names that are not plain are left out.
 */
function placeForAudit(
  parameters: readonly HiddenParameter[],
  { isSayable }: ArgumentPlacingOptions,
): string {
  const at = [...new Set(parameters.map(({ pointer }) => pointer))].join(', ')
  const isPlain = /^(?:(?:, )?(?:\/(?:[A-Za-z_-]{1,32}|\*))+){1,8}$/.test(at)
  return isPlain && isSayable(at) ? `argument ${at}` : 'argument'
}
