// Decodes base32 (RFC 4648 section 6) without knowing where the encoded text begins: in small or in
// capital letters.

import { latin1, MIN_VIEW_CHARS, type View } from './view.ts'

/** Twelve characters are in so many letters, wherever they begin. */
export const MIN_BASE32_LETTERS = 20
const STRETCHES = /[A-Z2-7]{20,}|[a-z2-7]{20,}/g

/** Letters that are looked at together: any twelve bytes have three such groups, in a row. */
const GROUP_LETTERS = 4

/**
 * Whether the letters from `from` to `to` may be base32 of a text: whether the first bits of some
 * twelve bytes are 0. It is never wrong when it says no, and costs less than {@link decodeBase32}.
 */
export function mayBeBase32(bytes: Uint8Array, from: number, to: number): boolean {
  // Of each of the eight places where a byte may begin: a bit that says it is no place of ASCII.
  let before = 0xff
  let between = 0xff
  let turn = 0
  for (let group = from; group + GROUP_LETTERS <= to; group += GROUP_LETTERS) {
    let not = 0
    for (let at = group; at < group + GROUP_LETTERS; at++) {
      const bits = bitsOf(bytes[at] ?? 0) << 3
      not |= (bits >> turn) | (bits << (8 - turn))
      turn = (turn + 5) & 7
    }
    if (((before | between | not) & 0xff) !== 0xff) return true
    before = between
    between = not
  }
  return false
}

/** Adds the texts in the stretches of base32 in a run of letters. */
export function decodeBase32(letters: string, views: View[]): void {
  if (letters.length < MIN_BASE32_LETTERS) return
  STRETCHES.lastIndex = 0
  for (let match = STRETCHES.exec(letters); match; match = STRETCHES.exec(letters))
    decodeStretch(match[0], match.index, views)
}

function decodeStretch(stretch: string, from: number, views: View[]): void {
  const may = placesOfText(stretch)
  if (may === 0) return
  const bytes = new Uint8Array((stretch.length * 5) >> 3)
  for (let skipped = 0; skipped < 8; skipped++)
    if ((may >> skipped) & 1)
      addTexts(bytes.subarray(0, decode(stretch, skipped, bytes)), (text) =>
        views.push({ text, from, to: from + stretch.length }),
      )
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
