// The report on saved tool lists as text for people: a table, and the parameters of a single list.

import type { ListNumbers, ListsReport } from './judge-lists.ts'
import { decisionBlocks, toolBlocks } from './tools-text.ts'

/**
 * Writes it.
 *
 * @param decides Whether it says what is to be decided. Default true.
 */
export function listsText({ lists, total }: ListsReport, decides = true): string {
  const width = Math.max(4, ...lists.map(({ name }) => name.length))
  const hasTruth = total.right !== null
  const head = ['tools', 'flagged', ...(hasTruth ? ['right', 'missed'] : []), 'refused']
  const row = (name: string, numbers: ListNumbers) =>
    [name.padEnd(width), ...cells(numbers, hasTruth).map((cell) => cell.padStart(8))].join('')
  const table = [
    [''.padEnd(width), ...head.map((title) => title.padStart(8))].join(''),
    ...lists.map(({ name, numbers }) => row(name, numbers)),
    ...(lists.length > 1 ? [row('all', total)] : []),
  ]
  const [only] = lists.length === 1 ? lists : []
  const decisions = only && decides ? decisionBlocks(only.decisions) : []
  const blocks = only ? [...toolBlocks(only.tools), ...decisions] : []
  return [table, ...blocks].map((lines) => lines.join('\n')).join('\n\n')
}

function cells(
  { tools, flagged, right, missed, refused }: ListNumbers,
  hasTruth: boolean,
): readonly string[] {
  const judged = hasTruth ? [right, missed] : []
  return [tools, flagged, ...judged, refused].map((cell) => `${cell}`)
}
