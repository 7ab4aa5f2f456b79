// Finds texts whose characters stand apart: a blank, a dash or an invisible character between each
// two of them.

import { type TextBytes, tableOf } from './text-bytes.ts'
import { MIN_VIEW_CHARS, type View } from './view.ts'

/** The shortest text is twelve characters, and eleven of the same separator between them. */
const PROBE_UNITS = 2 * MIN_VIEW_CHARS - 3

/** Adds the texts that are written with one separator between each two characters. */
export function decodeSpaced(text: string, { bytes, length }: TextBytes, views: View[]): void {
  let last = 0
  for (let at = PROBE_UNITS - 1; at < length; at += PROBE_UNITS) {
    if (at < last) continue
    const first = isSeparator(bytes, at - 1) ? at - 1 : isSeparator(bytes, at) ? at : -1
    if (first < 0) continue
    const view = viewAround(text, first, text.charCodeAt(first), last)
    last = view.to
    if (view.text.length >= MIN_VIEW_CHARS) views.push(view)
  }
}

/**
 * Whether a separator is here and at every second position before or after. What is between must be
 * something else: white space of a layout is no text.
 */
function isSeparator(bytes: Uint8Array, at: number): boolean {
  const unit = bytes[at] ?? 0
  if (IS_WORD[unit]) return false
  const isRepeated =
    (bytes[at + 2] === unit && bytes[at + 4] === unit) ||
    (bytes[at - 2] === unit && bytes[at - 4] === unit)
  return isRepeated && !(bytes[at + 1] === unit && bytes[at - 1] === unit)
}

/** Letters and digits separate nothing. */
const IS_WORD: Uint8Array = tableOf(/[A-Za-z0-9]/)

function viewAround(text: string, at: number, separator: number, last: number): View {
  let from = at
  while (from - 2 >= last && text.charCodeAt(from - 2) === separator) from -= 2
  let to = at
  while (to + 2 < text.length && text.charCodeAt(to + 2) === separator) to += 2
  const start = Math.max(last, from - 1)
  const end = Math.min(text.length, to + 2)
  let joined = from > start ? text.charAt(start) : ''
  for (let next = from + 1; next < end; next += 2) joined += text.charAt(next)
  return { text: joined, from: start, to: end }
}

/** Characters that nobody sees; then their UTF-8, each byte read as a character. */
const INVISIBLE =
  /(?:[\u00ad\u180e\u200b-\u200f\u2060-\u2064\ufeff]|\u00e2\u0080[\u008b-\u008f]|\u00e2\u0081[\u00a0-\u00a4]|\u00e1\u00a0\u008e|\u00ef\u00bb\u00bf|\u00c2\u00ad)+/g

/**
 * One of them is in each. To look for one at a time is fast: few texts have characters beyond
 * Latin-1.
 */
const SIGNS: readonly string[] = Array.from({ length: 0x2065 - 0x200b }, (_, offset) =>
  String.fromCharCode(0x200b + offset),
)
  .filter((character) => character.search(INVISIBLE) === 0)
  .concat(
    '\u00ad',
    '\u180e',
    '\ufeff',
    '\u00e2\u0080',
    '\u00e2\u0081',
    '\u00e1\u00a0',
    '\u00ef\u00bb',
  )

/** Adds the runs that read otherwise without their invisible characters. */
export function decodeInvisible(text: string, views: View[]): void {
  if (!SIGNS.some((sign) => text.includes(sign))) return
  let last = 0
  for (const { index } of text.matchAll(INVISIBLE)) {
    if (index < last) continue
    let from = index
    while (from > last && !isBlank(text.charCodeAt(from - 1))) from--
    let to = index
    while (to < text.length && !isBlank(text.charCodeAt(to))) to++
    const visible = text.slice(from, to).replace(INVISIBLE, '')
    if (visible.length >= MIN_VIEW_CHARS) views.push({ text: visible, from, to })
    last = to
  }
}

/** White space that people see. */
function isBlank(unit: number): boolean {
  return unit <= 32
}
