// Finds bytes that are written as numbers: lists of decimal numbers, JSON of a Buffer or a
// Uint8Array, groups of hex digits, and the columns of a hexdump.

import { decodeDumps } from './dumps.ts'
import { decodeHex } from './letters.ts'
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
    readLists(text, from, to, views)
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
 * Digits, `a` to `f`, and what stands between numbers: `"0":101, [1,2] 65:79 0x41`, or `\n` in a
 * JSON text in a text.
 */
const IS_LIST_UNIT: Uint8Array = tableOf(/[0-9a-fA-FnxX ,:;\t\r\n"'\\[\]-]/)

/** A number of a list, and where it is. */
interface Item {
  readonly digits: string
  readonly from: number
  readonly to: number
}

function readLists(text: string, from: number, to: number, views: View[]): void {
  const items = numbersIn(text, from, to)
  addRuns(items, isDecimalByte, decimals, views)
  addRuns(items, isHexGroup, hexGroups, views)
  // The keys of `{"0":101,"1":121}` count up, and are no part of the bytes.
  if (!text.slice(from, to).includes(':')) return
  for (const odd of [0, 1])
    addRuns(
      items.filter((_, index) => index % 2 === odd),
      isDecimalByte,
      decimals,
      views,
    )
}

/** The numbers of a list. What is a part of a word is none. */
function numbersIn(text: string, from: number, to: number): readonly Item[] {
  const items: Item[] = []
  for (const match of text.slice(from, to).matchAll(/[0-9a-f]+/gi)) {
    const start = from + match.index
    const end = start + match[0].length
    const isPrefix = match[0] === '0' && /x/i.test(text[end] ?? '')
    const isInWord =
      (start === from && /\w/.test(text[start - 1] ?? '')) ||
      (end === to && /\w/.test(text[end] ?? ''))
    if (!isPrefix && !isInWord) items.push({ digits: match[0], from: start, to: end })
  }
  return items
}

function isDecimalByte(digits: string): boolean {
  return digits.length <= 3 && /^\d+$/.test(digits) && Number(digits) < 256
}

function isHexGroup({ length }: string): boolean {
  return length === 2 || length === 4 || length === 8 || length === 16
}

/** Adds a view of each run of numbers that may be bytes. */
function addRuns(
  items: readonly Item[],
  isByte: (digits: string) => boolean,
  decode: (digits: readonly string[]) => string,
  views: View[],
): void {
  let run: Item[] = []
  const flush = () => {
    const bytes = run.length < 2 ? '' : decode(run.map(({ digits }) => digits))
    const text = withoutNulls(bytes)
    const [first, last] = [run[0], run.at(-1)]
    if (text.length >= MIN_VIEW_CHARS && first && last)
      for (const one of readingsOf(bytes, text))
        views.push({ text: one, from: first.from, to: last.to })
    run = []
  }
  for (const item of items) {
    if (isByte(item.digits)) run.push(item)
    else flush()
  }
  flush()
}

/** Compressed data has nulls that belong to it. */
function readingsOf(bytes: string, text: string): readonly string[] {
  return bytes !== text && mayBePackedBytes(bytes) ? [text, bytes] : [text]
}

function decimals(digits: readonly string[]): string {
  return latin1(Uint8Array.from(digits, Number))
}

function hexGroups(digits: readonly string[]): string {
  const all = digits.join('')
  return decodeHex(all, 0, all.length)
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
