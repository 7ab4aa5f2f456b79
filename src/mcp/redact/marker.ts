// What stands where something was taken out, and the taking out. Not the search for it.

import type { Range } from './search.ts'

/** Stands where a credential stood. */
export const MARKER = '[credential removed]'

/** The text with a marker for each range. */
export function withoutRanges(
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
