// Decodes the escapes of URLs, JSON, JavaScript, C, HTML, Unicode and quoted-printable, one by one,
// wherever they are mixed with plain text.

import { HEX_VALUE } from './letters.ts'
import { IS_LETTER, MIN_RUN_LETTERS } from './run-hints.ts'
import type { Range } from './search.ts'
import type { View } from './view.ts'

/** What an escape begins with. `U+` is the notation of the Unicode standard. */
const BEGINNINGS = ['%', '\\', '&#', '=', 'U+'] as const

/** The counts have limits, so that a text of backslashes costs no more than another. */
const BACKSLASHED =
  /\\{1,8}(?:u\{0{0,8}([0-9a-f]{1,5})\}|u([0-9a-f]{4})|x([0-9a-f]{2})|([0-3][0-7]{2})|(["\\/nrt]))/iy
const ENTITY = /&#(?:x0{0,8}([0-9a-f]{1,5});|0{0,8}(\d{1,6});)/iy
const CODE_POINT = /U\+([0-9a-f]{4,5})[ ,]{0,2}/iy

/** Adds the runs between white space, quotes and angle brackets that have an escape in them. */
export function decodeEscapedRuns(text: string, views: View[]): void {
  for (const { from, to } of escapedRuns(text)) {
    const decoded = replaceEscapes(text.slice(from, to))
    if (decoded.length < to - from) views.push({ text: decoded, from, to })
  }
}

const NONE: readonly Range[] = []

function escapedRuns(text: string): readonly Range[] {
  let runs: Range[] | undefined
  for (const beginning of BEGINNINGS) {
    let last = 0
    for (let at = text.indexOf(beginning); at >= 0; at = text.indexOf(beginning, at)) {
      const found = escapeAt(text, at)
      if (found === NO_ESCAPE || isLayout(text, at, found)) {
        at += found === NO_ESCAPE ? 1 : lengthOf(found)
        continue
      }
      const run = runAround(text, at, last)
      runs ??= []
      runs.push(run)
      at = last = run.to
    }
  }
  return runs ? withoutRepeats(runs) : NONE
}

/**
 * Whether an escape is white space or a quote that hides nothing: layout of a JSON text in a text,
 * or a blank in a URL. Nulls are half of a text in UTF-16. The same escape again, one character on,
 * stands between letters; and where there are more letters, it may stand between lines or groups.
 */
function isLayout(text: string, at: number, found: number): boolean {
  const code = codeOf(found)
  if (code === 0 || !endsRun(code)) return false
  const length = lengthOf(found)
  if (text.charCodeAt(at) === BACKSLASH) return !isAgain(text, at, length, at + length + 1)
  for (let next = at + length; next <= at + length + MIN_RUN_LETTERS; next++)
    if (isAgain(text, at, length, next)) return false
  return !hasLetters(text, at - MIN_RUN_LETTERS) && !hasLetters(text, at + length)
}

/** Whether an escape is also at another place. */
function isAgain(text: string, at: number, length: number, other: number): boolean {
  for (let inside = 0; inside < length; inside++)
    if (text.charCodeAt(at + inside) !== text.charCodeAt(other + inside)) return false
  return true
}

/** Whether a long line of letters is at a place. */
function hasLetters(text: string, from: number): boolean {
  if (from < 0) return false
  for (let at = from; at < from + MIN_RUN_LETTERS; at++)
    if (!IS_LETTER[text.charCodeAt(at)]) return false
  return true
}

/** The run around an escape. */
function runAround(text: string, at: number, last: number): Range {
  let from = at
  while (from > last && !endsRun(text.charCodeAt(from - 1))) from--
  let to = at
  while (to < text.length) {
    const unit = text.charCodeAt(to)
    // A soft line break, and the space after `U+0041`, do not end a run.
    const found = unit === EQUALS || unit === CAPITAL_U ? escapeAt(text, to) : NO_ESCAPE
    if (found === NO_ESCAPE && endsRun(unit)) break
    to += found === NO_ESCAPE ? 1 : lengthOf(found)
  }
  return { from, to }
}

/** A run that has escapes of several kinds was found several times. */
function withoutRepeats(runs: readonly Range[]): readonly Range[] {
  const kept: Range[] = []
  for (const run of [...runs].sort((left, right) => left.from - right.from || right.to - left.to)) {
    const last = kept.at(-1)
    if (!last || run.to > last.to) kept.push(run)
  }
  return kept
}

/** Replaces each escape by its character. */
export function replaceEscapes(run: string): string {
  let out = ''
  let done = 0
  for (let at = 0; at < run.length; ) {
    const found = escapeAt(run, at)
    if (found === NO_ESCAPE) {
      at++
      continue
    }
    out += run.slice(done, at)
    if (codeOf(found) !== NO_CHARACTER) out += String.fromCharCode(codeOf(found))
    at += lengthOf(found)
    done = at
  }
  return out + run.slice(done)
}

const PERCENT = 37
const AMPERSAND = 38
const EQUALS = 61
const CAPITAL_U = 85
const BACKSLASH = 92

/**
 * An escape in one number, because a text may have a million: its code, and in the lowest six bits
 * its length.
 */
const NO_ESCAPE = 0
/** The code of what is taken out, such as a line break that is escaped. */
const NO_CHARACTER = 0x1f_ffff

function escaped(code: number, length: number): number {
  return (Math.min(code, NO_CHARACTER) << 6) | length
}

function codeOf(found: number): number {
  return found >>> 6
}

function lengthOf(found: number): number {
  return found & 63
}

function escapeAt(text: string, at: number): number {
  const unit = text.charCodeAt(at)
  if (unit === PERCENT || unit === EQUALS) return pairAt(text, at, unit)
  if (unit === BACKSLASH) return backslashedAt(text, at)
  if (unit === AMPERSAND) return matchAt(text, at, ENTITY)
  return unit === CAPITAL_U ? matchAt(text, at, CODE_POINT) : NO_ESCAPE
}

/** `%41`, or `=41` of quoted-printable, which also escapes the ends of lines. */
function pairAt(text: string, at: number, unit: number): number {
  const high = hexDigitAt(text, at + 1)
  const low = hexDigitAt(text, at + 2)
  if (high < 16 && low < 16) return escaped(16 * high + low, 3)
  if (unit === PERCENT) return NO_ESCAPE
  if (text.startsWith('\n', at + 1)) return escaped(NO_CHARACTER, 2)
  return text.startsWith('\r\n', at + 1) ? escaped(NO_CHARACTER, 3) : NO_ESCAPE
}

function hexDigitAt(text: string, at: number): number {
  return HEX_VALUE[text.charCodeAt(at)] ?? 16
}

const QUOTE = escaped(34, 2)
const LINE_FEED = escaped(10, 2)

function backslashedAt(text: string, at: number): number {
  // The most common ones, in every JSON text in a text.
  const next = text.charCodeAt(at + 1)
  if (next === 34) return QUOTE
  if (next === 110) return LINE_FEED
  BACKSLASHED.lastIndex = at
  const match = BACKSLASHED.exec(text)
  if (!match) return NO_ESCAPE
  const [all, braced, unicode, byte, octal, letter = ''] = match
  if (octal !== undefined) return escaped(Number.parseInt(octal, 8), all.length)
  const digits = braced ?? unicode ?? byte
  if (digits !== undefined) return escaped(Number.parseInt(digits, 16), all.length)
  return escaped(ESCAPED[letter.toLowerCase()] ?? NO_CHARACTER, all.length)
}

const ESCAPED: Readonly<Record<string, number>> = { n: 10, r: 13, t: 9, '"': 34, '\\': 92, '/': 47 }

/** An entity, or a code point. */
function matchAt(text: string, at: number, form: RegExp): number {
  form.lastIndex = at
  const match = form.exec(text)
  if (!match) return NO_ESCAPE
  const [all, hex, decimal] = match
  return escaped(hex === undefined ? Number(decimal) : Number.parseInt(hex, 16), all.length)
}

/** White space, control characters, quotes and angle brackets. */
function endsRun(unit: number): boolean {
  return unit <= 32 || unit === 34 || unit === 39 || unit === 60 || unit === 62
}
