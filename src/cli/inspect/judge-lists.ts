// Judges saved tool lists as a running server's are judged, and counts: how many parameters are taken
// for the caller's, how many tools are refused for them, and how much of it is right.

import { decisionsFor } from './decisions.ts'
import type { Decision, InspectedTool } from './report.ts'
import type { SavedList, Truth } from './saved-lists.ts'
import { inspectTools } from './tools.ts'

/** The numbers of one list. */
export interface ListNumbers {
  readonly tools: number
  /** Parameters that are taken for the caller's credential or identity. */
  readonly flagged: number
  /** Tools that are refused while nothing is decided. */
  readonly refused: number
  /** Flagged, and really the caller's; null without right answers. */
  readonly right: number | null
  /** The caller's, and not flagged; null without right answers. */
  readonly missed: number | null
}

/** A judged list. */
export interface JudgedList {
  readonly name: string
  readonly numbers: ListNumbers
  readonly tools: readonly InspectedTool[]
  readonly decisions: readonly Decision[]
}

/** What `--json` prints. */
export interface ListsReport {
  readonly format: 1
  readonly lists: readonly JudgedList[]
  readonly total: ListNumbers
}

/** Judges them. */
export async function judgeLists(
  lists: readonly SavedList[],
  truth: Truth | undefined,
  signal: AbortSignal,
): Promise<ListsReport> {
  const judged: JudgedList[] = []
  for (const { name, tools: saved } of lists) {
    const { tools } = await inspectTools(saved, signal)
    judged.push({
      name,
      tools,
      numbers: numbersOf(tools, truth && (truth[name] ?? {})),
      decisions: decisionsFor(tools, () => false),
    })
  }
  const sum = (key: keyof ListNumbers) =>
    judged.reduce<number | null>((total, { numbers }) => {
      const one = numbers[key]
      return total === null || one === null ? null : total + one
    }, 0)
  return {
    format: 1,
    lists: judged,
    total: {
      tools: sum('tools') ?? 0,
      flagged: sum('flagged') ?? 0,
      refused: sum('refused') ?? 0,
      right: truth ? sum('right') : null,
      missed: truth ? sum('missed') : null,
    },
  }
}

function numbersOf(
  tools: readonly InspectedTool[],
  labels: Truth[string] | undefined,
): ListNumbers {
  const flagged = tools.flatMap(({ name, parameters }) =>
    parameters.map(({ pointer }) => ({ name, pointer })),
  )
  const refused = tools.filter((tool) => tool.refused).length
  const numbers = { tools: tools.length, flagged: flagged.length, refused }
  if (!labels) return { ...numbers, right: null, missed: null }
  const isRight = ({ name, pointer }: { name: string; pointer: string }) =>
    labels[pointer] === 'all' || labels[pointer]?.includes(name) === true
  const right = flagged.filter(isRight).length
  const passed = tools
    .flatMap(({ name, others }) => others.map(({ pointer }) => ({ name, pointer })))
    .filter(isRight).length
  return { ...numbers, right, missed: passed + unseen(tools, labels) }
}

/** Labels of parameters that do not even look like something. */
function unseen(tools: readonly InspectedTool[], labels: Truth[string]): number {
  let count = 0
  for (const [pointer, some] of Object.entries(labels)) {
    if (some === 'all') continue
    for (const name of some) {
      const tool = tools.find((one) => one.name === name)
      const seen = [...(tool?.parameters ?? []), ...(tool?.others ?? [])]
      if (!seen.some((one) => one.pointer === pointer)) count++
    }
  }
  return count
}
