// What stands around secrets and says how long they were: the padding of base64 and base32, the end of
// a last line, and what is between two of them. It goes with them, so that what is left of a text is
// the same for any secret.

import { mergeRanges, type Range } from './search.ts'

/** Base32 has up to six; and the end of the last line, where nothing comes behind it. */
const PADDING = /={0,6}(?:(?:[ \t\r\n]|\\[rn]){1,32}(?=$|\\?"))?/y
/** A line break, also as a JSON text in a text has it. */
const LINE_BREAK = /[\r\n]|\\[rn]/
/** White space, with the same line breaks, and the dot between the parts of a JWT. */
const LINE_END = /(?:[. \t\r\n]|\\[rn]){1,32}/y
/**
 * Few letters. Where there is no padding, they decode together with the encoded secret before them,
 * and a search takes them, too.
 */
const LETTERS = /(?:[\w+/ \t\r\n-]|\\[rn]){1,16}/y

/** Adds the padding behind what is encoded, and makes one of two that stand beside each other. */
export function withPadding(text: string, encoded: readonly Range[]): readonly Range[] {
  if (encoded.length === 0) return encoded
  const padded = encoded.map(({ from, to }) => ({ from, to: endOf(PADDING, text, to) }))
  const together: Range[] = []
  for (const range of mergeRanges(padded)) {
    const last = together.at(-1)
    if (last && endOf(LETTERS, text, last.to) >= range.from)
      together[together.length - 1] = { from: last.from, to: range.to }
    else together.push(range)
  }
  return together
}

/** Adds the end of the last line to what is written in lines. */
export function withLineEnds(text: string, ranges: readonly Range[]): readonly Range[] {
  return mergeRanges(
    ranges.map(({ from, to }) =>
      LINE_BREAK.test(text.slice(from, to))
        ? { from, to: endOf(LINE_END, text, to) }
        : { from, to },
    ),
  )
}

/** Where what begins at a position ends. */
function endOf(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at
  return pattern.test(text) ? pattern.lastIndex : at
}
