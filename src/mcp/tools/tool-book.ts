// What is known of one server's tools, learned from the lists that pass: what each hides from the model, and which ones are refused.

import type { ArgumentParameter, Binding } from '../../core/binding.ts'
import { isObject } from '../../core/json.ts'
import { definitionHash, judgeDefinition } from '../arguments/approval.ts'
import { detectParameters, uncovered } from '../arguments/detect.ts'
import { type HiddenParameter, stripTool, type ToolDefinition } from '../arguments/strip.ts'

/** What is known of a tool. */
export type KnownTool =
  | { readonly refused: false; readonly hidden: readonly HiddenParameter[] }
  | { readonly refused: true; readonly why: string }

/** The tools of one server, for one principal. */
export interface ToolBook {
  /** Learns a list as the server gave it; gives it as the model may see it. Entries that are no tools are left out. */
  learn(tools: readonly unknown[]): Promise<readonly unknown[]>
  /** Undefined for a tool that no list has named. */
  tool(name: string): KnownTool | undefined
}

/** Hashes of definitions as first seen, by principal, server and tool; outlives one book. */
export type Pins = Map<string, string>

/** Pins kept at most; the oldest go. */
const MOST_PINS = 100_000
/** Tools of one server that are taken in. */
const MOST_TOOLS = 512

/** Options of {@link toolBook}. */
export interface ToolBookOptions {
  readonly binding: Binding
  readonly pins: Pins
  /** Part of the pins' keys: lists may differ between principals. */
  readonly owner: string
  /** Told of each tool that is refused, once a list: its name as the server gave it, and why. */
  readonly onRefused: (tool: string, why: string) => void
}

/** Makes an empty book. */
export function toolBook({ binding, pins, owner, onRefused }: ToolBookOptions): ToolBook {
  const known = new Map<string, KnownTool>()
  const { placement, leaveToModel } = binding
  const fills = placement.type === 'argument' || placement.type === 'prompt'

  async function judge(
    tool: ToolDefinition,
  ): Promise<{ readonly tool: ToolDefinition; readonly known: KnownTool }> {
    const refuse = (why: string) => ({ tool, known: { refused: true, why } as const })
    const detected = detectParameters(tool.inputSchema)
    if (!detected.ok) return refuse(detected.refusal)
    const parameters = fills ? parametersOf(placement.parameters, detected.value, leaveToModel) : []
    const own = parameters.filter((one) => one.tool === undefined || one.tool === tool.name)
    const open = uncovered(
      detected.value,
      own.map(({ pointer }) => pointer),
      leaveToModel,
    )
    if (open.length > 0) return refuse('parameter_unbound')
    const hash = await definitionHash(tool)
    if (!hash.ok) return refuse(hash.refusal)
    const key = JSON.stringify([owner, binding.url, tool.name])
    const policy =
      placement.type === 'argument'
        ? (placement.onChange ?? 'refuse')
        : fills
          ? 'refuse'
          : 'approve'
    const verdict = judgeDefinition(pins.get(key), hash.value, policy)
    if (verdict === 'refused') return refuse('definition_changed')
    remember(pins, key, hash.value)
    // In the prompt pattern the model fills the parameters itself, with references, so it has to see them.
    const options = {
      rewriteDescriptions: placement.type === 'argument' && placement.rewriteDescriptions === true,
    }
    const stripped = stripTool(tool, own, options)
    if (!stripped.ok) return refuse(stripped.refusal)
    const { hidden } = stripped.value
    return {
      tool: placement.type === 'prompt' ? tool : stripped.value.tool,
      known: { refused: false, hidden },
    }
  }

  return {
    async learn(tools) {
      const seen: unknown[] = []
      for (const tool of tools.slice(0, MOST_TOOLS)) {
        if (!isTool(tool)) continue
        const judged = await judge(tool)
        known.set(tool.name, judged.known)
        if (judged.known.refused) onRefused(tool.name, judged.known.why)
        else seen.push(judged.tool)
      }
      return seen
    },
    tool: (name) => known.get(name),
  }
}

/** The operator's parameters, or all that were detected and not left to the model. */
function parametersOf(
  named: readonly ArgumentParameter[] | undefined,
  detected: readonly { readonly pointer: string; readonly value: 'credential' | 'subject' }[],
  left: readonly string[],
): readonly ArgumentParameter[] {
  return (
    named ??
    detected
      .filter(({ pointer }) => !left.includes(pointer))
      .map(({ pointer, value }) => ({ pointer, value }))
  )
}

function remember(pins: Pins, key: string, hash: string): void {
  pins.delete(key)
  pins.set(key, hash)
  const oldest = pins.size > MOST_PINS ? pins.keys().next().value : undefined
  if (oldest !== undefined) pins.delete(oldest)
}

function isTool(value: unknown): value is ToolDefinition {
  return (
    isObject(value) &&
    typeof value.name === 'string' &&
    value.name.length > 0 &&
    value.name.length <= 256
  )
}
