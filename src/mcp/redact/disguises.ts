// The forms of a secret that hide it from a reader and that no decoder undoes by itself: folded
// case, reversed, ROT13, base32. Each is one more text to search for.

import { MIN_SECRET_CHARS } from './variants.ts'

/** The disguised forms of a secret, each once, without the secret itself. */
export function disguisesOf(secret: string): readonly string[] {
  const forms = new Set([
    secret.toLowerCase(),
    secret.toUpperCase(),
    [...secret].reverse().join(''),
    rot13(secret),
    ...base32Cores(new TextEncoder().encode(secret)),
  ])
  forms.delete(secret)
  return [...forms].filter((form) => form.length >= MIN_SECRET_CHARS)
}

/** Moves each letter by half the alphabet. */
function rot13(text: string): string {
  return text.replace(/[a-z]/gi, (letter) => {
    const code = letter.charCodeAt(0)
    return String.fromCharCode((code & 0x1f) > 13 ? code - 13 : code + 13)
  })
}

const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567'
/** A group of eight letters is five bytes. */
const GROUP_BYTES = 5

/**
 * The letters of base32 (RFC 4648 section 6) that depend on the secret alone, wherever it is in a
 * longer text, in small and in capital letters.
 */
function base32Cores(bytes: Uint8Array): readonly string[] {
  return [0, 1, 2, 3, 4].flatMap((before) => {
    const padded = new Uint8Array(before + bytes.length)
    padded.set(bytes, before)
    const core = base32(padded).slice(
      Math.ceil((before * 8) / GROUP_BYTES),
      Math.floor((padded.length * 8) / GROUP_BYTES),
    )
    return [core, core.toUpperCase()]
  })
}

function base32(bytes: Uint8Array): string {
  let out = ''
  let held = 0
  let bits = 0
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0xfff
    for (bits += 8; bits >= 5; bits -= 5) out += BASE32[(held >>> (bits - 5)) & 31]
  }
  return bits > 0 ? out + BASE32[(held << (5 - bits)) & 31] : out
}
