// Judges one tool by itself: its parameters must be bound or left to the model. Whether its
// definition has changed is judged between the two halves, for all tools of a list at once.

import type { ArgumentParameter, Binding } from '../../core/binding.ts'
import type { StepBudget } from '../../core/steps.ts'
import { type DetectedParameter, detectParameters, uncovered } from '../arguments/detect.ts'
import { type StrippedTool, stripTool, type ToolDefinition } from '../arguments/strip.ts'
import { PLACEMENT_RULES } from '../placements/rules.ts'
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
  return uncovered(detected.value, pointers, binding.leaveToModel).length > 0
    ? 'parameter_unbound'
    : { definition, bound, budget }
}

/** Makes the tool as the model may see it, or says why it is refused. */
export function finishTool(
  { definition, bound, budget }: AcceptableTool,
  { binding: { placement } }: JudgeOptions,
): StrippedTool | ToolRefusal {
  const stripped = stripTool(definition, bound, {
    rewriteDescriptions:
      'rewriteDescriptions' in placement && placement.rewriteDescriptions === true,
    budget,
  })
  if (!stripped.ok) return stripped.refusal
  // With references the model fills the parameters itself, so it has to see them.
  const isShown = PLACEMENT_RULES[placement.type].takesReferences
  return isShown ? { ...stripped.value, tool: definition } : stripped.value
}

/**
 * The parameters of one tool that are filled: the operator's, or all that were detected and not
 * left to the model.
 */
function boundParameters(
  tool: string,
  { placement, leaveToModel }: Binding,
  detected: readonly DetectedParameter[],
): readonly ArgumentParameter[] {
  if (!PLACEMENT_RULES[placement.type].fillsParameters) return []
  const named = 'parameters' in placement ? placement.parameters : undefined
  return named
    ? named.filter((parameter) => parameter.tool === undefined || parameter.tool === tool)
    : detected
        .filter(({ pointer }) => !leaveToModel.includes(pointer))
        .map(({ pointer, value }) => ({ pointer, value }))
}
