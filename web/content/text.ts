// Foreign texts.

import { el } from '../dom/dom.ts'
import { shown } from './visible.ts'

/** A foreign text in a line of ours: isolated, so that its direction stays its own, and with nothing in it that reorders what is read. */
export function foreign(text: string): HTMLElement {
  return el('bdi', {}, shown(text))
}
