// The encodings in which a leak is looked for: how each is made. Leaks are planted with them, and the
// hostile server answers in them. The search itself decodes.

import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'

const hexOf = (text: string) => Buffer.from(text).toString('hex')
const each = (text: string, encode: (code: number) => string) =>
  [...text].map((one) => encode(one.charCodeAt(0))).join('')
const two = (code: number) => code.toString(16).padStart(2, '0')
const base64 = (text: string) => Buffer.from(text).toString('base64')
const base64url = (text: string) => Buffer.from(text).toString('base64url')
const bytesOf = (text: string) => [...Buffer.from(text)]

/** Each makes the encoded form of a text. */
export const encodings: Readonly<Record<string, (text: string) => string>> = {
  plain: (text) => text,
  'lower case': (text) => text.toLowerCase(),
  'upper case': (text) => text.toUpperCase(),
  'base64, first alignment': base64,
  'base64, second alignment': (text) => base64(`x${text}y`),
  'base64, third alignment': (text) => base64(`xx${text}yy`),
  'base64 without padding': (text) => base64(text).replace(/=+$/, ''),
  'base64 in lines': (text) => base64(text).replace(/.{64}/g, '$&\r\n'),
  'base64 in short lines': (text) => base64(text).replace(/.{16}/g, '$&\n'),
  'base64 right after letters': (text) => `prefix${base64(text)}`,
  base64url: (text) => base64url(text),
  'base64url, second alignment': (text) => base64url(`{${text}`),
  'base64 twice': (text) => base64(base64(text)),
  'base64 of Authorization: Bearer': (text) => base64(`Authorization: Bearer ${text}\n`),
  base32: (text) => base32(text),
  'base32, lower case': (text) => base32(text).toLowerCase(),
  'percent, minimal': encodeURIComponent,
  'percent, full': (text) => each(text, (code) => `%${two(code)}`),
  'percent, twice': (text) => encodeURIComponent(each(text, (code) => `%${two(code)}`)),
  hex: hexOf,
  'hex, upper case': (text) => hexOf(text).toUpperCase(),
  'hex with colons': (text) => hexOf(text).replace(/..(?!$)/g, '$&:'),
  'hex with blanks': (text) => hexOf(text).replace(/..(?!$)/g, '$& '),
  'hex with 0x and commas': (text) => each(text, (code) => `0x${two(code)}, `),
  'hex right after letters': (text) => `cafea${hexOf(text)}`,
  hexdump: (text) => hexdump(text),
  'JSON escapes': (text) => each(text, (code) => `\\u00${two(code)}`),
  'JSON escapes in a JSON string': (text) =>
    JSON.stringify(each(text, (code) => `\\u00${two(code)}`)),
  'JavaScript escapes': (text) => each(text, (code) => `\\x${two(code)}`),
  'JavaScript escapes with braces': (text) => each(text, (code) => `\\u{${code.toString(16)}}`),
  'octal escapes': (text) => each(text, (code) => `\\${code.toString(8).padStart(3, '0')}`),
  'HTML entities': (text) => each(text, (code) => `&#${code};`),
  'HTML entities, hex': (text) => each(text, (code) => `&#x${two(code)};`),
  'quoted-printable': (text) => each(text, (code) => `=${two(code).toUpperCase()}`),
  'byte array': (text) => JSON.stringify(bytesOf(text)),
  'Buffer as JSON': (text) => JSON.stringify(Buffer.from(text)),
  'UTF-16': (text) => Buffer.from(text, 'utf16le').toString('latin1'),
  'UTF-16, base64': (text) => Buffer.from(text, 'utf16le').toString('base64'),
  'zero-width characters between': (text) => text.split('').join('\u200b'),
  'blanks between': (text) => text.split('').join(' '),
  'line breaks between': (text) => text.replace(/.{20}/g, '$&\n'),
  reversed: (text) => text.split('').reverse().join(''),
  ROT13: (text) => rot13(text),
  'percent of base64': (text) => encodeURIComponent(base64(text)),
  'hex of base64url': (text) => hexOf(base64url(text)),
  'gzip, base64': (text) => gzipSync(text).toString('base64'),
  'deflate, base64': (text) => deflateSync(text).toString('base64'),
  'brotli, base64': (text) => brotliCompressSync(text).toString('base64'),
}

/** RFC 4648 section 6. */
function base32(text: string): string {
  const bits = [...Buffer.from(text)].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  return (bits.match(/.{1,5}/g) ?? [])
    .map((five) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[Number.parseInt(five.padEnd(5, '0'), 2)])
    .join('')
}

/** As `hexdump -C` prints it. */
function hexdump(text: string): string {
  const lines: string[] = []
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at += 16) {
    const row = bytes.subarray(at, at + 16)
    const hex = [...row].map(two).join(' ')
    lines.push(`${at.toString(16).padStart(8, '0')}  ${hex.padEnd(48)} |${row.toString('latin1')}|`)
  }
  return lines.join('\n')
}

/** Each byte with its letter moved by half of the alphabet. */
const MOVED = Uint8Array.from({ length: 256 }, (_, byte) => {
  const base = byte & 0xe0
  const letter = (byte & 0x1f) - 1
  return (base === 0x40 || base === 0x60) && letter >= 0 && letter < 26
    ? base + 1 + ((letter + 13) % 26)
    : byte
})

/** Letters moved by half of the alphabet. It is its own inverse. */
export function rot13(text: string): string {
  const bytes = Buffer.from(text, 'latin1')
  for (let at = 0; at < bytes.length; at++) bytes[at] = MOVED[bytes[at] ?? 0] ?? 0
  return bytes.toString('latin1')
}
