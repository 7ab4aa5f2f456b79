// Joins the lines of a hexdump. A line alone holds 16 bytes at most, and the first and the last one of
// a secret may hold fewer than a search can tell.

import { decodeHex } from './letters.ts'
import { MIN_VIEW_CHARS, type View } from './view.ts'

/** In the address of the second line of every dump that begins at zero. */
const SECOND = '0000010'
/** After a line break, also one that is written as `\n`, or where the text or a string begins. */
const LINE =
  /(?<=^|\n|\\n|")[ \t]*[0-9a-f]{7,8}:?((?:[ \t]{1,3}[0-9a-f]{2}(?![0-9a-f])){1,16}|(?:[ \t][0-9a-f]{2,4}){1,8})[^\n\\]{0,120}/gi
/** Characters of the longest line break, `\r\n` written so. */
const BREAK_CHARS = 4

/** Adds a view of each two lines in a row. */
export function decodeDumps(text: string, views: View[]): void {
  if (!text.includes(SECOND)) return
  let before: View | undefined
  for (const { 0: line, 1: bytes = '', index: from } of text.matchAll(LINE)) {
    const digits = bytes.replace(/[ \t]/g, '')
    const here = { text: decodeHex(digits, 0, digits.length), from, to: from + line.length }
    if (before && from - before.to <= BREAK_CHARS) {
      const both = before.text + here.text
      if (both.length >= MIN_VIEW_CHARS) views.push({ text: both, from: before.from, to: here.to })
    }
    before = here
  }
}
