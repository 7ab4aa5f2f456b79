// Placement `argument`, and the replacing half of `prompt`: it fills the hidden parameters of calls of
// tools and prompts. Other requests carry no credential.

import type { Tokens, Use } from '../../core/carry/placing.ts'
import { granted, type Result, refused } from '../../core/errors.ts'
import type { UnknownObject } from '../../core/json.ts'
import { sourceOf } from '../../core/placement/parameters.ts'
import { toolCallOf, uriIn, withArguments, withUri } from '../answer/message.ts'
import type { HiddenParameter } from '../arguments/strip.ts'
import type { Catalogs } from '../catalogs.ts'
import { type ArgumentValues, type CallToFill, fillCall } from './fill-call.ts'
import { type Draft, FILLED, type Part } from './part.ts'
import type { McpRequest } from './request.ts'

/** Chooses which hidden parameters of one call are filled, or refuses the call. */
export type ChooseParameters = (
  args: unknown,
  hidden: readonly HiddenParameter[],
) => Result<readonly HiddenParameter[]>

/** Options of {@link argumentPart}. */
export interface ArgumentPartOptions {
  /** The name of the source that `credential` means. */
  readonly from: string
  /** What the server lists, and how it is asked when a call names what no list has named yet. */
  readonly catalogs: Catalogs
  readonly values: ArgumentValues
  /** Pointers of a tool's parameters that the model fills, whatever they look like. */
  readonly leftToModel: (tool: string) => readonly string[]
  /** Default: all are filled. The prompt pattern fills those that hold a reference. */
  readonly choose?: ChooseParameters
  /** Called with the tool's name when the model sent something where a value was filled in. */
  readonly onOverwritten: (tool: string) => void
  /** Whether a text of the server holds no credential. */
  readonly isSayable: (text: string) => boolean
}

/** A message of the request: a call to fill, or anything else, which goes on as it is. */
type Prepared = { readonly message: UnknownObject; readonly call?: CallToFill }

/** The part that puts credentials into the arguments of a server's tools. */
export function argumentPart(options: ArgumentPartOptions): Part {
  return async (request) => {
    const { sent, messages } = request
    if (!messages) return sent.body === null ? granted(undefined) : refused('arguments_refused')
    const prepared: Prepared[] = []
    for (const message of messages.list) {
      const call = await prepareCall(message, request, options)
      if (!call.ok) return call
      prepared.push(call.value ? { message, call: call.value } : { message })
    }
    if (!prepared.some(({ call }) => call)) return granted(undefined)
    return granted({
      uses: usesOf(prepared, options),
      fill: (draft, { tokens }) => fillCalls(prepared, draft, tokens, options),
    })
  }
}

/** What is to be filled in one call. Undefined for a message that is no call. */
async function prepareCall(
  message: UnknownObject,
  request: McpRequest,
  { catalogs, choose }: ArgumentPartOptions,
): Promise<Result<CallToFill | undefined>> {
  const uri = uriIn(message)
  if (uri !== undefined) return prepareRead(uri, request, catalogs.resources)
  const call = toolCallOf(message)
  if (!call) return granted(undefined)
  const { book, list } = catalogs[call.kind]
  if (!book.tool(call.name)) await list(request)
  const tool = book.tool(call.name)
  // A tool that is still unknown is refused: we do not guess which parameters it takes from the
  // model.
  if (!tool || tool.refused) return refused('tool_refused')
  const chosen = choose ? choose(call.args, tool.hidden) : granted(tool.hidden)
  return chosen.ok
    ? granted({ ...call, chosen: chosen.value, hidden: tool.hidden, write: withArguments })
    : chosen
}

/** What is to be filled in a URI. The guard has judged it. */
async function prepareRead(
  uri: string,
  request: McpRequest,
  { book, list }: Catalogs['resources'],
): Promise<Result<CallToFill | undefined>> {
  await list(request)
  const call = book.read(uri)
  if (call === undefined) return granted(undefined)
  if (call === 'refused') return refused('arguments_refused')
  const tool = book.tool(call.name)
  if (!tool || tool.refused) return refused('tool_refused')
  const { hidden } = tool
  const write = (message: UnknownObject, args: unknown) => withUri(message, call.writeUri(args))
  return granted({ ...call, chosen: hidden, hidden, write })
}

/** The credentials that the calls need: none when they ask for identities only. */
function usesOf(prepared: readonly Prepared[], options: ArgumentPartOptions): readonly Use[] {
  const chosen = prepared.flatMap(({ call }) => call?.chosen ?? [])
  const sources = chosen.flatMap(({ value }) => sourceOf(value, options.from) ?? [])
  const at = sources.length === 0 ? '' : placeForAudit(chosen, options)
  return [...new Set(sources)].map((source) => ({ source, at }))
}

/** Fills all calls of a body. */
function fillCalls(
  prepared: readonly Prepared[],
  draft: Draft,
  tokens: Tokens,
  options: ArgumentPartOptions,
): Result<true> {
  const list: UnknownObject[] = []
  for (const { message, call } of prepared) {
    if (!call) {
      list.push(message)
      continue
    }
    const filled = fillCall(message, call, tokens, options)
    if (!filled.ok) return filled
    for (const header of filled.value.headers) draft.headers.set(...header)
    // In the prompt pattern the model does send something there: its reference.
    if (filled.value.isOverwritten && !options.choose) options.onOverwritten(call.name)
    list.push(filled.value.message)
  }
  draft.messages = { list, isBatch: draft.messages?.isBatch ?? false }
  return FILLED
}

/**
 * The place as the audit shows it. The server may have chosen the names in it, and could choose a
 * credential that it was sent before: names that are not plain are left out.
 */
function placeForAudit(
  parameters: readonly HiddenParameter[],
  { isSayable }: ArgumentPartOptions,
): string {
  const at = [...new Set(parameters.map(({ pointer }) => pointer))].join(', ')
  const isPlain = /^(?:(?:, )?(?:\/(?:[A-Za-z_-]{1,32}|\*))+){1,8}$/.test(at)
  return isPlain && isSayable(at) ? `argument ${at}` : 'argument'
}
