// Finds bytes that are written as numbers: lists of decimal numbers, JSON of a Buffer or a
// Uint8Array, groups of hex digits, and the columns of a hexdump.

import { decodeDumps } from './dumps.ts'
import { HEX_VALUE } from './letters.ts'
import { mayBePackedBytes } from './packed.ts'
import { type TextBytes, tableOf } from './text-bytes.ts'
import { latin1, MIN_VIEW_CHARS, type View, withoutNulls } from './view.ts'

/** The shortest list is `1,2,3,4,5,6,7,8,9,1,2,3`: 16 of its characters are in a row. */
const PROBE_CHARS = 16

/** The list that is at a probe goes on for so long, or it is at the next probe. */
const AHEAD_CHARS = 7

/** Adds the lists of bytes in a text. */
export function decodeByteLists(text: string, { bytes, length }: TextBytes, views: View[]): void {
  let last = 0
  let hasList = false
  for (let at = PROBE_CHARS - 1; at < length; at += PROBE_CHARS) {
    if (at < last || !goesOn(bytes, at)) continue
    let from = at
    while (from > last && IS_LIST_UNIT[bytes[from - 1] ?? 0]) from--
    let to = at + 1
    while (IS_LIST_UNIT[bytes[to] ?? 0]) to++
    last = to
    at = Math.max(at, to - 1)
    if (to - from < 2 * MIN_VIEW_CHARS - 1) continue
    hasList = true
    readLists(bytes, from, to, views)
  }
  // The first of two lines with twelve bytes, or the second, is a list.
  if (hasList) decodeDumps(text, views)
}

function goesOn(bytes: Uint8Array, at: number): boolean {
  for (let next = at; next <= at + AHEAD_CHARS; next++)
    if (!IS_LIST_UNIT[bytes[next] ?? 0]) return false
  return true
}

/**
 * Digits, `a` to `f`, and what stands between numbers: `"0":101, [1,2] 65:79 65_79 0x41`, or `\n`
 * in a JSON text in a text.
 */
const IS_LIST_UNIT: Uint8Array = tableOf(/[0-9a-fA-FnxX_ ,:;\t\r\n"'\\[\]-]/)

/** The numbers of a list, in order: where each begins and ends, and which byte it is. */
interface Numbers {
  readonly from: number[]
  readonly to: number[]
  /** As a decimal number; negative for what is no decimal byte. */
  readonly byte: number[]
}

function readLists(bytes: Uint8Array, from: number, to: number, views: View[]): void {
  const numbers = numbersIn(bytes, from, to)
  addRuns(numbers, isDecimalByte, decimals, views)
  addRuns(numbers, isHexGroup, (run) => hexGroups(run, bytes), views)
  // The keys of `{"0":101,"1":121}` count up, and are no part of the bytes.
  if (bytes.subarray(from, to).includes(COLON))
    for (const odd of [0, 1]) addRuns(everySecond(numbers, odd), isDecimalByte, decimals, views)
}

/** The numbers of a list. What is a part of a word is none. */
function numbersIn(bytes: Uint8Array, from: number, to: number): Numbers {
  const numbers: Numbers = { from: [], to: [], byte: [] }
  for (let at = from; at < to; at++) {
    if (IS_HEX_DIGIT[bytes[at] ?? 0] === 0) continue
    const start = at
    while (at < to && IS_HEX_DIGIT[bytes[at] ?? 0] === 1) at++
    const isPrefix = at === start + 1 && bytes[start] === ZERO && ((bytes[at] ?? 0) | 0x20) === X
    const isInWord =
      (start === from && start > 0 && IS_WORD[bytes[start - 1] ?? 0] === 1) ||
      (at === to && IS_WORD[bytes[at] ?? 0] === 1)
    if (isPrefix || isInWord) continue
    numbers.from.push(start)
    numbers.to.push(at)
    numbers.byte.push(decimalByte(bytes, start, at))
  }
  return numbers
}

const ZERO = 48
const NINE = 57
const COLON = 58
const X = 120
const IS_HEX_DIGIT: Uint8Array = tableOf(/[0-9a-fA-F]/)
const IS_WORD: Uint8Array = tableOf(/\w/)

/** The byte that a decimal number is; negative for none. */
function decimalByte(bytes: Uint8Array, from: number, to: number): number {
  if (to - from > 3) return -1
  let value = 0
  for (let at = from; at < to; at++) {
    const unit = bytes[at] ?? 0
    if (unit > NINE) return -1
    value = 10 * value + unit - ZERO
  }
  return value < 256 ? value : -1
}

function everySecond({ from, to, byte }: Numbers, odd: number): Numbers {
  const isWanted = (_: number, index: number) => index % 2 === odd
  return { from: from.filter(isWanted), to: to.filter(isWanted), byte: byte.filter(isWanted) }
}

function isDecimalByte({ byte }: Numbers, index: number): boolean {
  return (byte[index] ?? -1) >= 0
}

function isHexGroup({ from, to }: Numbers, index: number): boolean {
  const length = (to[index] ?? 0) - (from[index] ?? 0)
  return length === 2 || length === 4 || length === 8 || length === 16
}

/** Adds a view of each run of numbers that may be bytes. */
function addRuns(
  numbers: Numbers,
  isByte: (numbers: Numbers, index: number) => boolean,
  decode: (run: Numbers) => Uint8Array,
  views: View[],
): void {
  const { from, to, byte } = numbers
  for (let first = 0; first < from.length; first++) {
    let end = first
    while (end < from.length && isByte(numbers, end)) end++
    if (end - first > 1)
      addView(
        { from: from.slice(first, end), to: to.slice(first, end), byte: byte.slice(first, end) },
        decode,
        views,
      )
    first = end
  }
}

function addView(run: Numbers, decode: (run: Numbers) => Uint8Array, views: View[]): void {
  const bytes = latin1(decode(run))
  const text = withoutNulls(bytes)
  const [from, to] = [run.from[0], run.to.at(-1)]
  if (text.length < MIN_VIEW_CHARS || from === undefined || to === undefined) return
  for (const one of readingsOf(bytes, text)) views.push({ text: one, from, to })
}

/** Compressed data has nulls that belong to it. */
function readingsOf(bytes: string, text: string): readonly string[] {
  return bytes !== text && mayBePackedBytes(bytes) ? [text, bytes] : [text]
}

function decimals({ byte }: Numbers): Uint8Array {
  return Uint8Array.from(byte)
}

/** Each group has an even number of digits. */
function hexGroups({ from, to }: Numbers, bytes: Uint8Array): Uint8Array {
  const decoded: number[] = []
  for (const [index, start] of from.entries())
    for (let at = start; at < (to[index] ?? 0); at += 2)
      decoded.push(((HEX_VALUE[bytes[at] ?? 0] ?? 0) << 4) | (HEX_VALUE[bytes[at + 1] ?? 0] ?? 0))
  return Uint8Array.from(decoded)
}

/**
 * The texts of an array whose items are bytes, also signed ones, or of an object that is such an
 * array: `{"0":101,"1":121}`. None for any other.
 */
export function textsOfBytes(part: object): readonly string[] {
  if (!Array.isArray(part) && !('0' in part && isByteValue(part[0]))) return []
  const items: readonly unknown[] = Array.isArray(part) ? part : Object.values(part)
  if (items.length < MIN_VIEW_CHARS || !items.every(isByteValue)) return []
  const bytes = latin1(Uint8Array.from(items))
  return readingsOf(bytes, withoutNulls(bytes))
}

function isByteValue(item: unknown): item is number {
  return typeof item === 'number' && Number.isInteger(item) && item >= -128 && item < 256
}
