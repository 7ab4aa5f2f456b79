// Puts marks (the numbers of sources) into drawn Markdown, at positions in its source. A position
// within syntax moves to the end of the word.

import { textNodes } from './inline.ts'

/** A mark: its position in the Markdown, in UTF-16 units, and the element to put there. */
export interface Mark {
  readonly index: number
  readonly element: () => HTMLElement
  /** Tells marks apart. A block is drawn again when the keys in it change. */
  readonly key: string
}

/**
 * How far ahead in the source the next drawn character is searched: past the address of a link, but
 * not past the block.
 */
const WINDOW = 4096

/**
 * Puts the marks into the element that was drawn from `raw`. `raw` starts at `start` of the whole
 * text.
 */
export function placeMarks(
  element: HTMLElement,
  raw: string,
  marks: readonly Mark[],
  start: number,
): void {
  const waiting = [...marks].sort((a, b) => a.index - b.index)
  let at = 0
  for (const piece of textNodes(element)) {
    if (piece.parentElement?.closest('.address, figcaption')) continue
    let text: Text = piece
    for (let i = 0; i < text.data.length && waiting.length > 0; i++) {
      const found = raw.slice(at, at + WINDOW).indexOf(text.data.charAt(i))
      if (found !== -1) at += found + 1
      const word = /[\p{L}\p{N}]/u.test(text.data.charAt(i + 1))
      const first = waiting[0]
      if (word || !first || first.index - start > at) continue
      const due = waiting.filter((mark) => mark.index - start <= at)
      waiting.splice(0, due.length)
      text = insert(text, i + 1, due)
      i = -1
    }
  }
  const last = element.querySelector(':scope > li:last-child') ?? element
  last.append(...waiting.map((mark) => mark.element()))
}

/**
 * Puts the marks into the text, or after a link or code around it. Returns the text that follows.
 */
function insert(text: Text, offset: number, marks: readonly Mark[]): Text {
  const rest = text.splitText(offset)
  const elements = marks.map((mark) => mark.element())
  const code = text.parentElement?.closest('figure')
  const around = text.parentElement?.closest('a, code, .tex')
  if (code) code.append(...elements)
  else if (around) around.after(...elements)
  else rest.before(...elements)
  return rest
}
