// Finds the runs of letters in a text that may be base64 or hex: on one line, over lines of any
// length, and in groups. It decodes nothing.

import type { Range } from './search.ts'

/** A run, without what stands between its lines. */
export interface LetterRun extends Range {
  readonly letters: string
  /** Where a letter is in the text. */
  placeOf(letter: number): number
}

/** Shorter runs hold no secret: twelve characters are sixteen letters. */
const MIN_RUN_LETTERS = 16
/** Groups of fewer letters are not joined. */
const MIN_GROUP_LETTERS = 4
/** What stands between lines and groups, as text and in a JSON text in a text. */
const BREAK = /(?:\\r\\n|\\n|\r\n|\n)(?:[ \t]{0,16})|[ \t]{1,2}/y

/** Finds the runs of a text, in order. */
export function letterRuns(text: string): readonly LetterRun[] {
  const runs: LetterRun[] = []
  let last = 0
  // A run of sixteen has a letter at one of any sixteen positions in a row.
  for (let at = MIN_RUN_LETTERS - 1; at < text.length; at += MIN_RUN_LETTERS) {
    if (at < last || !isLetter(text.charCodeAt(at))) continue
    let from = at
    while (from > last && isLetter(text.charCodeAt(from - 1))) from--
    // The `n` of a break that is written `\\n`.
    if (text.charCodeAt(from - 1) === 92 && from < at) from++
    const to = endOfLetters(text, at)
    const run =
      to - from >= MIN_RUN_LETTERS ? linesFrom(text, from, to) : groupsAround(text, from, to, last)
    if (!run) continue
    runs.push(run)
    last = run.to
    at = Math.max(at, run.to - 1)
  }
  return runs
}

/**
 * A long run, with the lines that follow it. All but the first and the last are equally long; after
 * a space, which may be that of a sentence, the first one too.
 */
function linesFrom(text: string, from: number, to: number): LetterRun {
  const lines: Range[] = [{ from, to }]
  let size = isSpace(text.charCodeAt(to)) ? to - from : Number.POSITIVE_INFINITY
  for (let end = to; ; ) {
    const next = afterBreak(text, end)
    const mayBeShort = lines.length > 1 || !isSpace(text.charCodeAt(end))
    end = next < 0 ? next : endOfLetters(text, next)
    if (end <= next || end - next > size || (end - next < size && !mayBeShort)) break
    lines.push({ from: next, to: end })
    if (end - next < size && lines.length > 2) break
    size = end - next
  }
  return joined(text, lines)
}

/** Groups of the same few letters, if there are enough of them around one. */
function groupsAround(text: string, from: number, to: number, last: number): LetterRun | undefined {
  const size = to - from
  if (size < MIN_GROUP_LETTERS) return undefined
  const first = groupBefore(text, from, size, last)
  const groups: Range[] = []
  for (let at = first; at >= 0; ) {
    const end = endOfLetters(text, at)
    const isWhole = end - at === size
    if (end === at || end - at > size) break
    groups.push({ from: at, to: end })
    at = isWhole ? afterBreak(text, end) : -1
  }
  const letters = groups.reduce((sum, group) => sum + group.to - group.from, 0)
  return groups.length >= 3 && letters >= MIN_RUN_LETTERS ? joined(text, groups) : undefined
}

/** Goes back over groups of one size, to where they begin. */
function groupBefore(text: string, from: number, size: number, last: number): number {
  let first = from
  for (;;) {
    const end = beforeBreak(text, first)
    const start = end - size
    if (end < 0 || start < last || endOfLetters(text, start) !== end) return first
    if (start > last && isLetter(text.charCodeAt(start - 1))) return first
    first = start
  }
}

/** Where the text goes on after a break; negative when there is none. */
function afterBreak(text: string, at: number): number {
  const unit = text.charCodeAt(at)
  if (unit !== 32 && unit !== 9 && unit !== 10 && unit !== 13 && unit !== 92) return -1
  BREAK.lastIndex = at
  return BREAK.test(text) ? BREAK.lastIndex : -1
}

/** Where a break begins that ends here; negative when there is none. */
function beforeBreak(text: string, at: number): number {
  let start = at
  while (start > 0 && at - start < 18 && isBlank(text.charCodeAt(start - 1))) start--
  if (start === at && text[at - 1] === 'n' && text[at - 2] === '\\')
    return text.startsWith('\\r', at - 4) ? at - 4 : at - 2
  return start === at ? -1 : start
}

function joined(text: string, parts: readonly Range[]): LetterRun {
  const from = parts[0]?.from ?? 0
  const to = parts.at(-1)?.to ?? 0
  if (parts.length === 1)
    return { from, to, letters: text.slice(from, to), placeOf: (letter) => from + letter }
  // How many letters come before each part.
  const before: number[] = []
  let letters = ''
  for (const part of parts) {
    before.push(letters.length)
    letters += text.slice(part.from, part.to)
  }
  return { from, to, letters, placeOf: (letter) => placeIn(parts, before, letter) }
}

function placeIn(parts: readonly Range[], before: readonly number[], letter: number): number {
  let low = 0
  for (let high = parts.length; high - low > 1; ) {
    const middle = (low + high) >> 1
    if ((before[middle] ?? 0) <= letter) low = middle
    else high = middle
  }
  return (parts[low]?.from ?? 0) + letter - (before[low] ?? 0)
}

function endOfLetters(text: string, at: number): number {
  let to = at
  while (to < text.length && isLetter(text.charCodeAt(to))) to++
  return to
}

function isSpace(unit: number): boolean {
  return unit === 32 || unit === 9
}

function isBlank(unit: number): boolean {
  return unit === 32 || unit === 9 || unit === 10 || unit === 13
}

function isLetter(unit: number): boolean {
  const lower = unit | 0x20
  // a-z A-Z, 0-9 and the slash before them, + - _
  return (
    (lower >= 97 && lower <= 122) ||
    (unit >= 47 && unit <= 57) ||
    unit === 43 ||
    unit === 45 ||
    unit === 95
  )
}
