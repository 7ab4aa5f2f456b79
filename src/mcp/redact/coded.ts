// Finds the parts of a text that look encoded, and decodes them. It knows no secret.

import { decodeLetters } from './letters.ts'
import type { Range } from './search.ts'

/**
 * A part that looks encoded: `letters` in base64, base64url or hex; `escapes` of URLs, JSON,
 * JavaScript or HTML.
 */
export interface CodedRun extends Range {
  readonly coding: 'letters' | 'escapes'
}

/** Shorter runs of letters are not decoded, because words are that long. */
const MIN_RUN_CHARS = 24

/** The counts have limits, so that a text of backslashes costs no more than another. */
const ESCAPE =
  /%([0-9a-f]{2})|\\{1,8}u([0-9a-f]{4})|\\{1,8}x([0-9a-f]{2})|&#x0{0,8}([0-9a-f]{1,4});|&#0{0,8}(\d{1,5});/gi

const BEGINS_ESCAPE = /[%\\&]/

/** Finds the coded runs of a text, each kind in order. */
export function codedRuns(text: string): readonly CodedRun[] {
  const letters = letterRuns(text)
  return BEGINS_ESCAPE.test(text) ? [...escapedRuns(text), ...letters] : letters
}

/**
 * Decodes a run. Of letters it gives only ASCII text: every form of a secret is ASCII, and images
 * and hashes are not.
 */
export function decodings(text: string, { from, to, coding }: CodedRun): readonly string[] {
  const run = text.slice(from, to)
  if (coding === 'escapes') return [decodeEscapes(run)]
  const letters = run.includes('\n') ? run.replace(/[\r\n]+/g, '') : run
  return decodeLetters(letters)
}

/** Runs between white space, quotes and angle brackets, with an escape in them. */
function escapedRuns(text: string): readonly CodedRun[] {
  const runs: CodedRun[] = []
  const escapes = new RegExp(ESCAPE)
  let last = 0
  for (let match = escapes.exec(text); match; match = escapes.exec(text)) {
    let from = match.index
    while (from > last && !endsRun(text.charCodeAt(from - 1))) from--
    let to = escapes.lastIndex
    while (to < text.length && !endsRun(text.charCodeAt(to))) to++
    runs.push({ from, to, coding: 'escapes' })
    escapes.lastIndex = last = to
  }
  return runs
}

/**
 * Runs of letters of either base64 alphabet, also over several lines, as MIME and PEM have them
 * (RFC 2045 section 6.8).
 */
function letterRuns(text: string): readonly CodedRun[] {
  const runs: CodedRun[] = []
  let last = 0
  // A run of 24 has a letter at one of any 24 positions in a row.
  for (let at = MIN_RUN_CHARS - 1; at < text.length; at += MIN_RUN_CHARS) {
    if (!isLetter(text.charCodeAt(at))) continue
    let from = at
    while (from > last && isLetter(text.charCodeAt(from - 1))) from--
    let to = endOfLetters(text, at)
    if (to - from < MIN_RUN_CHARS) continue
    for (let next = to; next > 0; next = nextLine(text, to)) to = endOfLetters(text, next)
    runs.push({ from, to, coding: 'letters' })
    last = to
    at = to - 1
  }
  return runs
}

function endOfLetters(text: string, at: number): number {
  let to = at
  while (to < text.length && isLetter(text.charCodeAt(to))) to++
  return to
}

/** Where the letters go on after a line break; 0 when they do not. */
function nextLine(text: string, to: number): number {
  const next = text.startsWith('\r\n', to) ? to + 2 : text.startsWith('\n', to) ? to + 1 : 0
  return next > 0 && isLetter(text.charCodeAt(next)) ? next : 0
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

/** White space, control characters, quotes and angle brackets. */
function endsRun(unit: number): boolean {
  return unit <= 32 || unit === 34 || unit === 39 || unit === 60 || unit === 62
}

function decodeEscapes(run: string): string {
  return run.replace(ESCAPE, (_, ...codes: (string | undefined)[]) => {
    const decimal = codes[4]
    const code =
      decimal === undefined ? Number.parseInt(codes.slice(0, 4).join(''), 16) : Number(decimal)
    return String.fromCharCode(code)
  })
}
