// Draws formulas with KaTeX as MathML, which needs neither fonts nor styles. A module of its own,
// loaded when the first formula is seen.

import katex, { type KatexOptions } from 'katex'
import { shown } from '../content/visible.ts'

const MATHML = 'http://www.w3.org/1998/Math/MathML'

/** Nobody writes longer ones, and each macro may make ten times as much. */
const MAX_CHARS = 5000

const ELEMENTS = new Set(
  'math semantics annotation mrow mi mn mo ms mtext mspace msup msub msubsup mfrac msqrt mroot mover munder munderover mtable mtr mtd mstyle mpadded mphantom menclose'.split(
    ' ',
  ),
)
/** None of them holds an address or a style. */
const ATTRIBUTES = new Set(
  'accent accentunder columnalign columnlines columnspacing depth display displaystyle encoding fence form height largeop linethickness lspace mathbackground mathcolor mathsize mathvariant maxsize minsize movablelimits notation rowlines rowspacing rspace scriptlevel separator stretchy symmetric voffset width'.split(
    ' ',
  ),
)

/** A node of the tree that KaTeX makes. */
interface MathNode {
  readonly type?: string
  readonly text?: string
  readonly attributes?: Readonly<Record<string, unknown>>
  readonly children?: readonly MathNode[]
}

/** KaTeX's types leave it out. */
const { __renderToDomTree: renderToTree } = katex as unknown as {
  readonly __renderToDomTree: (tex: string, options: KatexOptions) => MathNode
}

/** Draws a formula. Undefined when it is no TeX that KaTeX knows. */
export function draw(tex: string, isDisplay: boolean): Element | undefined {
  if (tex.length > MAX_CHARS) return undefined
  let tree: MathNode
  try {
    // KaTeX's own way into the page sets style attributes, which a strict policy forbids.
    tree = renderToTree(shown(tex), {
      displayMode: isDisplay,
      output: 'mathml',
      throwOnError: true,
      strict: 'ignore',
      trust: false,
      maxExpand: 300,
      maxSize: 10,
    })
  } catch {
    return undefined
  }
  const math = tree.children?.[0]
  const drawn = math && copied(math)
  return drawn instanceof Element ? drawn : undefined
}

/** Copies what is allowed of the tree into elements. */
function copied({ type, text, attributes = {}, children = [] }: MathNode): Node {
  if (type === undefined) return new Text(text ?? '')
  if (!ELEMENTS.has(type)) return new Text('')
  const element = document.createElementNS(MATHML, type)
  for (const [name, value] of Object.entries(attributes))
    if (ATTRIBUTES.has(name)) element.setAttribute(name, String(value))
  element.append(...children.map(copied))
  return element
}
