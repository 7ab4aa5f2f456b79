// Takes the hidden parameters out of the definition of a tool, for the model to see the rest.

import type { ArgumentParameter } from '../../core/binding.ts'
import { granted, type Result } from '../../core/errors.ts'
import { isObject, type UnknownObject } from '../../core/json.ts'
import { rewriteText, rewriteTexts } from './descriptions.ts'
import { treeOf } from './hidden-tree.ts'
import { hideInSchema } from './hide-schema.ts'
import { isMirrored, mirroredParameters } from './param-header.ts'
import { mayMakeParents } from './parents.ts'
import { parsePointer, type Segments } from './pointer.ts'
import { type ArgumentRefusal, refuse } from './refusal.ts'

/** A tool as a server lists it. */
export interface ToolDefinition {
  readonly name: string
  readonly [member: string]: unknown
}

/** A parameter that was taken out. It is filled in at every call. */
export interface HiddenParameter {
  readonly pointer: string
  readonly value: ArgumentParameter['value']
  /**
   * Whether objects above it may be made when the model leaves them out. If not, nothing is filled
   * in there.
   */
  readonly makesParents: boolean
  /**
   * Send the injected value in this header too (see `paramHeader`). The client no longer sees the
   * parameter, so it will not do it.
   */
  readonly xMcpHeader?: string
}

/** What the model gets to see, and what it does not. */
export interface StrippedTool {
  readonly tool: ToolDefinition
  readonly hidden: readonly HiddenParameter[]
}

/** Options of {@link stripTool}. */
export interface StripOptions {
  /** Also remove sentences that name a hidden parameter from descriptions. Default false. */
  readonly rewriteDescriptions?: boolean
  /**
   * Allow a credential to be repeated in clear in a header where the server asks for it. Proxies
   * log such headers. Default false: the tool is refused.
   */
  readonly repeatCredentialInHeader?: boolean
}

/**
 * Takes parameters out of the definition of a tool. Equal input gives byte-equal output. The input
 * is not changed. A tool with none of the parameters comes back as it is.
 *
 * `additionalProperties` stays as it is. If it forbade the hidden name, it would tell the name. A
 * value that the model sends under the name is overwritten and reported by `injectArguments`. An
 * `outputSchema` that names a hidden parameter is left out as a whole, because results would not
 * fit a changed one.
 */
export function stripTool(
  tool: ToolDefinition,
  parameters: readonly ArgumentParameter[],
  options: StripOptions = {},
): Result<StrippedTool, ArgumentRefusal> {
  const { rewriteDescriptions = false, repeatCredentialInHeader = false } = options
  const { inputSchema } = tool
  if (!isObject(inputSchema)) return refuse('schema_malformed')
  const wanted = new Map<
    string,
    { readonly segments: Segments; readonly value: ArgumentParameter['value'] }
  >()
  // A parameter for this one tool wins over one for all tools, so it comes last.
  const own = parameters.filter((one) => one.tool === undefined || one.tool === tool.name)
  for (const { pointer, value } of own.toSorted(
    (a, b) => Number(a.tool !== undefined) - Number(b.tool !== undefined),
  )) {
    const segments = parsePointer(pointer)
    if (!segments.ok) return segments
    wanted.set(pointer, { segments: segments.value, value })
  }
  const pointers = [...wanted].map(([pointer, { segments }]) => [pointer, segments] as const)
  const hidden = hideInSchema(inputSchema, pointers)
  if (!hidden.ok) return hidden
  const there = pointers.filter(([pointer]) => hidden.value.found.has(pointer))
  if (there.length === 0) return granted({ tool, hidden: [] })
  const mirrored = mirroredParameters(inputSchema)
  if (!mirrored.ok) return mirrored
  const tree = treeOf(there)
  const list: HiddenParameter[] = []
  for (const [pointer, segments] of there) {
    const value = wanted.get(pointer)?.value ?? 'credential'
    if (value === 'credential' && !repeatCredentialInHeader && isMirrored(mirrored.value, segments))
      return refuse('credential_mirrored')
    const header = mirrored.value.find((one) => one.pointer === pointer)?.header
    const makesParents = mayMakeParents(inputSchema, segments, tree)
    list.push({
      pointer,
      value,
      makesParents,
      ...(header === undefined ? {} : { xMcpHeader: header }),
    })
  }
  const names = [...new Set(there.map(([, segments]) => segments.at(-1) ?? ''))]
  return granted({
    tool: rebuild(tool, hidden.value.schema, names, rewriteDescriptions),
    hidden: list,
  })
}

function rebuild(
  tool: ToolDefinition,
  inputSchema: UnknownObject,
  names: readonly string[],
  rewrites: boolean,
): ToolDefinition {
  const entries = Object.entries(tool).flatMap(([key, value]): (readonly [string, unknown])[] => {
    if (key === 'inputSchema')
      return [[key, rewrites ? rewriteTexts(inputSchema, names) : inputSchema]]
    if (key === 'outputSchema' && quotes(value, names)) return []
    if (key !== 'description' || !rewrites || typeof value !== 'string') return [[key, value]]
    const text = rewriteText(value, names)
    return text === '' ? [] : [[key, text]]
  })
  return { ...Object.fromEntries(entries), name: tool.name }
}

/**
 * Whether a name is a member or a string anywhere in a value. There is no recursion, because values
 * may be deep.
 */
function quotes(value: unknown, names: readonly string[]): boolean {
  const queue = [value]
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    if (
      typeof next === 'string' &&
      names.some((name) => next === name || (next.startsWith('#/') && next.includes(`/${name}`)))
    )
      return true
    if (typeof next !== 'object' || next === null) continue
    if (!Array.isArray(next) && Object.keys(next).some((key) => names.includes(key))) return true
    for (const one of Object.values(next)) if (one !== undefined) queue.push(one)
  }
  return false
}
