// The decodings that the search applies to a text: each gives all that it could read out of the text, or
// nothing. A text here has a byte a character.

import { brotliDecompressSync, inflateRawSync, inflateSync } from 'node:zlib'

/** A text and what it may stand for, by the name of the decoding. */
export interface Decoded {
  readonly name: string
  readonly text: string
}

/** The most bytes that something compressed may become. */
const MAX_INFLATED_BYTES = 8 * 1024 * 1024
/** The most compressed stretches of one text that are opened. */
const MAX_STRETCHES = 200

/**
 * Everything that could be read out of a text. `dense` is the text without what cannot be seen. The
 * rare ones are tried on what was sent, or once below.
 */
export function decodingsOf(text: string, dense: string, depth: number): readonly Decoded[] {
  const found: Decoded[] = []
  const add = (name: string, decoded: string) => {
    if (decoded !== '' && decoded !== text) found.push({ name, text: decoded })
  }
  add('escapes', unescaped(text))
  const base64 = base64Runs(dense)
  add('base64', base64.join('\n'))
  add('hex', fromHex(dense))
  add('bytes', fromNumbers(text))
  add('compressed', inflated(text))
  if (depth > 1) return found
  add('brotli, base64', unbrotli(text))
  if (depth > 0) return found
  add('hexdump', fromHexdump(text))
  add('base32', fromBase32(dense))
  return found
}

/** Percent, JSON, JavaScript, octal, HTML and quoted-printable escapes, as often as they were applied. */
function unescaped(text: string): string {
  let plain = text
  for (let time = 0; time < 3; time++) {
    const next = plain
      .replace(
        /%([0-9a-f]{2})|\\+u00([0-9a-f]{2})|\\+x([0-9a-f]{2})|&#x0*([0-9a-f]{2});|\\+u\{0*([0-9a-f]{2})\}|\\+U0{6}([0-9a-f]{2})/gi,
        (_, ...codes: (string | undefined)[]) =>
          charOf(codes.slice(0, 6).find((code) => code !== undefined) ?? '', 16),
      )
      .replace(/&#0*(\d{2,3});/g, (all, code: string) =>
        Number(code) < 256 ? charOf(code, 10) : all,
      )
      // Of the rarer two only stretches: single ones are in every text.
      .replace(/(?:\\+[0-3][0-7]{2}){6,}/g, (all) =>
        all.replace(/\\+([0-3][0-7]{2})/g, (_, code: string) => charOf(code, 8)),
      )
      .replace(/(?:=[0-9a-f]{2}(?:=\r?\n)?){6,}/gi, (all) =>
        all.replace(/=\r?\n/g, '').replace(/=(..)/g, (_, code: string) => charOf(code, 16)),
      )
      .replace(/\\+[nrt]/g, ' ')
    if (next === plain) return plain
    plain = next
  }
  return plain
}

function charOf(code: string, base: number): string {
  return String.fromCharCode(Number.parseInt(code, base))
}

/**
 * Both alphabets. A secret may begin anywhere in what was encoded, and what was encoded anywhere in a
 * run of letters: all four alignments.
 */
function base64Runs(text: string): readonly string[] {
  return (text.match(/[\w+/-]{11,}/g) ?? []).flatMap((run) =>
    [0, 1, 2, 3].map((offset) => Buffer.from(run.slice(offset), 'base64').toString('latin1')),
  )
}

function fromHex(text: string): string {
  return [
    ...(text.match(/(?:[0-9a-f]{2}[:-]?){8,}[0-9a-f]?/gi) ?? []).map((run) =>
      run.replace(/[:-]/g, ''),
    ),
    ...(text.match(/(?:0x[0-9a-f]{2},?){8,}/gi) ?? []).map((run) => run.replace(/0x|,/gi, '')),
  ]
    .flatMap((run) =>
      [0, 1].map((offset) => Buffer.from(run.slice(offset), 'hex').toString('latin1')),
    )
    .join('\n')
}

