// Finds secrets of which every character is escaped: `%41%42` or `\u0041\u0042`. As needles these
// forms would be long, and so like each other that an index is of no use.

import { replaceEscapes } from './escapes.ts'
import type { Range } from './search.ts'

const STRETCHES = /(?:%[0-9a-f]{2}){12,}|(?:\\u[0-9a-f]{4}){12,}/gi
const UNICODE_ESCAPE_CHARS = 6
const PERCENT_ESCAPE_CHARS = 3

/**
 * Gives the parts of a text that are secrets, character by character.
 *
 * @param find Finds the secrets in a decoded text; undefined when it could not be searched.
 */
export function findInEscapes(
  text: string,
  find: (decoded: string) => readonly Range[] | undefined,
): readonly Range[] | undefined {
  if (!text.includes('%') && !text.includes('\\u')) return []
  const found: Range[] = []
  for (const { 0: stretch, index } of text.matchAll(STRETCHES)) {
    const size = stretch.startsWith('%') ? PERCENT_ESCAPE_CHARS : UNICODE_ESCAPE_CHARS
    const ranges = find(replaceEscapes(stretch))
    if (!ranges) return undefined
    for (const { from, to } of ranges)
      found.push({ from: index + size * from, to: index + size * to })
  }
  return found
}
