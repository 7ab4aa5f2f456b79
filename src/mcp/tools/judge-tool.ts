// Judges one tool by itself: its parameters must be bound or left to the model. Whether its
// definition has changed is judged between the two halves, for all tools of a list at once.

import type { ArgumentParameter, Binding } from '../../core/binding.ts'
import type { StepBudget } from '../../core/steps.ts'
import { type DetectedParameter, detectParameters, uncovered } from '../arguments/detect.ts'
import { type StrippedTool, stripTool, type ToolDefinition } from '../arguments/strip.ts'
import { fillingPart, rulesOf } from '../placements/rules.ts'
import type { ToolRefusal } from './tool-refusal.ts'

/** What a tool is judged by. */
export interface JudgeOptions {
  readonly binding: Binding
}

/** A tool that may be used, unless its definition has changed. */
export interface AcceptableTool {
  readonly definition: ToolDefinition
  /** The parameters that are filled. */
  readonly bound: readonly ArgumentParameter[]
  /** The steps that are left for it. */
  readonly budget: StepBudget
}

/** Judges the parameters of a tool, or says why it is refused. */
export function judgeTool(
  definition: ToolDefinition,
  budget: StepBudget,
  { binding }: JudgeOptions,
): AcceptableTool | ToolRefusal {
  const detected = detectParameters(definition.inputSchema, budget)
  if (!detected.ok) return detected.refusal
  const bound = boundParameters(definition.name, binding, detected.value)
  const pointers = bound.map(({ pointer }) => pointer)
  return uncovered(detected.value, pointers, pointersOf(binding)).length > 0
    ? 'parameter_unbound'
    : { definition, bound, budget }
}

/** Makes the tool as the model may see it, or says why it is refused. */
export function finishTool(
  { definition, bound, budget }: AcceptableTool,
  { binding }: JudgeOptions,
): StrippedTool | ToolRefusal {
  const placement = fillingPart(binding)
  const stripped = stripTool(definition, bound, {
    rewriteDescriptions: placement?.type === 'argument' && placement.rewriteDescriptions === true,
    budget,
  })
  if (!stripped.ok) return stripped.refusal
  // With references the model fills the parameters itself, so it has to see them.
  return rulesOf(binding).takesReferences ? { ...stripped.value, tool: definition } : stripped.value
}

/**
 * The parameters of one tool that are filled: the operator's, or all that were detected and not
 * left to the model.
 */
function boundParameters(
  tool: string,
  binding: Binding,
  detected: readonly DetectedParameter[],
): readonly ArgumentParameter[] {
  const placement = fillingPart(binding)
  if (!placement) return []
  const { parameters = 'everywhere' } = placement
  const left = pointersOf(binding)
  return parameters !== 'everywhere'
    ? parameters.filter((parameter) => parameter.tool === undefined || parameter.tool === tool)
    : detected
        .filter(({ pointer }) => !left.includes(pointer))
        .map(({ pointer, value }) => ({ pointer, value }))
}

/** The pointers that are left to the model. */
function pointersOf({ leaveToModel }: Binding): readonly string[] {
  return leaveToModel.map(({ pointer }) => pointer)
}
