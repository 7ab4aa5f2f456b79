// Examines one tool as its server lists it, for an operator who chooses a binding. It finds what
// looks like a credential or an identity, what is repeated in headers, and why the tool cannot be
// used. It binds nothing.

import { isObject } from '../../core/json.ts'
import { stepBudget } from '../../core/steps.ts'
import { type DetectedParameter, detectParameters } from '../arguments/detect.ts'
import { mirroredParameters } from '../arguments/param-header.ts'
import { type ArgumentRefusal, explain } from '../arguments/refusal.ts'
import { MAX_TOOL_STEPS } from '../arguments/schema.ts'
import { stripTool, type ToolDefinition } from '../arguments/strip.ts'

/** What the examination found. */
export interface ToolExamination {
  /** Parameters that the model must not be left to fill, unless the operator says so. */
  readonly parameters: readonly DetectedParameter[]
  /** Parameters that the server wants repeated in a header (`x-mcp-header`), by pointer. */
  readonly mirrored: readonly { readonly pointer: string; readonly header: string }[]
  /** Set when no binding can make the tool usable: why. */
  readonly unusable?: { readonly reason: ArgumentRefusal; readonly why: string }
}

/**
 * Examines a tool. It tries what the placement `argument` would do with all detected parameters.
 */
export function examineTool(tool: ToolDefinition): ToolExamination {
  const { inputSchema } = tool
  const budget = stepBudget(MAX_TOOL_STEPS)
  const detected = detectParameters(inputSchema, budget)
  const annotated = isObject(inputSchema) ? mirroredParameters(inputSchema, budget) : undefined
  const mirrored = annotated?.ok
    ? annotated.value.map(({ pointer, header }) => ({ pointer, header }))
    : []
  const seen = { parameters: detected.ok ? detected.value : [], mirrored }
  if (!detected.ok) return { ...seen, unusable: inWords(detected.refusal) }
  // The protocol tells clients to drop a tool with invalid annotations.
  if (annotated?.ok === false) return { ...seen, unusable: inWords(annotated.refusal) }
  const stripped = stripTool(tool, detected.value, { budget })
  return stripped.ok ? seen : { ...seen, unusable: inWords(stripped.refusal) }
}

function inWords(reason: ArgumentRefusal): {
  readonly reason: ArgumentRefusal
  readonly why: string
} {
  return { reason, why: explain(reason) }
}
