// Judges one tool, in steps: which of its parameters may be the caller's credential or identity;
// once all tools of the list are known, which of them are; and what becomes of the tool. Whether its
// definition has changed is judged before the last step, for all tools of a list at once.

import type { ArgumentParameter, Binding } from '../../core/binding.ts'
import { isObject } from '../../core/json.ts'
import type { StepBudget } from '../../core/steps.ts'
import { detectParameters, type FoundParameter, uncovered } from '../arguments/detect.ts'
import { elementsOf } from '../arguments/schema.ts'
import { type StrippedTool, stripTool, type ToolDefinition } from '../arguments/strip.ts'
import { fillingPart, rulesOf } from '../placements/rules.ts'
import { everywhereParameters } from './everywhere.ts'
import { type JudgedParameter, judgeParameters } from './judge-parameters.ts'
import { leftToModel } from './left-to-model.ts'
import type { UsableEntry } from './mend-tool.ts'
import type { CountedTool, Prevalence } from './prevalence.ts'
import type { ToolRefusal } from './tool-refusal.ts'

/** What a tool is judged by. */
export interface JudgeOptions {
  readonly binding: Binding
}

/** Why a tool is refused, and for which parameters, where it is for some. */
export interface RefusedTool {
  readonly why: ToolRefusal
  readonly parameters?: readonly JudgedParameter[]
}

/** A tool whose parameters were read. */
export interface ReadTool extends CountedTool {
  /** The definition, mended. */
  readonly definition: ToolDefinition
  /** The definition as the server gave it: pins are of this one. */
  readonly listed: ToolDefinition
  readonly found: readonly FoundParameter[]
  /** The steps that are left for it. */
  readonly budget: StepBudget
}

/** A tool that may be used, unless its definition has changed. */
export interface AcceptableTool extends Pick<ReadTool, 'definition' | 'listed'> {
  /** The parameters that are filled. */
  readonly bound: readonly ArgumentParameter[]
  /** Pointers of those that are taken out, and not filled. */
  readonly removed: readonly string[]
  /** The steps that are left for it. */
  readonly budget: StepBudget
}

/** Reads the parameters of a tool that look like a credential or an identity. */
export function readTool(
  { tool: definition, listed }: Pick<UsableEntry, 'tool' | 'listed'>,
  budget: StepBudget,
  { binding }: JudgeOptions,
): ReadTool | RefusedTool {
  const { inputSchema, name } = definition
  const found = detectParameters(inputSchema, budget, leftToModel(binding, name).subtrees)
  return found.ok
    ? { definition, listed, found: found.value, takesAny: takesAny(inputSchema), budget }
    : { why: found.refusal }
}

/** Whether a schema takes any parameters. */
export function takesAny(schema: unknown): boolean {
  if (!isObject(schema)) return false
  const { properties } = schema
  return (
    (isObject(properties) && Object.keys(properties).length > 0) ||
    ['$ref', 'allOf', 'anyOf', 'oneOf'].some((keyword) => schema[keyword] !== undefined) ||
    elementsOf(schema.required).length > 0
  )
}

/**
 * Judges what was found, by the evidence of the whole list. A tool is refused when it cannot be
 * called without a credential or an identity that nobody has decided about. One that only may be
 * sent is taken out.
 */
export function judgeTool(
  { definition, listed, found, budget }: ReadTool,
  prevalence: Prevalence,
  { binding }: JudgeOptions,
): AcceptableTool | RefusedTool {
  const { name } = definition
  const left = leftToModel(binding, name).pointers
  const judged = judgeParameters(definition, found, prevalence, budget)
  const open = uncovered(
    judged.filter(({ isCallers }) => isCallers),
    [],
    left,
  )
  const bound = boundParameters(name, binding, open, prevalence)
  const pointers = bound.map(({ pointer }) => pointer)
  const undecided = uncovered(open, pointers)
  if (budget.isSpent) return { why: 'schema_too_large' }
  const recursive = undecided.filter(({ isRecursive }) => isRecursive)
  if (recursive.length > 0) return { why: 'parameter_recursive', parameters: recursive }
  const demanded = undecided.filter(({ isDemanded }) => isDemanded)
  if (demanded.length > 0) return { why: 'parameter_unbound', parameters: demanded }
  return { definition, listed, bound, removed: undecided.map(({ pointer }) => pointer), budget }
}

/** Makes the tool as the model may see it, or says why it is refused. */
export function finishTool(
  { definition, bound, removed, budget }: AcceptableTool,
  { binding }: JudgeOptions,
): StrippedTool | ToolRefusal {
  const placement = fillingPart(binding)
  const rewriteDescriptions =
    placement?.type === 'argument' && placement.rewriteDescriptions === true
  const options = { rewriteDescriptions, removed, budget }
  const stripped = stripTool(definition, bound, options)
  if (!stripped.ok) return stripped.refusal
  if (!rulesOf(binding).takesReferences) return stripped.value
  // With references the model fills the parameters itself, so it has to see them.
  const shown = stripTool(definition, [], options)
  return shown.ok ? { ...stripped.value, tool: shown.value.tool } : shown.refusal
}

/** The parameters of one tool that are filled: those that the operator named, or asked everywhere. */
function boundParameters(
  tool: string,
  binding: Binding,
  judged: readonly JudgedParameter[],
  prevalence: Prevalence,
): readonly ArgumentParameter[] {
  const placement = fillingPart(binding)
  if (!placement) return []
  const { parameters = 'everywhere' } = placement
  return parameters === 'everywhere'
    ? everywhereParameters(judged, prevalence)
    : parameters.filter((parameter) => parameter.tool === undefined || parameter.tool === tool)
}
