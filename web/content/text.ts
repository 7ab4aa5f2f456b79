// Foreign texts and our own words.

import { el } from '../dom.ts'
import { shown } from './visible.ts'

/** A foreign text in a line of ours: isolated, so that its direction stays its own, and with nothing in it that reorders what is read. */
export function foreign(text: string): HTMLElement {
  return el('bdi', {}, shown(text))
}

/** A word of the interface with the values put into its `{…}`. */
export function fill(word: string, values: Readonly<Record<string, string>>): string {
  return word.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole)
}
