// Decodes base64, base64url and hex without knowing where the encoded text begins: it gives what reads as ASCII text, and skips the rest.

import { SHORTEST } from './variants.ts'

/** What six bits a letter stands for, by its code, in either alphabet of RFC 4648. */
const BITS: Uint8Array = Uint8Array.from({ length: 128 }, (_, code) =>
  Math.max(
    0,
    'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_'.indexOf(
      String.fromCharCode(code),
    ),
  ),
).map((bits) => (bits > 63 ? bits - 2 : bits))

/** The texts, of {@link SHORTEST} characters or more, that a run of letters may decode to. */
export function readableIn(letters: string): readonly string[] {
  const texts: string[] = []
  for (let offset = 0; offset < 4; offset++) stretches(letters, offset, BASE64, texts)
  if (/^[0-9a-f]+$/i.test(letters))
    for (let offset = 0; offset < 2; offset++) stretches(letters, offset, HEX, texts)
  return texts
}

/** Letters are taken in groups of `size`; so many good ones in a row are in any text that is long enough, wherever it begins. */
interface Code {
  readonly size: number
  readonly fewest: number
  isAscii(letters: string, at: number): boolean
  decode(letters: string): string
}

const BASE64: Code = {
  size: 4,
  // Three bytes each; of the first and the last group only a part may belong to the text.
  fewest: Math.floor((SHORTEST - 2) / 3),
  // The highest bits of the three bytes.
  isAscii: (letters, at) =>
    ((bitsAt(letters, at) & 32) | (bitsAt(letters, at + 1) & 8) | (bitsAt(letters, at + 2) & 2)) ===
    0,
  decode(letters) {
    const standard = letters.replaceAll('-', '+').replaceAll('_', '/')
    // One letter more than whole groups is no byte, and atob refuses it.
    return atob(standard.length % 4 === 1 ? standard.slice(0, -1) : standard)
  },
}

const HEX: Code = {
  size: 2,
  fewest: SHORTEST,
  isAscii: (letters, at) => letters.charCodeAt(at) < 56,
  decode: (letters) =>
    letters.replace(/../g, (pair) => String.fromCharCode(Number.parseInt(pair, 16))),
}

function stretches(
  letters: string,
  offset: number,
  { size, fewest, isAscii, decode }: Code,
  texts: string[],
): void {
  let good = 0
  for (let at = offset; at <= letters.length; at += size) {
    if (at + size <= letters.length && isAscii(letters, at)) {
      good++
      continue
    }
    // With the groups on both sides, of which a part may belong to it.
    if (good >= fewest)
      texts.push(decode(letters.slice(Math.max(offset, at - (good + 1) * size), at + size)))
    good = 0
  }
}

function bitsAt(letters: string, at: number): number {
  return BITS[letters.charCodeAt(at)] ?? 0
}
