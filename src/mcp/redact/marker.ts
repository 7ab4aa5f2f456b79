// Puts markers in place of parts of a text.

import type { Range } from './search.ts'

/** Stands in place of a credential. */
export const MARKER = '[credential removed]'

/** Replaces each range by a marker. */
export function replaceRanges(
  text: string,
  ranges: readonly Range[],
  marker: string = MARKER,
): string {
  let out = ''
  let at = 0
  for (const { from, to } of ranges) {
    out += text.slice(at, from) + marker
    at = to
  }
  return out + text.slice(at)
}
