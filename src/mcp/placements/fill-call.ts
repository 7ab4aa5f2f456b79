// Fills the hidden parameters of one tool call. It opens the credential: what it gives is for the
// wire alone.

import { malformed, NOT_BOUND, type Tokens } from '../../core/carry/fill-template.ts'
import { granted, type Result, refused } from '../../core/errors.ts'
import type { UnknownObject } from '../../core/json.ts'
import { sourceOf } from '../../core/placement/parameters.ts'
import type { Principal } from '../../core/principal.ts'
import type { ToolCall } from '../answer/message.ts'
import { injectArguments, type Slot } from '../arguments/inject.ts'
import { paramHeader } from '../arguments/param-header.ts'
import { parentOf } from '../arguments/pointer.ts'
import type { HiddenParameter } from '../arguments/strip.ts'

/** What parameters are filled from, beside the credential. */
export interface ArgumentValues {
  readonly principal: Principal
  readonly claims: Readonly<Record<string, unknown>>
}

/** A tool call, with the parameters to fill. */
export interface CallToFill extends ToolCall {
  readonly chosen: readonly HiddenParameter[]
  /** All that are hidden in the tool, chosen or not. */
  readonly hidden: readonly HiddenParameter[]
  /** Writes the message with other arguments. */
  readonly write: (message: UnknownObject, args: unknown) => UnknownObject
}

/** A tool call, filled in. */
export interface FilledCall {
  readonly message: UnknownObject
  /** The headers that repeat filled values (`x-mcp-header`). */
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** Whether the model had sent something where a value was filled in. */
  readonly isOverwritten: boolean
}

/**
 * Fills one call.
 *
 * @returns The call, or `claim_missing`, or `arguments_refused` when the model's arguments leave no
 *   safe place.
 */
export function fillCall(
  message: UnknownObject,
  call: CallToFill,
  tokens: Tokens,
  options: {
    values: ArgumentValues
    leftToModel: (tool: string) => readonly string[]
    from: string
  },
): Result<FilledCall> {
  const slots: Slot[] = []
  const headers: (readonly [string, string])[] = []
  for (const parameter of call.chosen) {
    const filled = valueFor(parameter, tokens, options)
    if (!filled.ok) return filled
    const { value } = filled
    slots.push({ pointer: parameter.pointer, value, makesParents: parameter.makesParents })
    // Clients do not see the parameter any more, so they do not repeat it in its header. We do.
    const header =
      parameter.xMcpHeader === undefined ? undefined : paramHeader(parameter.xMcpHeader, value)
    if (header) headers.push(header)
  }
  const injected = injectArguments(call.args, slots)
  if (!injected.ok || injected.value.blocked.length > 0) return refused('arguments_refused')
  if (hasLookalike(call, options.leftToModel(call.name))) return refused('arguments_refused')
  return granted({
    message: call.write(message, injected.value.arguments),
    headers,
    isOverwritten: injected.value.overwritten.length > 0,
  })
}

/**
 * Whether the model sends a hidden parameter beside its place: under the same name in another
 * spelling, or inside a text. A server that is lax about names may take it. Parameters that the
 * prompt pattern leaves unfilled count too: otherwise the model would choose the identity beside
 * the credential.
 */
function hasLookalike({ args, hidden }: CallToFill, leftToModel: readonly string[]): boolean {
  const injected = injectArguments(
    args,
    hidden.map(({ pointer, makesParents }) => ({ pointer, value: '', makesParents })),
  )
  if (!injected.ok || injected.value.blocked.length > 0) return true
  const parents = new Set(hidden.map(({ pointer }) => parentOf(pointer)))
  return injected.value.elsewhere.some(
    (place) => parents.has(parentOf(place)) && !leftToModel.includes(place),
  )
}

function valueFor(
  { value }: HiddenParameter,
  tokens: Tokens,
  { values: { principal, claims }, from }: { values: ArgumentValues; from: string },
): Result<string> {
  const source = sourceOf(value, from)
  if (source !== undefined) {
    const token = tokens.get(source)
    // A token that is bound to a key goes with its proof, which has its place in headers only.
    return token && !token.proof ? granted(token.credential.reveal()) : malformed(NOT_BOUND)
  }
  if (typeof value !== 'object' || !('claim' in value)) return granted(principal.subject)
  const claim = claims[value.claim]
  return typeof claim === 'string' && claim !== ''
    ? granted(claim)
    : refused('claim_missing', { claim: value.claim })
}
