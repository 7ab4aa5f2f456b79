// Decodes base64, base64url and hex without knowing where the encoded text begins. It gives the
// parts that are ASCII text, and skips the rest.

import { MIN_SECRET_CHARS } from './variants.ts'

/** The six bits that a letter stands for, by its code, in either alphabet of RFC 4648. */
const BITS: Uint8Array = Uint8Array.from({ length: 128 }, (_, code) =>
  Math.max(
    0,
    'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_'.indexOf(
      String.fromCharCode(code),
    ),
  ),
).map((bits) => (bits > 63 ? bits - 2 : bits))

/**
 * Gives the ASCII texts of {@link MIN_SECRET_CHARS} characters or more that a run of letters may
 * decode to.
 */
export function decodeLetters(letters: string): readonly string[] {
  const texts: string[] = []
  for (let offset = 0; offset < 4; offset++) decodeStretches(letters, offset, BASE64, texts)
  if (/^[0-9a-f]+$/i.test(letters))
    for (let offset = 0; offset < 2; offset++) decodeStretches(letters, offset, HEX, texts)
  return texts
}

/** An encoding that turns groups of letters into bytes. */
interface Code {
  /** Letters in a group. */
  readonly size: number
  /** Any text that is long enough has this many groups of ASCII in a row, wherever it begins. */
  readonly minGroups: number
  isAscii(letters: string, at: number): boolean
  decode(letters: string): string
}

const BASE64: Code = {
  size: 4,
  // A group is three bytes. Of the first and the last group only a part may belong to the text.
  minGroups: Math.floor((MIN_SECRET_CHARS - 2) / 3),
  // The highest bit of each of the three bytes must be 0.
  isAscii: (letters, at) =>
    ((bitsAt(letters, at) & 32) | (bitsAt(letters, at + 1) & 8) | (bitsAt(letters, at + 2) & 2)) ===
    0,
  decode(letters) {
    const standard = letters.replaceAll('-', '+').replaceAll('_', '/')
    // One letter beyond whole groups makes no byte, and `atob` refuses it.
    return atob(standard.length % 4 === 1 ? standard.slice(0, -1) : standard)
  },
}

const HEX: Code = {
  size: 2,
  minGroups: MIN_SECRET_CHARS,
  isAscii: (letters, at) => letters.charCodeAt(at) < 56,
  decode: (letters) =>
    letters.replace(/../g, (pair) => String.fromCharCode(Number.parseInt(pair, 16))),
}

function decodeStretches(
  letters: string,
  offset: number,
  { size, minGroups, isAscii, decode }: Code,
  texts: string[],
): void {
  let good = 0
  for (let at = offset; at <= letters.length; at += size) {
    if (at + size <= letters.length && isAscii(letters, at)) {
      good++
      continue
    }
    // With the groups on both sides, because a part of them may belong to the text.
    if (good >= minGroups)
      texts.push(decode(letters.slice(Math.max(offset, at - (good + 1) * size), at + size)))
    good = 0
  }
}

function bitsAt(letters: string, at: number): number {
  return BITS[letters.charCodeAt(at)] ?? 0
}
