// Draws the diagrams of Mermaid's language that most answers have: flow charts, states, sequences,
// classes and entities. A module of its own, loaded when the first diagram is seen.
//
// Mermaid itself writes markup and styles into the page, which Trusted Types and a strict policy
// forbid. beautiful-mermaid makes a text of SVG, and svg.ts makes elements of it.

import { parseMermaid, renderMermaid } from 'beautiful-mermaid'
import { shown } from '../content/visible.ts'
import css from './diagram.css'
import { readable, spelled } from './flow-chart.ts'
import { svgOf } from './svg.ts'

export { css }

/** Larger ones stay text: their layout takes 100 ms and more. */
const MAX_CHARS = 4000
const MAX_LINES = 80
const MAX_PARTS = 100

const OTHERS = /^(?:stateDiagram|sequenceDiagram|classDiagram|erDiagram)\b/

/** Draws a diagram. Undefined when it is of another kind, or would not be drawn whole. */
export async function draw(given: string): Promise<Element | undefined> {
  const source = shown(given.replace(/^\s*%%.*$/gm, '').trim())
  if (source.length > MAX_CHARS || source.split('\n').length > MAX_LINES) return undefined
  try {
    const chart = spelled(source)
    if (chart ? !isWhole(chart) : !OTHERS.test(source)) return undefined
    return svgOf(readable(await renderMermaid(chart?.source ?? source)))
  } catch {
    return undefined
  }
}

/** A chart that lacks an arrow would say something else than its text. */
function isWhole({
  source,
  arrows,
}: {
  readonly source: string
  readonly arrows: number
}): boolean {
  const { nodes, edges } = parseMermaid(source)
  return edges.length >= arrows && nodes.size + edges.length <= MAX_PARTS
}
