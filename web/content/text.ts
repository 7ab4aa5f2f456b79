// Texts from outside, shown safely.

import { el } from '../dom/dom.ts'
import { shown } from './visible.ts'

/**
 * Returns a foreign text for a line of ours. It keeps its own direction, and no character in it can
 * reorder the line.
 */
export function foreign(text: string): HTMLElement {
  return el('bdi', {}, shown(text))
}
