// Takes the hidden parameters out of the definition of a tool, for the model to see the rest.

import { type ArgumentParameter, MAIN } from '../../core/binding.ts'
import { granted, type Result } from '../../core/errors.ts'
import { isObject, type UnknownObject } from '../../core/json.ts'
import { sourceOf } from '../../core/placement/parameters.ts'
import { type StepBudget, stepBudget } from '../../core/steps.ts'
import { rewriteText, rewriteTexts } from './descriptions.ts'
import { treeOf } from './hidden-tree.ts'
import { hideInSchema } from './hide-schema.ts'
import { isMirrored, mirroredParameters } from './param-header.ts'
import { madeParents } from './parents.ts'
import { parsePointer, type Segments } from './pointer.ts'
import { type ArgumentRefusal, refuse } from './refusal.ts'
import { MAX_TOOL_STEPS, referenceSegments } from './schema.ts'

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
  /** Pointers of parameters that are taken out, too, and not filled in. Default none. */
  readonly removed?: readonly string[]
  /** Every part of the work takes steps of it. Default: those of one tool. */
  readonly budget?: StepBudget
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
  const { removed = [], budget = stepBudget(MAX_TOOL_STEPS) } = options
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
  for (const pointer of removed) {
    const segments = parsePointer(pointer)
    if (!segments.ok) return segments
    if (!wanted.has(pointer)) pointers.push([pointer, segments.value])
  }
  if (pointers.length === 0) return granted({ tool, hidden: [] })
  const hidden = hideInSchema(inputSchema, pointers, budget)
  if (!hidden.ok) return hidden
  const gone = pointers.filter(([pointer]) => hidden.value.found.has(pointer))
  if (gone.length === 0) return granted({ tool, hidden: [] })
  const there = gone.filter(([pointer]) => wanted.has(pointer))
  const mirrored = mirroredParameters(inputSchema, budget)
  if (!mirrored.ok) return mirrored
  const made = madeParents(inputSchema, there, treeOf(there), budget)
  const headers = new Map(mirrored.value.map(({ pointer, header }) => [pointer, header]))
  const list: HiddenParameter[] = []
  for (const [pointer, segments] of there) {
    const value = wanted.get(pointer)?.value ?? 'credential'
    if (!budget.take(1 + mirrored.value.length)) return refuse('schema_too_large')
    const isCredential = sourceOf(value, MAIN) !== undefined
    if (isCredential && !repeatCredentialInHeader && isMirrored(mirrored.value, segments))
      return refuse('credential_mirrored')
    const header = headers.get(pointer)
    const makesParents = made.has(pointer)
    list.push({
      pointer,
      value,
      makesParents,
      ...(header === undefined ? {} : { xMcpHeader: header }),
    })
  }
  const names = [...new Set(gone.map(([, segments]) => segments.at(-1) ?? ''))]
  const rebuilt = rebuild(tool, hidden.value.schema, names, rewriteDescriptions, budget)
  return budget.isSpent ? refuse('schema_too_large') : granted({ tool: rebuilt, hidden: list })
}

function rebuild(
  tool: ToolDefinition,
  inputSchema: UnknownObject,
  names: readonly string[],
  rewrites: boolean,
  budget: StepBudget,
): ToolDefinition {
  const entries = Object.entries(tool).flatMap(([key, value]): (readonly [string, unknown])[] => {
    if (key === 'inputSchema')
      return [[key, rewrites ? rewriteTexts(inputSchema, names, budget) : inputSchema]]
    if (key === 'outputSchema' && quotes(value, new Set(names), budget)) return []
    if (key !== 'description' || !rewrites || typeof value !== 'string') return [[key, value]]
    const text = rewriteText(value, names, budget)
    return text === '' ? [] : [[key, text]]
  })
  return { ...Object.fromEntries(entries), name: tool.name }
}

/**
 * Whether a name is a member or a string anywhere in a value, or stands in a reference. There is no
 * recursion, because values may be deep.
 */
function quotes(value: unknown, names: ReadonlySet<string>, budget: StepBudget): boolean {
  const queue = [value]
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    if (typeof next === 'string') {
      if (!budget.take(1 + next.length / CHARS_OF_A_STEP) || isNamed(next, names)) return true
      continue
    }
    if (typeof next !== 'object' || next === null) continue
    const entries = Object.entries(next)
    if (!budget.take(1 + entries.length / 2)) return true
    for (const [key, one] of entries) {
      if (!Array.isArray(next) && names.has(key)) return true
      if (one !== undefined) queue.push(one)
    }
  }
  return false
}

/** Characters of a text that are compared in one step. */
const CHARS_OF_A_STEP = 32

function isNamed(text: string, names: ReadonlySet<string>): boolean {
  if (names.has(text)) return true
  return text.startsWith('#/') && referenceSegments(text).some((segment) => names.has(segment))
}
