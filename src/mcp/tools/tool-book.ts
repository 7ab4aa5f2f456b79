// What is known of one server's tools, learned from the lists that pass: what each hides from the
// model, and which ones are refused. A list is judged within one budget of steps, however many tools
// and pages it has, and in slices: other people's calls go on meanwhile.

import { isObject } from '../../core/json.ts'
import { type StepBudget, stepBudget, turnGiver } from '../../core/steps.ts'
import { MAX_TOOL_STEPS } from '../arguments/schema.ts'
import type { HiddenParameter, ToolDefinition } from '../arguments/strip.ts'
import { type AcceptableTool, finishTool, type JudgeOptions, judgeTool } from './judge-tool.ts'
import { type PinOptions, unpinnedTools } from './pinned-tools.ts'
import type { ToolRefusal } from './tool-refusal.ts'

/** What is known of a tool. */
export type KnownTool =
  | { readonly refused: false; readonly hidden: readonly HiddenParameter[] }
  | { readonly refused: true; readonly why: ToolRefusal }

/** The tools of one server, for one principal. */
export interface ToolBook {
  /**
   * Says that the client asks for a list from its beginning. What arrives until the next beginning
   * is judged within one budget, however many pages or messages it comes in.
   */
  beginList(): void
  /**
   * Learns a list as the server gave it, or a page of it.
   *
   * @returns The list as the model may see it. Refused tools, and entries that are no tools, are
   *   left out.
   */
  learn(tools: readonly unknown[]): Promise<readonly unknown[]>
  /** Undefined for a tool that no list has named. */
  tool(name: string): KnownTool | undefined
}

/** Steps that judging one list may take: about a second, in slices. */
const MAX_LIST_STEPS = 1_000_000
/** Tools of one page that are taken in. */
const MAX_TOOLS = 512
/** Tools that are known at once. */
const MAX_KNOWN = 8_192
const MAX_NAME_CHARS = 256

/** Options of {@link toolBook}. */
export interface ToolBookOptions extends JudgeOptions, PinOptions {
  /**
   * Called for each refused tool of a list: its name as the server gave it, and why. Of the tools
   * that were refused because the list was too large, it hears of the first.
   */
  readonly onRefused: (tool: string, why: ToolRefusal) => void
}

/** Makes an empty book. */
export function toolBook(options: ToolBookOptions): ToolBook {
  const known = new Map<string, KnownTool>()
  let budget = stepBudget(MAX_LIST_STEPS)
  let isCut = false

  function refuse(tool: string, why: ToolRefusal): void {
    const isFirst = why !== 'list_too_large' || !isCut
    if (why === 'list_too_large') isCut = true
    if (known.has(tool) || known.size < MAX_KNOWN) known.set(tool, { refused: true, why })
    if (isFirst) options.onRefused(tool, why)
  }

  /** The tools that may be used unless their definitions have changed. */
  async function acceptable(
    tools: readonly ToolDefinition[],
    list: StepBudget,
  ): Promise<readonly AcceptableTool[]> {
    const giveTurn = turnGiver(list)
    const accepted: AcceptableTool[] = []
    for (const tool of tools) {
      const isPlace = known.has(tool.name) || known.size < MAX_KNOWN
      const part = stepBudget(MAX_TOOL_STEPS, list)
      const judged =
        isPlace && !list.isSpent ? await judgeTool(tool, part, options) : 'list_too_large'
      if (typeof judged !== 'string') accepted.push(judged)
      else refuse(tool.name, list.isSpent ? 'list_too_large' : judged)
      await giveTurn()
    }
    return accepted
  }

  return {
    beginList() {
      budget = stepBudget(MAX_LIST_STEPS)
      isCut = false
    },
    async learn(tools) {
      const list = budget
      const named = tools.slice(0, MAX_TOOLS).filter(isTool)
      const accepted = await acceptable(named, list)
      const unpinned = await unpinnedTools(accepted, options)
      const giveTurn = turnGiver(list)
      const visible: ToolDefinition[] = []
      for (const tool of accepted) {
        const finished = unpinned.get(tool) ?? finishTool(tool, options)
        if (typeof finished === 'string')
          refuse(tool.definition.name, list.isSpent ? 'list_too_large' : finished)
        else {
          known.set(tool.definition.name, { refused: false, hidden: finished.hidden })
          visible.push(finished.tool)
        }
        await giveTurn()
      }
      return visible
    },
    tool: (name) =>
      known.get(name) ?? (isCut ? { refused: true, why: 'list_too_large' } : undefined),
  }
}

function isTool(value: unknown): value is ToolDefinition {
  return (
    isObject(value) &&
    typeof value.name === 'string' &&
    value.name.length > 0 &&
    value.name.length <= MAX_NAME_CHARS
  )
}
