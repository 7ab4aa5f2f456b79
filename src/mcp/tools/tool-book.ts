// What is known of one server's tools, learned from the lists that pass: what each hides from the
// model, and which ones are refused.

import type { ArgumentParameter, Binding } from '../../core/binding.ts'
import { isObject } from '../../core/json.ts'
import { definitionHash, judgeDefinition } from '../arguments/approval.ts'
import { type DetectedParameter, detectParameters, uncovered } from '../arguments/detect.ts'
import { type HiddenParameter, stripTool, type ToolDefinition } from '../arguments/strip.ts'
import { PLACEMENT_RULES } from '../placements/rules.ts'

/** What is known of a tool. */
export type KnownTool =
  | { readonly refused: false; readonly hidden: readonly HiddenParameter[] }
  | { readonly refused: true; readonly why: string }

/** The tools of one server, for one principal. */
export interface ToolBook {
  /**
   * Learns a list as the server gave it.
   *
   * @returns The list as the model may see it. Refused tools, and entries that are no tools, are
   *   left out.
   */
  learn(tools: readonly unknown[]): Promise<readonly unknown[]>
  /** Undefined for a tool that no list has named. */
  tool(name: string): KnownTool | undefined
}

/** Hashes of definitions as first seen, by principal, server and tool. It outlives one book. */
export type Pins = Map<string, string>

/** Pins that are kept. The oldest go. */
const MAX_PINS = 100_000
/** Tools of one server that are taken in. */
const MAX_TOOLS = 512
const MAX_NAME_CHARS = 256

/** Options of {@link toolBook}. */
export interface ToolBookOptions {
  readonly binding: Binding
  readonly pins: Pins
  /** Part of the pins' keys, because lists may differ between principals. */
  readonly owner: string
  /** Called for each refused tool of a list: its name as the server gave it, and why. */
  readonly onRefused: (tool: string, why: string) => void
}

/** A tool, judged: as the model may see it, and what is known of it. */
interface JudgedTool {
  readonly tool: ToolDefinition
  readonly known: KnownTool
}

/** Makes an empty book. */
export function toolBook(options: ToolBookOptions): ToolBook {
  const known = new Map<string, KnownTool>()
  return {
    async learn(tools) {
      const visible: unknown[] = []
      for (const tool of tools.slice(0, MAX_TOOLS)) {
        if (!isTool(tool)) continue
        const judged = await judgeTool(tool, options)
        known.set(tool.name, judged.known)
        if (judged.known.refused) options.onRefused(tool.name, judged.known.why)
        else visible.push(judged.tool)
      }
      return visible
    },
    tool: (name) => known.get(name),
  }
}

/**
 * Judges one tool: its parameters must be bound or left to the model, and its definition as first
 * seen.
 */
async function judgeTool(
  tool: ToolDefinition,
  { binding, pins, owner }: ToolBookOptions,
): Promise<JudgedTool> {
  const refuse = (why: string): JudgedTool => ({ tool, known: { refused: true, why } })
  const detected = detectParameters(tool.inputSchema)
  if (!detected.ok) return refuse(detected.refusal)
  const bound = boundParameters(tool.name, binding, detected.value)
  const pointers = bound.map(({ pointer }) => pointer)
  if (uncovered(detected.value, pointers, binding.leaveToModel).length > 0)
    return refuse('parameter_unbound')
  const hash = await definitionHash(tool)
  if (!hash.ok) return refuse(hash.refusal)
  const { placement } = binding
  const rules = PLACEMENT_RULES[placement.type]
  const onChange = ('onChange' in placement ? placement.onChange : undefined) ?? rules.onChange
  const key = JSON.stringify([owner, binding.url, tool.name])
  if (judgeDefinition(pins.get(key), hash.value, onChange) === 'refused')
    return refuse('definition_changed')
  remember(pins, key, hash.value)
  const stripped = stripTool(tool, bound, {
    rewriteDescriptions:
      'rewriteDescriptions' in placement && placement.rewriteDescriptions === true,
  })
  if (!stripped.ok) return refuse(stripped.refusal)
  return {
    // With references the model fills the parameters itself, so it has to see them.
    tool: rules.takesReferences ? tool : stripped.value.tool,
    known: { refused: false, hidden: stripped.value.hidden },
  }
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

/** Keeps a hash as the newest. */
function remember(pins: Pins, key: string, hash: string): void {
  pins.delete(key)
  pins.set(key, hash)
  const oldest = pins.size > MAX_PINS ? pins.keys().next().value : undefined
  if (oldest !== undefined) pins.delete(oldest)
}

function isTool(value: unknown): value is ToolDefinition {
  return (
    isObject(value) &&
    typeof value.name === 'string' &&
    value.name.length > 0 &&
    value.name.length <= MAX_NAME_CHARS
  )
}
