// What is known of one server's tools, learned from the lists that pass: what each hides from the
// model, and which ones are refused. A list is judged within one budget of steps, however many tools
// and pages it has, and in slices: other people's calls go on meanwhile.

import { isObject } from '../../core/json.ts'
import { type StepBudget, stepBudget, turnGiver } from '../../core/steps.ts'
import { MAX_TOOL_STEPS } from '../arguments/schema.ts'
import type { HiddenParameter, ToolDefinition } from '../arguments/strip.ts'
import {
  type AcceptableTool,
  finishTool,
  type JudgeOptions,
  judgeTool,
  type ReadTool,
  type RefusedTool,
  readTool,
} from './judge-tool.ts'
import { mendTool } from './mend-tool.ts'
import { type PinOptions, unpinnedTools } from './pinned-tools.ts'
import { type Prevalence, prevalence } from './prevalence.ts'
import type { ToolRefusal } from './tool-refusal.ts'

/** What is known of a tool. */
export type KnownTool =
  | {
      readonly refused: false
      readonly hidden: readonly HiddenParameter[]
      /** Pointers of parameters that are taken out, and must not be sent. */
      readonly removed: readonly string[]
    }
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
   * @param told Who hears of it. The book keeps nothing of that: it outlives the request.
   * @param cursor Where the list goes on. Default: it does not.
   * @returns The list as the model may see it: mended where the meaning of a tool is plain, without
   *   refused tools and entries that are no tools.
   */
  learn(
    tools: readonly unknown[],
    told: LearningParts,
    cursor?: string,
  ): Promise<readonly unknown[]>
  /** Undefined for a tool that no list has named. */
  tool(name: string): KnownTool | undefined
}

/** What belongs to the request whose list is learned. */
export interface LearningParts extends Pick<PinOptions, 'sayable'> {
  /**
   * Called with the refused tools of a list, or of a page of it: their names as the server gave
   * them, and why. Where the reason is about the list as a whole, the first tool stands for all.
   */
  readonly onRefused: (refused: readonly (RefusedTool & { readonly tool: string })[]) => void
  /**
   * Asks the server for the pages from a cursor on. Each tool is judged by
   * the whole list, so a first page alone is not enough. Default: nobody can ask.
   */
  readonly rest?: ((cursor: string) => Promise<readonly unknown[]>) | undefined
}

/** Steps that one list may take: about a second, in slices. Most of it is reading. */
const MAX_READING_STEPS = 700_000
const MAX_JUDGING_STEPS = 300_000
/** Tools that are known at once. No page may have more. */
const MAX_KNOWN = 8_192

/** Options of {@link toolBook}. */
export interface ToolBookOptions extends JudgeOptions, Omit<PinOptions, 'sayable'> {
  /** Whether there is a tool of this name, for the operator. Default: there is every one. */
  readonly wants?: (tool: string) => boolean
  /** Called for each tool that the model may use, as the server defined it. Default: nobody is. */
  readonly onVisible?: (tool: ToolDefinition) => void
}

