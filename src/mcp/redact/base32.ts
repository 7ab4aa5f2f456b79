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
    const bytes = new Uint8Array((stretch.length * 5) >> 3)
    for (let skipped = 0; skipped < 8; skipped++)
      if (mayHoldText(stretch, skipped))
        addTexts(bytes.subarray(0, decode(stretch, skipped, bytes)), (text) =>
          views.push({ text, from, to: from + stretch.length }),
        )
  }
}

/** The five bits of a letter. The digits 2 to 7 come behind the letters. */
function bitsOf(code: number): number {
  return code < 65 ? code - 24 : (code & 0x1f) - 1
}

/**
 * Whether enough bytes in a row behind so many bits may be ASCII, whose first bit is 0. To look at
 * that bit alone costs a fifth of decoding, and few stretches pass.
 */
function mayHoldText(letters: string, skipped: number): boolean {
  const bits = letters.length * 5
  let inRow = 0
  for (let at = skipped; at + 8 <= bits; at += 8) {
    const letter = (at / 5) | 0
    const isAscii = ((bitsOf(letters.charCodeAt(letter)) >> (4 - (at - letter * 5))) & 1) === 0
    inRow = isAscii ? inRow + 1 : 0
    if (inRow === MIN_VIEW_CHARS) return true
  }
  return false
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
