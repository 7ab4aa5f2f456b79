// Finds the runs of letters in a text that may be base64 or hex: on one line, over lines of any
// length, and in groups. It decodes nothing.

import { mayBePacked } from './packed-hints.ts'
import { IS_BREAK, IS_LETTER, MIN_GROUP_LETTERS, MIN_RUN_LETTERS, mayBeRun } from './run-hints.ts'
import type { Range } from './search.ts'
import type { TextBytes } from './text-bytes.ts'

/** A run, without what stands between its lines. */
export interface LetterRun extends Range {
  readonly letters: string
  /** The lines, and how many letters come before each; undefined for a run on one line. */
  readonly lines: readonly Line[] | undefined
}

interface Line extends Range {
  readonly before: number
}

const MAX_BREAK_CHARS = 18
const BACKSLASH = 92
/** What stands between lines and groups, as text and in a JSON text in a text. */
const BREAK = /(?:\\r\\n|\\n|\r\n|\n)(?:[ \t]{0,16})|[ \t]{1,2}/y

const NONE: readonly LetterRun[] = []

/**
 * Finds the runs of a text that may decode to another text, in order.
 *
 * @param onPacked Is told where compressed data may begin.
 */
export function letterRuns(
  text: string,
  { bytes, length }: TextBytes,
  onPacked: (at: number) => void,
): readonly LetterRun[] {
  let runs: LetterRun[] | undefined
  let last = 0
  // A run of sixteen has a letter at one of any sixteen positions in a row; or a break is there.
  for (let at = MIN_RUN_LETTERS - 1; at < length; at += MIN_RUN_LETTERS) {
    if (at < last) continue
    const unit = bytes[at] ?? 0
    const letter = letterNear(text, at, unit, bytes[at - 1] ?? 0)
    if (letter < 0) continue
    let from = letter
    while (from > last && IS_LETTER[bytes[from - 1] ?? 0]) from--
    let to = letter + 1
    while (IS_LETTER[bytes[to] ?? 0]) to++
    if (mayBePacked(bytes, from, to)) onPacked(from)
    const run = mayBeRun(bytes, from, to) ? runAt(text, letter, from, last) : undefined
    if (run) {
      runs ??= []
      runs.push(run)
      last = run.to
      for (const line of run.lines ?? [])
        if (mayBePacked(bytes, line.from, line.to)) onPacked(line.from)
    }
    // No letters are looked at twice.
    at = Math.max(at, run ? run.to - 1 : to - MIN_RUN_LETTERS)
  }
  return runs ?? NONE
}

/** Where a letter of a run is in the text. */
export function placeOf({ from, lines }: LetterRun, letter: number): number {
  if (!lines) return from + letter
  let low = 0
  for (let high = lines.length; high - low > 1; ) {
    const middle = (low + high) >> 1
    if ((lines[middle]?.before ?? 0) <= letter) low = middle
    else high = middle
  }
  const line = lines[low]
  return line ? line.from + letter - line.before : from
}

/** The run on the line, and the lines below, whose letters begin at a place. */
export function runFrom(text: string, from: number): LetterRun {
  return linesFrom(text, from, endOfLetters(text, from))
}

/** @param begin Where the letters around this one begin. */
function runAt(text: string, letter: number, begin: number, last: number): LetterRun | undefined {
  // The `n` of a break that is written `\\n`.
  const from = text.charCodeAt(begin - 1) === BACKSLASH && begin < letter ? begin + 1 : begin
  const to = endOfLetters(text, letter)
  return to - from >= MIN_RUN_LETTERS
    ? linesFrom(text, from, to)
    : groupsAround(text, from, to, last)
}

/** A letter at a position, or behind the break that it is in; negative for none. */
function letterNear(text: string, at: number, unit: number, before: number): number {
  if (IS_BREAK[unit]) return letterAfterBreak(text, at)
  if (!IS_LETTER[unit]) return -1
  // It may be that of an escaped break.
  const behind = before === BACKSLASH ? letterAfterBreak(text, at - 1) : -1
  return behind < 0 ? at : behind
}

/** The first letter after a break that a position is in; negative for none. */
function letterAfterBreak(text: string, at: number): number {
  let letter = at
  while (letter < at + MAX_BREAK_CHARS && isBlank(text.charCodeAt(letter))) letter++
  if (text.charCodeAt(letter) === BACKSLASH) letter += 2
  if (text.charCodeAt(letter) === BACKSLASH) letter += 2
  return letter > at && isLetter(text.charCodeAt(letter)) ? letter : -1
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
  // Most words stand between words of other lengths.
  if (first === from && !isGroup(text, afterBreak(text, to), size)) return undefined
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

/** Whether a group of letters of one size begins at a position. */
function isGroup(text: string, at: number, size: number): boolean {
  return (
    at >= 0 &&
    isLetter(text.charCodeAt(at + size - 1)) &&
    !isLetter(text.charCodeAt(at + size)) &&
    endOfLetters(text, at) === at + size
  )
}

/** Goes back over groups of one size, to where they begin. */
function groupBefore(text: string, from: number, size: number, last: number): number {
  let first = from
  for (;;) {
    const end = beforeBreak(text, first)
    const start = end - size
    if (end < 0 || start < last || !isGroup(text, start, size)) return first
    if (start > last && isLetter(text.charCodeAt(start - 1))) return first
    first = start
  }
}

/** Where the text goes on after a break; negative when there is none. */
function afterBreak(text: string, at: number): number {
  const unit = text.charCodeAt(at)
  if (unit === 32 && isLetter(text.charCodeAt(at + 1))) return at + 1
  if (!isBlank(unit) && unit !== BACKSLASH) return -1
  BREAK.lastIndex = at
  return BREAK.test(text) ? BREAK.lastIndex : -1
}

/** Where a break begins that ends here; negative when there is none. */
function beforeBreak(text: string, at: number): number {
  let start = at
  while (start > 0 && at - start < MAX_BREAK_CHARS && isBlank(text.charCodeAt(start - 1))) start--
  if (start === at && text[at - 1] === 'n' && text[at - 2] === '\\')
    return text.startsWith('\\r', at - 4) ? at - 4 : at - 2
  return start === at ? -1 : start
}

function joined(text: string, parts: readonly Range[]): LetterRun {
  const from = parts[0]?.from ?? 0
  const to = parts.at(-1)?.to ?? 0
  if (parts.length === 1) return { from, to, letters: text.slice(from, to), lines: undefined }
  const lines: Line[] = []
  let letters = ''
  for (const part of parts) {
    lines.push({ from: part.from, to: part.to, before: letters.length })
    letters += text.slice(part.from, part.to)
  }
  return { from, to, letters, lines }
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
