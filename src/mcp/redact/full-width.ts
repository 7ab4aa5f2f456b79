// Decodes letters, digits and signs in the full width of East Asian scripts: a copy of ASCII.

import type { View } from './view.ts'

const FULL_WIDTH = /[\uff01-\uff5e]{12,}/g
const OFFSET = 0xff01 - 0x21

/** Adds the runs of full-width characters. */
export function decodeFullWidth(text: string, views: View[]): void {
  for (const { 0: run, index: from } of text.matchAll(FULL_WIDTH)) {
    const decoded = run.replace(/./g, (one) => String.fromCharCode(one.charCodeAt(0) - OFFSET))
    views.push({ text: decoded, from, to: from + run.length })
  }
}
