// Decodes the escapes of URLs, JSON, JavaScript, C, HTML, Unicode and quoted-printable, one by one,
// wherever they are mixed with plain text.

import type { Range } from './search.ts'
import type { View } from './view.ts'

/** An escape in a text: its length, and the code that it stands for; negative for no character. */
interface Escape {
  readonly length: number
  readonly code: number
}

/** What an escape begins with. `U+` is the notation of the Unicode standard. */
const BEGINNINGS = ['%', '\\', '&#', '=', 'U+'] as const

/** The counts have limits, so that a text of backslashes costs no more than another. */
const FORMS: Readonly<Record<string, RegExp>> = {
  '%': /%([0-9a-f]{2})/iy,
  '\\': /\\{1,8}(?:u\{0{0,8}([0-9a-f]{1,5})\}|u([0-9a-f]{4})|x([0-9a-f]{2})|([0-3][0-7]{2})|(["\\/nrt]))/iy,
  '&': /&#(?:x0{0,8}([0-9a-f]{1,5});|0{0,8}(\d{1,6});)/iy,
  '=': /=(?:([0-9a-f]{2})|(\r?\n))/iy,
  U: /U\+([0-9a-f]{4,5})[ ,]{0,2}/iy,
}

/** Decodes the runs between white space, quotes and angle brackets that have an escape in them. */
export function decodeEscapedRuns(text: string): readonly View[] {
  const views: View[] = []
  for (const { from, to } of escapedRuns(text)) {
    const decoded = replaceEscapes(text.slice(from, to))
    if (decoded.length < to - from) views.push({ text: decoded, from, to })
  }
  return views
}

function escapedRuns(text: string): readonly Range[] {
  const runs: Range[] = []
  for (const beginning of BEGINNINGS) {
    let last = 0
    for (let at = text.indexOf(beginning); at >= 0; at = text.indexOf(beginning, at)) {
      const found = escapeAt(text, at)
      if (!found || endsRun(found.code)) {
        at += found?.length ?? 1
        continue
      }
      const run = runAround(text, at, last)
      runs.push(run)
      at = last = run.to
    }
  }
  return withoutRepeats(runs)
}

/** The run around an escape. */
function runAround(text: string, at: number, last: number): Range {
  let from = at
  while (from > last && !endsRun(text.charCodeAt(from - 1))) from--
  let to = at
  while (to < text.length) {
    const unit = text.charCodeAt(to)
    // A soft line break, and the space after `U+0041`, do not end a run.
    const found = unit === 61 || unit === 85 ? escapeAt(text, to) : undefined
    if (!found && endsRun(unit)) break
    to += found?.length ?? 1
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
    if (!found) {
      at++
      continue
    }
    out += run.slice(done, at)
    if (found.code >= 0) out += String.fromCharCode(found.code)
    at += found.length
    done = at
  }
  return out + run.slice(done)
}

const ESCAPED: Readonly<Record<string, number>> = { n: 10, r: 13, t: 9, '"': 34, '\\': 92, '/': 47 }

function escapeAt(text: string, at: number): Escape | undefined {
  const form = formAt(text.charCodeAt(at))
  if (!form) return undefined
  form.lastIndex = at
  const match = form.exec(text)
  if (!match) return undefined
  const length = match[0].length
  const [first = '', second, third, octal, letter] = match.slice(1)
  if (text.startsWith('=', at)) return { length, code: second === undefined ? hex(first) : -1 }
  if (text.startsWith('&', at))
    return { length, code: second === undefined ? hex(first) : Number(second) }
  if (letter !== undefined) return { length, code: ESCAPED[letter.toLowerCase()] ?? -1 }
  if (octal !== undefined) return { length, code: Number.parseInt(octal, 8) }
  return { length, code: hex(third ?? second ?? first) }
}

function formAt(unit: number): RegExp | undefined {
  if (unit === 37) return FORMS['%']
  if (unit === 92) return FORMS['\\']
  if (unit === 38) return FORMS['&']
  if (unit === 61) return FORMS['=']
  return unit === 85 ? FORMS.U : undefined
}

function hex(digits: string): number {
  return Number.parseInt(digits, 16)
}

/** White space, control characters, quotes and angle brackets. */
function endsRun(unit: number): boolean {
  return (unit >= 0 && unit <= 32) || unit === 34 || unit === 39 || unit === 60 || unit === 62
}
