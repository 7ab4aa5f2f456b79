// Joins the lines of a hexdump. A line alone holds 16 bytes at most, so that a search can tell nothing
// of most lines.

import { decodeHex } from './letters.ts'
import type { Range } from './search.ts'
import { MIN_VIEW_CHARS, type View, type ViewLine } from './view.ts'

/** In the address of the second line of every dump that begins at zero. */
const SECOND = '0000010'
/**
 * The bytes of a line: behind a line break, also one that is written as `\n`, behind a word, or where
 * the text or a string begins. The last line of a dump may have an address alone.
 */
const LINE =
  /(?<=^|[\s"]|\\n)[ \t]{0,16}[0-9a-f]{7,8}:?((?:[ \t]{1,3}[0-9a-f]{2}(?![0-9a-f])){1,16}|(?:[ \t][0-9a-f]{2,4}){1,8}|(?![^\n\\"]))/gi
/** What stands before the characters of a line. */
const BEFORE_CHARACTERS = /[ \t]*\|?/y
/** A line break, also one that is written as `\n`. */
const LINE_BREAK = /[\r\n]|\\[rn]/y
/** Characters of the longest line break, `\r\n` written so. */
const BREAK_CHARS = 4

/** Adds a view of all lines in a row. */
export function decodeDumps(text: string, views: View[]): void {
  if (!text.includes(SECOND)) return
  let dump = new Dump()
  for (const { 0: line, 1: bytes = '', index: from } of text.matchAll(LINE)) {
    if (!dump.goesOnAt(from)) {
      dump.addTo(views)
      dump = new Dump()
    }
    const digits = bytes.replace(/[ \t]/g, '')
    const to = endOfCharacters(text, from + line.length, digits.length >> 1)
    dump.add({ from, to }, digits)
  }
  dump.addTo(views)
}

/** Where the characters end that the bytes of a line are, if they stand behind them. */
function endOfCharacters(text: string, from: number, count: number): number {
  BEFORE_CHARACTERS.lastIndex = from
  const isBarred = BEFORE_CHARACTERS.exec(text)?.[0].endsWith('|')
  let to = BEFORE_CHARACTERS.lastIndex
  for (let left = count; left > 0 && to < text.length && !isBreak(text, to); left--)
    to = Math.min(text.length, to + (text[to] === '\\' ? 2 : 1))
  return isBarred && text[to] === '|' ? to + 1 : to
}

function isBreak(text: string, at: number): boolean {
  LINE_BREAK.lastIndex = at
  return LINE_BREAK.test(text)
}

/** Lines in a row. */
class Dump {
  readonly #lines: ViewLine[] = []
  #digits = ''

  goesOnAt(from: number): boolean {
    const last = this.#lines.at(-1)
    return last === undefined || from - last.to <= BREAK_CHARS
  }

  add({ from, to }: Range, digits: string): void {
    const last = this.#lines.at(-1)
    // An address alone says how many bytes there are. It goes with the last of them.
    if (last && digits === '') this.#lines[this.#lines.length - 1] = { ...last, to }
    else this.#lines.push({ from, to, before: this.#digits.length >> 1 })
    this.#digits += digits
  }

  addTo(views: View[]): void {
    const [first, last] = [this.#lines[0], this.#lines.at(-1)]
    if (!first || !last || first === last) return
    const text = decodeHex(this.#digits, 0, this.#digits.length)
    if (text.length >= MIN_VIEW_CHARS)
      views.push({ text, from: first.from, to: last.to, lines: this.#lines })
  }
}
