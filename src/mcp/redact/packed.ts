// Finds gzip (RFC 1952) and zlib (RFC 1950) data in a text: in base64 and hex, and as characters that
// are bytes. Other compressed data does not say what it is. It knows no secret.

import type { Budget, Work } from './budget.ts'
import { type ByteAt, inflate } from './inflate.ts'
import { type LetterRun, placeOf, runFrom } from './letter-runs.ts'
import { BITS, HEX_VALUE } from './letters.ts'
import { BASE64, HEX } from './packed-hints.ts'
import { latin1, MIN_VIEW_CHARS, type View } from './view.ts'

/** How a text is read. */
export interface Reading {
  /** Whether the characters are known to be bytes. Otherwise `x^` is text. */
  readonly isBytes: boolean
  /** How many bytes may come out of one piece of data. */
  readonly limitBytes: number
}

const BYTES = /\x1f\x8b\x08|x[\x01^\x9c\xda]/g
const GZIP = '\x1f\x8b\x08'
const ANY_IN_BYTES = new RegExp(BYTES.source)

/** Whether compressed data may be in bytes that are written as characters. */
export function mayBePackedBytes(bytes: string): boolean {
  return ANY_IN_BYTES.test(bytes)
}

/** Whether gzip data is in a text as characters. */
export function hasGzip(text: string): boolean {
  return text.includes(GZIP)
}

/**
 * Inflates all the data in a text.
 *
 * @param runs Where runs of letters begin that may hold data.
 * @returns What came out, and where it was; undefined when that is too much.
 */
export function* packedViews(
  text: string,
  runs: Iterable<number>,
  { isBytes, limitBytes }: Reading,
  budget: Budget,
): Work<readonly View[] | undefined> {
  const views: View[] = []
  for (const packed of packedIn(text, runs, isBytes)) {
    if (budget.isSpent) return undefined
    if (budget.isTurnDue) yield
    const start = dataStart(packed.byteAt)
    budget.spend(start)
    if (start >= MAX_HEADER_BYTES) continue
    const inflated = yield* inflate(packed.byteAt, start, limitBytes, budget)
    if (!inflated) return undefined
    const { bytes, end } = inflated
    if (bytes.length >= MIN_VIEW_CHARS)
      views.push({ text: latin1(bytes), from: packed.from, to: endIn(text, packed, end) })
  }
  return views
}

/** Behind the checksum, and what fills up base64. */
function endIn(text: string, { byteAt, placeOf }: Packed, end: number): number {
  let to = placeOf(end + (byteAt(0) === 0x1f ? 8 : 4))
  while (text[to] === '=') to++
  return to
}

/** Something that begins as compressed data does. */
interface Packed {
  readonly from: number
  readonly byteAt: ByteAt
  /** Where in the text a byte is. */
  placeOf(byte: number): number
}

function* packedIn(
  text: string,
  runs: Iterable<number>,
  isBytes: boolean,
): Generator<Packed, void> {
  if (isBytes || hasGzip(text)) {
    for (const { index: from } of text.matchAll(BYTES))
      yield {
        from,
        byteAt: (byte) => unitAt(text, from + byte),
        placeOf: (byte) => Math.min(text.length, from + byte),
      }
  }
  let last = 0
  for (const from of runs) {
    // Lines below belong to the run of the first one.
    if (from < last) continue
    const run = runFrom(text, from)
    last = run.to
    for (const { index, 0: found } of run.letters.matchAll(BASE64))
      yield inBase64(run, index, found.startsWith('fi') ? 2 : found.endsWith('LC') ? 1 : 0)
    for (const { index } of run.letters.matchAll(HEX)) yield inHex(run, index)
  }
}

/**
 * @param index The letter that holds the first bits.
 * @param skipped Bytes of its group that are before the data.
 */
function inBase64(run: LetterRun, index: number, skipped: number): Packed {
  const { letters } = run
  const start = index - Math.max(0, 2 * skipped - 1)
  return {
    from: placeOf(run, index),
    byteAt(byte) {
      const at = byte + skipped
      const group = start + 4 * Math.floor(at / 3)
      const place = at % 3
      if (group + place + 1 >= letters.length) return -1
      const first = bitsAt(letters, group + place)
      const second = bitsAt(letters, group + place + 1)
      return ((first << (2 * place + 2)) | (second >> (4 - 2 * place))) & 255
    },
    placeOf: (byte) => endOf(run, start + Math.ceil(((byte + skipped) * 4) / 3)),
  }
}

function inHex(run: LetterRun, index: number): Packed {
  const { letters } = run
  return {
    from: placeOf(run, index),
    byteAt(byte) {
      const high = HEX_VALUE[letters.charCodeAt(index + 2 * byte)] ?? 16
      const low = HEX_VALUE[letters.charCodeAt(index + 2 * byte + 1)] ?? 16
      return high < 16 && low < 16 ? (high << 4) | low : -1
    },
    placeOf: (byte) => endOf(run, index + 2 * byte),
  }
}

function endOf(run: LetterRun, letter: number): number {
  return placeOf(run, Math.min(letter, run.letters.length) - 1) + 1
}

function bitsAt(letters: string, at: number): number {
  return BITS[letters.charCodeAt(at)] ?? 0
}

function unitAt(text: string, at: number): number {
  const unit = text.charCodeAt(at)
  return unit < 256 ? unit : -1
}

const HAS_HEADER_CHECK = 2
const HAS_EXTRA = 4
const HAS_NAME = 8
const HAS_COMMENT = 16

/** Longer ones, which hold names, are not read. */
const MAX_HEADER_BYTES = 1024

/** Where the deflate data begins, behind the header. */
function dataStart(byteAt: ByteAt): number {
  if (byteAt(0) !== 0x1f) return 2
  const flags = byteAt(3)
  let at = 10
  if (flags & HAS_EXTRA) at += 2 + Math.max(0, byteAt(at) + 256 * byteAt(at + 1))
  for (const flag of [HAS_NAME, HAS_COMMENT]) if (flags & flag) at = afterZero(byteAt, at)
  return flags & HAS_HEADER_CHECK ? at + 2 : at
}

function afterZero(byteAt: ByteAt, from: number): number {
  let at = from
  while (at < MAX_HEADER_BYTES && byteAt(at) > 0) at++
  return at + 1
}
