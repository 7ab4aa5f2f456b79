// Puts markers in place of parts of a text.

import { mergeRanges, type Range } from './search.ts'

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

/** It is in no secret, and it ends a run of whatever kind. */
const BLANK = '<'

/** Replaces each range by as many blanks. They may be in any order, and overlap. */
export function blankRanges(text: string, ranges: readonly Range[]): string {
  let out = ''
  let at = 0
  for (const { from, to } of mergeRanges(ranges)) {
    out += text.slice(at, from) + blanks(to - from)
    at = to
  }
  return out + text.slice(at)
}

/** Replaces what is between the ranges by as many blanks. */
export function blankBetween(text: string, ranges: readonly Range[]): string {
  let out = ''
  let at = 0
  for (const { from, to } of ranges) {
    out += blanks(from - at) + text.slice(from, to)
    at = to
  }
  return out + blanks(text.length - at)
}

/** A space ends what the other blanks do not. */
function blanks(count: number): string {
  return count < 2 ? BLANK.repeat(count) : `${BLANK} ${BLANK.repeat(count - 2)}`
}
