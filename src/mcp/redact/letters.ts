// Decodes base64, base64url, base32 and hex without knowing where the encoded text begins. It gives what
// may be a text, with the part of the letters that it came from, and skips the rest.

import { decodeBase32 } from './base32.ts'
import { latin1, MIN_VIEW_CHARS, type View, withoutNulls } from './view.ts'

/** The six bits that a letter stands for, by its code, in either alphabet of RFC 4648. */
export const BITS: Uint8Array = Uint8Array.from({ length: 128 }, (_, code) =>
  Math.max(
    0,
    'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_'.indexOf(
      String.fromCharCode(code),
    ),
  ),
).map((bits) => (bits > 63 ? bits - 2 : bits))

/** The value of a hex digit, by its code; 16 for no hex digit. */
export const HEX_VALUE: Uint8Array = Uint8Array.from({ length: 128 }, (_, code) => {
  const value = Number.parseInt(String.fromCharCode(code), 16)
  return Number.isNaN(value) ? 16 : value
})

/** What a run of letters may decode to. */
export function decodeLetters(letters: string): readonly View[] {
  const views: View[] = []
  decodeHexStretches(letters, views)
  for (let offset = 0; offset < 4; offset++) decodeBase64At(letters, offset, views)
  decodeBase32(letters, views)
  return views
}

/** Any text that is long enough has this many groups of ASCII in a row, wherever it begins. */
const MIN_GROUPS = Math.floor((MIN_VIEW_CHARS - 2) / 3)

/** Decodes the stretches of ASCII, when groups of four letters begin at an offset. */
function decodeBase64At(letters: string, offset: number, views: View[]): void {
  let good = 0
  for (let at = offset; at <= letters.length; at += 4) {
    if (at + 4 <= letters.length && isAscii(letters, at)) {
      good++
      continue
    }
    // With the groups on both sides, because a part of them may belong to the text.
    if (good >= MIN_GROUPS)
      addTexts(
        letters,
        Math.max(offset, at - (good + 1) * 4),
        Math.min(letters.length, at + 4),
        views,
      )
    good = 0
  }
}

/** Whether four letters are three bytes of ASCII: the highest bit of each must be 0. */
function isAscii(letters: string, at: number): boolean {
  return (
    ((bitsAt(letters, at) & 32) | (bitsAt(letters, at + 1) & 8) | (bitsAt(letters, at + 2) & 2)) ===
    0
  )
}

function bitsAt(letters: string, at: number): number {
  return BITS[letters.charCodeAt(at)] ?? 0
}

/** A secret has no control characters, but texts of UTF-16 have a null in every character. */
const CONTROLS = /[^\t\n\r -~]+/

/** Adds the texts in a stretch of base64. */
function addTexts(letters: string, from: number, to: number, views: View[]): void {
  const text = withoutNulls(decodeBase64(letters.slice(from, to)))
  if (!CONTROLS.test(text)) {
    if (text.length >= MIN_VIEW_CHARS) views.push({ text, from, to })
    return
  }
  for (const part of text.split(CONTROLS))
    if (part.length >= MIN_VIEW_CHARS) views.push({ text: part, from, to })
}

function decodeBase64(letters: string): string {
  const standard = letters.replaceAll('-', '+').replaceAll('_', '/')
  // One letter beyond whole groups makes no byte, and `atob` refuses it.
  return atob(standard.length % 4 === 1 ? standard.slice(0, -1) : standard)
}

/** Decodes the stretches of hex digits. They may be bytes of any kind: a signature has such. */
function decodeHexStretches(letters: string, views: View[]): void {
  const minDigits = 2 * MIN_VIEW_CHARS
  let last = 0
  for (let at = minDigits - 1; at < letters.length; at += minDigits) {
    if (!isHexDigit(letters, at)) continue
    let from = at
    while (from > last && isHexDigit(letters, from - 1)) from--
    let to = at + 1
    while (to < letters.length && isHexDigit(letters, to)) to++
    last = to
    at = to - 1
    if (to - from < minDigits) continue
    for (const offset of [0, 1]) {
      const text = withoutNulls(decodeHex(letters, from + offset, to))
      if (text.length >= MIN_VIEW_CHARS) views.push({ text, from, to })
    }
  }
}

function isHexDigit(letters: string, at: number): boolean {
  return (HEX_VALUE[letters.charCodeAt(at)] ?? 16) < 16
}

/** Decodes pairs of hex digits. One that is left over is dropped. */
export function decodeHex(digits: string, from: number, to: number): string {
  const bytes = new Uint8Array((to - from) >> 1)
  for (let byte = 0; byte < bytes.length; byte++) {
    const at = from + 2 * byte
    bytes[byte] =
      ((HEX_VALUE[digits.charCodeAt(at)] ?? 0) << 4) | (HEX_VALUE[digits.charCodeAt(at + 1)] ?? 0)
  }
  return latin1(bytes)
}
