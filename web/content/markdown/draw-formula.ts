// Draws formulas. Where nothing does, they stay as they were written.

import { el } from '../../dom/dom.ts'
import type { MarkdownOptions } from './options.ts'

/** Draws a formula, which is its own text until something else is there. */
export function formula(text: string, { rich }: MarkdownOptions): HTMLElement | string {
  const isDouble = text.startsWith('$$') || text.startsWith('\\')
  const tex = isDouble ? text.slice(2, -2) : text.slice(1, -1)
  const isDisplay = isDouble && !text.startsWith('\\(')
  if (!rich) return text
  const place = el('span', { class: isDisplay ? 'tex display' : 'tex' }, text)
  rich.draw(place, 'formula', [tex.trim(), isDisplay], (drawn) => place.replaceChildren(drawn))
  return place
}
