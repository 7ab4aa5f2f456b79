// Decodes base32 (RFC 4648 section 6) without knowing where the encoded text begins: in small or in
// capital letters.

import { latin1, MIN_VIEW_CHARS, type View } from './view.ts'

/** Twelve characters are in so many letters, wherever they begin. */
export const MIN_BASE32_LETTERS = 20
const STRETCHES = /[A-Z2-7]{20,}|[a-z2-7]{20,}/g

/** Adds the texts in the stretches of base32 in a run of letters. */
export function decodeBase32(letters: string, views: View[]): void {
  if (letters.length < MIN_BASE32_LETTERS) return
  for (const { 0: stretch, index: from } of letters.matchAll(STRETCHES)) {
    const may = placesOfText(stretch)
    if (may === 0) continue
    const bytes = new Uint8Array((stretch.length * 5) >> 3)
    for (let skipped = 0; skipped < 8; skipped++)
      if ((may >> skipped) & 1)
        addTexts(bytes.subarray(0, decode(stretch, skipped, bytes)), (text) =>
          views.push({ text, from, to: from + stretch.length }),
        )
  }
}

/** The five bits of a letter. The digits 2 to 7 come behind the letters. */
function bitsOf(code: number): number {
  return code < 65 ? code - 24 : (code & 0x1f) - 1
}

/** Of each of the eight places where a byte may begin: how many bytes in a row may be ASCII. */
const inRow = new Uint8Array(8)

/**
 * At which places enough bytes in a row may be ASCII, whose first bit is 0: a bit for each number of
 * bits that are skipped. To look at all first bits in one go costs a fraction of decoding, and few
 * stretches pass.
 */
function placesOfText(letters: string): number {
  const last = letters.length * 5 - 8
  let places = 0
  inRow.fill(0)
  for (let letter = 0, at = 0; at <= last; letter++) {
    const bits = bitsOf(letters.charCodeAt(letter))
    for (let shift = 4; shift >= 0 && at <= last; shift--, at++) {
      const row = (bits >> shift) & 1 ? 0 : (inRow[at & 7] ?? 0) + 1
      if (row >= MIN_VIEW_CHARS) places |= 1 << (at & 7)
      inRow[at & 7] = Math.min(row, MIN_VIEW_CHARS)
    }
  }
  return places
}

/** Decodes the bytes behind so many bits. It says how many there are. */
function decode(letters: string, skipped: number, bytes: Uint8Array): number {
  let held = 0
  let bits = -skipped
  let length = 0
  for (let at = 0; at < letters.length; at++) {
    held = ((held << 5) | bitsOf(letters.charCodeAt(at))) & 0xfff
    bits += 5
    if (bits < 8) continue
    bits -= 8
    bytes[length++] = held >>> bits
  }
  return length
}

/** Gives the stretches of printable ASCII. */
function addTexts(bytes: Uint8Array, add: (text: string) => void): void {
  let from = 0
  for (let at = 0; at <= bytes.length; at++) {
    const byte = bytes[at] ?? 0
    if (byte >= 32 && byte < 127) continue
    if (at - from >= MIN_VIEW_CHARS) add(latin1(bytes.subarray(from, at)))
    from = at + 1
  }
}