/** Offset, bytes, and often the same as text: the offset and the text are left out. */
function fromHexdump(text: string): string {
  const rows = text.match(/(?:^|\\n|\n)[0-9a-f]{4,8}:?\s+(?:[0-9a-f]{2,4} +){2,}/gi) ?? []
  return Buffer.from(
    rows.map((row) => row.replace(/^(?:\\n|\n)?[0-9a-f]+:?\s+/i, '').replace(/ /g, '')).join(''),
    'hex',
  ).toString('latin1')
}

/** Bytes as decimal numbers, as a `Buffer` or a `Uint8Array` becomes JSON. */
function fromNumbers(text: string): string {
  return (text.match(/(?:\d{1,3}(?:,\s*|\s+)){7,}\d{1,3}/g) ?? [])
    .map((run) =>
      (run.match(/\d+/g) ?? [])
        .map(Number)
        .map((byte) => String.fromCharCode(byte & 255))
        .join(''),
    )
    .join('\n')
}

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** What was encoded may begin anywhere in a run of letters: all eight alignments. */
function fromBase32(text: string): string {
  return (text.match(/[A-Z2-7]{26,}|[a-z2-7]{26,}/g) ?? [])
    .flatMap((run) => {
      const values = [...run.toUpperCase()].map((letter) => BASE32.indexOf(letter))
      return [0, 1, 2, 3, 4, 5, 6, 7].map((offset) => ofFives(values, offset))
    })
    .join('\n')
}

function ofFives(values: readonly number[], offset: number): string {
  let [out, bits, held] = ['', 0, 0]
  for (let at = offset; at < values.length; at++) {
    held = ((held << 5) | (values[at] ?? 0)) & 0xffff
    bits += 5
    if (bits < 8) continue
    bits -= 8
    out += String.fromCharCode((held >> bits) & 255)
  }
  return out
}

/** What begins like gzip or zlib, wherever that is. */
function inflated(text: string): string {
  const found: string[] = []
  for (const { index } of text.matchAll(/\x1f\x8b\x08|\x78[\x01\x5e\x9c\xda]/g)) {
    if (found.length >= MAX_STRETCHES) break
    const bytes = Buffer.from(text.slice(index), 'latin1')
    const opened = attempt(() =>
      bytes[0] === 0x1f
        ? inflateRawSync(bytes.subarray(gzipHeaderBytes(bytes)), LENIENT)
        : inflateSync(bytes, LENIENT),
    )
    if (opened) found.push(opened.toString('latin1'))
  }
  return found.join('\n')
}

/**
 * The bytes before what is compressed (RFC 1952 section 2.3). It is opened without them: what follows
 * a member would be taken for another one.
 */
function gzipHeaderBytes(bytes: Buffer): number {
  const flags = bytes[3] ?? 0
  let at = 10
  if (flags & 4) at += 2 + (bytes[at] ?? 0) + 256 * (bytes[at + 1] ?? 0)
  if (flags & 8) at = bytes.indexOf(0, at) + 1
  if (flags & 16) at = bytes.indexOf(0, at) + 1
  return flags & 2 ? at + 2 : at
}

/**
 * Brotli has hardly a beginning that tells it, so stretches of base64 are tried whole: those that begin
 * with the size of window that every encoder chooses (RFC 7932 section 9.1).
 */
function unbrotli(text: string): string {
  const found: string[] = []
  const runs = text.match(/[\w+/-]{24,}/g) ?? []
  for (const run of runs) {
    const bytes = Buffer.from(run, 'base64')
    if (((bytes[0] ?? 0) & 15) !== 11) continue
    if (found.length >= MAX_STRETCHES) break
    const opened = attempt(() => brotliDecompressSync(bytes, LENIENT))
    if (opened) found.push(opened.toString('latin1'))
  }
  return found.join('\n')
}

/** Something cut off gives what is there; a stretch is often followed by other bytes. */
const LENIENT = { finishFlush: 2, maxOutputLength: MAX_INFLATED_BYTES } as const

/** Most of what is opened is nothing. The traces of those errors would cost more than all else. */
function attempt(open: () => Buffer): Buffer | undefined {
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 0
  try {
    return open()
  } catch {
    return undefined
  } finally {
    Error.stackTraceLimit = stackTraceLimit
  }
}