/** Makes an empty book. */
export function toolBook(options: ToolBookOptions): ToolBook {
  const known = new Map<string, KnownTool>()
  /** Most books never learn anything. */
  let begun: List | undefined
  let isCut = false

  function current(): List {
    begun ??= newList()
    return begun
  }

  function refuse(tool: string, { why, ...more }: RefusedTool): void {
    const list = current()
    const isFirst = !ONCE.has(why) || !list.told.has(why)
    list.told.add(why)
    if (why === 'list_too_large') isCut = true
    list.refused.add(tool)
    if (known.has(tool) || known.size < MAX_KNOWN) known.set(tool, { refused: true, why })
    if (isFirst) list.toTell.push({ why, ...more, tool })
  }

  /** The tools of a page that can be read. */
  async function read(
    entries: readonly unknown[],
    { reading, judging }: List,
  ): Promise<readonly ReadTool[]> {
    const giveTurn = turnGiver(reading)
    const found: ReadTool[] = []
    for (const entry of entries) {
      const { name, read } = readEntry(entry, stepBudget(MAX_TOOL_STEPS, reading), options)
      const isPlace = known.size + found.length < MAX_KNOWN || known.has(name)
      if (!isPlace || reading.isSpent) refuse(name, TOO_LARGE)
      else if ('why' in read) refuse(name, read)
      else found.push({ ...read, budget: stepBudget(MAX_TOOL_STEPS, judging) })
      await giveTurn()
    }
    return found
  }

  /** The tools that may be used unless their definitions have changed. */
  async function acceptable(
    tools: readonly ReadTool[],
    { judging, counts, refused }: List,
  ): Promise<readonly AcceptableTool[]> {
    const giveTurn = turnGiver(judging)
    const accepted: AcceptableTool[] = []
    for (const tool of tools) {
      const { name } = tool.definition
      const judged = judging.isSpent ? TOO_LARGE : judgeTool(tool, counts, options)
      // Refused in one form, it is not taken in another.
      if ('bound' in judged && !refused.has(name)) accepted.push(judged)
      else if ('why' in judged) refuse(name, judging.isSpent ? TOO_LARGE : judged)
      await giveTurn()
    }
    return accepted
  }

  return {
    beginList() {
      begun = newList()
      isCut = false
    },
    async learn(tools, told, cursor) {
      const here = current()
      const page = await read(wantedOf(tools, options), here)
      await countPage(page, here, told, cursor, options)
      const accepted = await acceptable(page, here)
      const unpinned = await unpinnedTools(accepted, { ...options, sayable: told.sayable })
      const giveTurn = turnGiver(here.judging)
      const visible: ToolDefinition[] = []
      for (const tool of accepted) {
        const finished = unpinned.get(tool) ?? finishTool(tool, options)
        const { definition, removed } = tool
        const { name } = definition
        if (typeof finished === 'string')
          refuse(name, here.judging.isSpent ? TOO_LARGE : { why: finished })
        else {
          known.set(name, { refused: false, hidden: finished.hidden, removed })
          options.onVisible?.(definition)
          visible.push(finished.tool)
        }
        await giveTurn()
      }
      const refused = here.toTell.splice(0)
      if (refused.length > 0) told.onRefused(refused)
      return visible
    },
    tool: (name) =>
      known.get(name) ?? (isCut ? { refused: true, why: 'list_too_large' } : undefined),
  }
}

/** Counts what a page asks for, and with the first page, what the others do. */
async function countPage(
  page: readonly ReadTool[],
  one: List,
  { rest }: LearningParts,
  cursor: string | undefined,
  options: JudgeOptions,
): Promise<void> {
  if (one.isCounted) return
  one.counts.add(page)
  const isOpen = cursor !== undefined && page.some(({ found }) => found.length > 0)
  if (!isOpen || !rest) return
  one.isCounted = true
  const budget = stepBudget(MAX_READING_STEPS)
  const giveTurn = turnGiver(budget)
  for (const entry of await rest(cursor)) {
    const { read } = readEntry(entry, stepBudget(MAX_TOOL_STEPS, budget), options)
    if ('definition' in read) one.counts.add([read])
    await giveTurn()
  }
}

/** A list without the tools that the operator does not want: that is no news to them. */
function wantedOf(tools: readonly unknown[], { wants }: ToolBookOptions): readonly unknown[] {
  if (!wants) return tools
  return tools.filter(
    (tool) => !isObject(tool) || typeof tool.name !== 'string' || wants(tool.name),
  )
}

/** Reads one entry of a list. Its name is the server's, and empty when it has none. */
function readEntry(
  entry: unknown,
  budget: StepBudget,
  options: JudgeOptions,
): { readonly name: string; readonly read: ReadTool | RefusedTool } {
  const mended = mendTool(entry, budget)
  return mended.ok
    ? { name: mended.tool.name, read: readTool(mended, budget, options) }
    : { name: mended.name, read: { why: mended.why } }
}

/** One list of a server's tools, from its beginning to the next. */
interface List {
  readonly reading: StepBudget
  readonly judging: StepBudget
  readonly counts: Prevalence
  /** Whether all pages are in the counts. */
  isCounted: boolean
  /** Names of tools that were refused. */
  readonly refused: Set<string>
  /** Refusals that are to be told. */
  readonly toTell: (RefusedTool & { readonly tool: string })[]
  /** Reasons that were told. */
  readonly told: Set<ToolRefusal>
}

function newList(): List {
  return {
    reading: stepBudget(MAX_READING_STEPS),
    judging: stepBudget(MAX_JUDGING_STEPS),
    counts: prevalence(),
    isCounted: false,
    refused: new Set(),
    toTell: [],
    told: new Set(),
  }
}

/** Reasons that are about the list, not about one tool: the first tool stands for the others. */
const ONCE: ReadonlySet<ToolRefusal> = new Set(['list_too_large', 'pins_full', 'pins_unavailable'])

const TOO_LARGE: RefusedTool = { why: 'list_too_large' }
