// Examines the tools of a server as it lists them, for an operator who chooses a binding: what is the
// caller's credential or identity and by what evidence, what only looks so, what is repeated in
// headers, and why a tool cannot be used. It binds nothing.

import type { ArgumentValue } from '../../core/binding.ts'
import { isObject } from '../../core/json.ts'
import { type StepBudget, stepBudget } from '../../core/steps.ts'
import { detectParameters } from '../arguments/detect.ts'
import { mirroredParameters } from '../arguments/param-header.ts'
import { type ArgumentRefusal, explain } from '../arguments/refusal.ts'
import { MAX_TOOL_STEPS } from '../arguments/schema.ts'
import { stripTool, type ToolDefinition } from '../arguments/strip.ts'
import { everywhereParameters, valueFor } from './everywhere.ts'
import type { Ground } from './judge-parameter.ts'
import { type JudgedParameter, judgeParameters } from './judge-parameters.ts'
import { takesAny } from './judge-tool.ts'
import { type Prevalence, prevalence } from './prevalence.ts'

/** A parameter whose name looks like a credential or an identity. */
export interface ExaminedParameter {
  /** JSON pointer into the tool's arguments (RFC 6901). */
  readonly pointer: string
  readonly looksLike: 'credential' | 'subject'
  /**
   * Whether the evidence says that it is the caller's. If so, it is taken out of the tool where it
   * is optional, and the tool is refused where it is required, until the operator decides.
   */
  readonly isCallers: boolean
  /** By what. */
  readonly ground: Ground
  /** Whether a call cannot do without it. */
  readonly isRequired: boolean
  /** How many of the server's tools that take parameters have one of this name. */
  readonly inTools: number
  /** What would fill it; null where its name does not tell. */
  readonly value: ArgumentValue | null
  /** Whether `parameters: 'everywhere'` fills it. */
  readonly isEverywhere: boolean
}

/** What the examination of one tool found. */
export interface ToolExamination {
  readonly parameters: readonly ExaminedParameter[]
  /** Parameters that the server wants repeated in a header (`x-mcp-header`), by pointer. */
  readonly mirrored: readonly { readonly pointer: string; readonly header: string }[]
  /** Set when the tool cannot be used before the operator leaves something to the model: why. */
  readonly unusable?: { readonly reason: ArgumentRefusal; readonly why: string }
}

/** A tool, read. */
interface Reading {
  readonly tool: ToolDefinition
  readonly budget: StepBudget
  readonly detected: ReturnType<typeof detectParameters>
}

/** The tools of one server, examined. */
export interface Examination {
  /** How many of them take parameters. */
  readonly takingAny: number
  /** Examines one of them. It tries what the placement `argument` would do with the caller's parameters. */
  readonly examine: (index: number) => ToolExamination
}

/**
 * Reads a whole list of tools: what one of them asks for is judged by the others. It takes a turn of
 * the event loop after each.
 */
export async function examineTools(
  tools: readonly ToolDefinition[],
  giveTurn: () => Promise<void> = async () => {},
): Promise<Examination> {
  const counts = prevalence()
  const readings: Reading[] = []
  for (const tool of tools) {
    const budget = stepBudget(MAX_TOOL_STEPS)
    const detected = detectParameters(tool.inputSchema, budget)
    counts.add([{ takesAny: takesAny(tool.inputSchema), found: detected.ok ? detected.value : [] }])
    readings.push({ tool, budget, detected })
    await giveTurn()
  }
  return {
    takingAny: counts.of('').tools,
    examine(index) {
      const reading = readings[index]
      return reading ? examineTool(reading, counts) : { parameters: [], mirrored: [] }
    },
  }
}

function examineTool({ tool, budget, detected }: Reading, counts: Prevalence): ToolExamination {
  const { inputSchema } = tool
  const annotated = isObject(inputSchema) ? mirroredParameters(inputSchema, budget) : undefined
  const mirrored = annotated?.ok
    ? annotated.value.map(({ pointer, header }) => ({ pointer, header }))
    : []
  if (!detected.ok) return { parameters: [], mirrored, unusable: inWords(detected.refusal) }
  const judged = judgeParameters(tool, detected.value, counts, budget)
  const seen = { parameters: examined(judged, counts), mirrored }
  if (budget.isSpent) return { ...seen, unusable: inWords('schema_too_large') }
  // The protocol tells clients to drop a tool with invalid annotations.
  if (annotated?.ok === false) return { ...seen, unusable: inWords(annotated.refusal) }
  const callers = judged.filter(({ isCallers }) => isCallers)
  if (callers.some(({ isRecursive }) => isRecursive))
    return { ...seen, unusable: inWords('parameter_recursive') }
  const parameters = callers.map(({ pointer, value }) => ({ pointer, value }))
  const stripped = stripTool(tool, parameters, { budget })
  return stripped.ok ? seen : { ...seen, unusable: inWords(stripped.refusal) }
}

function examined(
  judged: readonly JudgedParameter[],
  counts: Prevalence,
): readonly ExaminedParameter[] {
  const everywhere = new Set(everywhereParameters(judged, counts).map(({ pointer }) => pointer))
  return judged.map(({ pointer, value, name, isCallers, ground, isDemanded }) => ({
    pointer,
    looksLike: value,
    isCallers,
    ground,
    isRequired: isDemanded,
    inTools: counts.of(name).having,
    value: valueFor(name) ?? null,
    isEverywhere: everywhere.has(pointer),
  }))
}

function inWords(reason: ArgumentRefusal): {
  readonly reason: ArgumentRefusal
  readonly why: string
} {
  return { reason, why: explain(reason) }
}
