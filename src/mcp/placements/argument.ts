// Placement `argument`, and the replacing half of `prompt`: fills the hidden parameters of tool calls. Other requests carry no credential.

import type { Placing, Sent } from '../../core/carry/placing.ts'
import { granted, type Refusal, type Result, refused } from '../../core/errors.ts'
import type { UnknownObject } from '../../core/json.ts'
import type { Principal } from '../../core/principal.ts'
import type { IssuedToken } from '../../core/source/exchange.ts'
import {
  type Messages,
  readMessages,
  toolCallOf,
  withArguments,
  writeMessages,
} from '../answer/message.ts'
import { injectArguments, type Slot } from '../arguments/inject.ts'
import { paramHeader } from '../arguments/param-header.ts'
import type { HiddenParameter } from '../arguments/strip.ts'
import type { ToolBook } from '../tools/tool-book.ts'

/** What the parameters are filled from. */
export interface ArgumentValues {
  readonly principal: Principal
  readonly claims: Readonly<Record<string, unknown>>
}

/** Options of {@link argumentPlacing}. */
export interface ArgumentPlacingOptions {
  readonly book: ToolBook
  readonly values: ArgumentValues
  /** Makes the book know a tool that no list has named yet, by asking the server once. */
  readonly list: (sent: Sent) => Promise<void>
  /** Pointers of parameters that are the model's to fill, whatever they look like. */
  readonly left: readonly string[]
  /** Which of a tool's parameters are filled in one call; default all. The prompt pattern fills those that hold a reference. */
  readonly choose?: (
    args: unknown,
    hidden: readonly HiddenParameter[],
  ) => Result<readonly HiddenParameter[]>
  /** Told when the model sent something where a value was filled in: the tool's name. */
  readonly onOverwritten: (tool: string) => void
}

/** A tool call with what is to be filled in. */
interface Filling {
  readonly message: UnknownObject
  readonly tool: string
  readonly args: unknown
  readonly hidden: readonly HiddenParameter[]
  /** All that could be filled in, chosen or not. */
  readonly bound: readonly HiddenParameter[]
}

/** The placing of one server's credential in the arguments of its tools. */
export function argumentPlacing(options: ArgumentPlacingOptions): Placing {
  const { book, list, choose = (_args, hidden) => granted(hidden), onOverwritten } = options

  async function fillingOf(
    message: UnknownObject,
    sent: Sent,
  ): Promise<Result<Filling | UnknownObject>> {
    const call = toolCallOf(message)
    if (!call) return granted(message)
    if (!book.tool(call.name)) await list(sent)
    const tool = book.tool(call.name)
    // Unknown still: never guess what it would take from the model.
    if (!tool || tool.refused) return refused('tool_refused')
    const chosen = choose(call.args, tool.hidden)
    if (!chosen.ok) return chosen
    return granted({
      message,
      tool: call.name,
      args: call.args,
      hidden: chosen.value,
      bound: tool.hidden,
    })
  }

  return async (sent) => {
    const messages = readMessages(sent.body)
    if (!messages) return sent.body === null ? granted({ sent }) : refused('arguments_refused')
    const fillings: (Filling | UnknownObject)[] = []
    for (const message of messages.list) {
      const filling = await fillingOf(message, sent)
      if (!filling.ok) return filling
      fillings.push(filling.value)
    }
    const needed = fillings.filter(isFilling).flatMap(({ hidden }) => hidden)
    const at = [...new Set(needed.map(({ pointer }) => pointer))].join(', ')
    if (!needed.some(({ value }) => value === 'credential')) {
      const filled = fill(messages, fillings, sent, undefined)
      return filled.ok ? granted({ sent: filled.value }) : filled
    }
    return granted({
      // Names in it may be the server's to choose: what could be a credential that it was sent before is not said.
      at: /^(?:(?:, )?(?:\/(?:[A-Za-z_-]{1,32}|\*))+){1,8}$/.test(at)
        ? `argument ${at}`
        : 'argument',
      fill(token) {
        // Bound to a key: it goes with its proof, in headers alone.
        return token.proof ? refused('credential_malformed') : fill(messages, fillings, sent, token)
      },
    })
  }

  /**
   * Whether the model sends a bound parameter under the same name in another spelling, or inside a text: a server that is lax about names may
   * take it. What the prompt pattern leaves unfilled counts as well: the identity beside the credential would be the model's.
   */
  function passesBeside({ args, bound }: Filling): boolean {
    const places = injectArguments(
      args,
      bound.map(({ pointer, makesParents }) => ({ pointer, value: '', makesParents })),
    )
    if (!places.ok || places.value.blocked.length > 0) return true
    const parents = new Set(bound.map(({ pointer }) => parentOf(pointer)))
    return places.value.elsewhere.some(
      (place) => parents.has(parentOf(place)) && !options.left.includes(place),
    )
  }

  function fill(
    messages: Messages,
    fillings: readonly (Filling | UnknownObject)[],
    sent: Sent,
    token: IssuedToken | undefined,
  ): Result<Sent> {
    const headers = new Headers(sent.headers)
    const list: UnknownObject[] = []
    for (const filling of fillings) {
      if (!isFilling(filling)) {
        list.push(filling)
        continue
      }
      const slots: Slot[] = []
      for (const parameter of filling.hidden) {
        const value = filledWith(parameter, options.values, token)
        if (value === undefined) return refused('claim_missing', claimOf(parameter))
        slots.push({ pointer: parameter.pointer, value, makesParents: parameter.makesParents })
        // Clients that no longer see the parameter do not repeat it in its header, as the server may demand.
        const mirrored =
          parameter.xMcpHeader === undefined ? undefined : paramHeader(parameter.xMcpHeader, value)
        if (mirrored) headers.set(...mirrored)
      }
      const injected = injectArguments(filling.args, slots)
      if (!injected.ok || injected.value.blocked.length > 0) return refused('arguments_refused')
      if (passesBeside(filling)) return refused('arguments_refused')
      if (injected.value.overwritten.length > 0 && !options.choose) onOverwritten(filling.tool)
      list.push(withArguments(filling.message, injected.value.arguments))
    }
    return granted({ headers, body: writeMessages({ ...messages, list }) })
  }
}

/** Where a member is; elements of arrays count as one place. */
function parentOf(pointer: string): string {
  return pointer.slice(0, pointer.lastIndexOf('/')).replace(/\/\d+(?=\/|$)/g, '/*')
}

function isFilling(one: Filling | UnknownObject): one is Filling {
  return 'hidden' in one && 'tool' in one
}

function filledWith(
  { value }: HiddenParameter,
  { principal, claims }: ArgumentValues,
  token: IssuedToken | undefined,
): string | undefined {
  if (value === 'credential') return token?.credential.reveal()
  if (value === 'subject') return principal.subject
  const claim = claims[value.claim]
  return typeof claim === 'string' && claim !== '' ? claim : undefined
}

function claimOf({ value }: HiddenParameter): Omit<Refusal, 'reason'> {
  return typeof value === 'object' ? { claim: value.claim } : {}
}
