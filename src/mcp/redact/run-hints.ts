// Says whether a run of letters is worth a closer look: whether it may be base64 of a text, base32,
// hex, or one of several lines or groups. Most runs are neither. It is never wrong when it says no.

import { MIN_BASE32_LETTERS, mayBeBase32 } from './base32.ts'
import { BITS } from './letters.ts'
import { tableOf } from './text-bytes.ts'

/** Shorter runs hold no secret: twelve characters are sixteen letters. */
export const MIN_RUN_LETTERS = 16
/** Groups of fewer letters are not joined. */
export const MIN_GROUP_LETTERS = 4
const MIN_HEX_DIGITS = 24

/** Letters of base64 in either alphabet, which hex digits are too. */
export const IS_LETTER: Uint8Array = tableOf(/[A-Za-z0-9+/_-]/)
/** What a break between lines or groups begins and ends with; in JSON it ends with a letter. */
export const IS_BREAK: Uint8Array = tableOf(/[ \t\r\n\\]/)
const IS_HEX_DIGIT: Uint8Array = tableOf(/[0-9a-fA-F]/)
const IS_CAPITAL_32: Uint8Array = tableOf(/[A-Z2-7]/)
const IS_SMALL_32: Uint8Array = tableOf(/[a-z2-7]/)
const BACKSLASH = 92
const SMALL_N = 110

/** Whether the letters from `from` to `to`, all that are there, may be a run or a part of one. */
export function mayBeRun(bytes: Uint8Array, from: number, to: number): boolean {
  const size = to - from
  if (size < MIN_GROUP_LETTERS) return false
  const after = bytes[to] ?? 0
  const before = from === 0 ? 0 : (bytes[from - 1] ?? 0)
  if (size >= MIN_RUN_LETTERS)
    return (
      IS_BREAK[after] === 1 ||
      before === BACKSLASH ||
      hasAscii(bytes, from, to) ||
      hasStretch(bytes, from, to, IS_HEX_DIGIT, MIN_HEX_DIGITS) ||
      hasStretch(bytes, from, to, IS_CAPITAL_32, MIN_BASE32_LETTERS, mayBeBase32) ||
      hasStretch(bytes, from, to, IS_SMALL_32, MIN_BASE32_LETTERS, mayBeBase32)
    )
  if (IS_BREAK[after] === 1 && isWord(bytes, behindBreak(bytes, to), size, 1)) return true
  // The word may begin with the `n` of a line break that is written `\\n`.
  if (before === BACKSLASH) return true
  return IS_BREAK[before] === 1 && isWord(bytes, beforeBreak(bytes, from), size, -1)
}

/** Where a word begins behind a break of any kind. */
function behindBreak(bytes: Uint8Array, from: number): number {
  let at = from
  for (;;) {
    const unit = bytes[at] ?? 0
    if (IS_BREAK[unit] === 0) return at
    at += unit === BACKSLASH ? 2 : 1
  }
}

/** The last letter before a break of any kind that ends in a blank; negative for none. */
function beforeBreak(bytes: Uint8Array, from: number): number {
  let at = from - 1
  while (at >= 0 && IS_BREAK[bytes[at] ?? 0] === 1) at--
  const isEscaped = at > 0 && bytes[at] === SMALL_N && bytes[at - 1] === BACKSLASH
  if (!isEscaped) return at
  return at > 3 && bytes[at - 3] === BACKSLASH ? at - 4 : at - 2
}

/** Whether a word may have so many letters. It looks at some, in a direction. */
function isWord(bytes: Uint8Array, from: number, size: number, direction: 1 | -1): boolean {
  const last = from + direction * (size - 1)
  const behind = last + direction
  return (
    last >= 0 &&
    IS_LETTER[bytes[last] ?? 0] === 1 &&
    IS_LETTER[bytes[(from + last) >> 1] ?? 0] === 1 &&
    // An `n` may be that of a line break.
    (behind < 0 || IS_LETTER[bytes[behind] ?? 0] === 0 || bytes[behind] === SMALL_N)
  )
}

/**
 * Of each letter: the places in a group of four where it may be, when the group is ASCII. A bit is
 * set for each place. The highest bit of each byte of ASCII is zero.
 */
const PLACES: Uint8Array = Uint8Array.from({ length: 256 }, (_, code) => {
  const bits = BITS[code] ?? 0
  return (bits & 32 ? 0 : 1) | (bits & 8 ? 0 : 2) | (bits & 2 ? 0 : 4) | 8
})
/** The same, when the places are counted from the first of four letters. */
const [FIRST, SECOND, THIRD, FOURTH] = [turned(0), turned(1), turned(2), turned(3)]

function turned(turn: number): Uint8Array {
  return PLACES.map((places) => ((places << (4 - turn)) | (places >>> turn)) & 15)
}

/**
 * Whether some letters are ASCII, wherever a group begins. Twelve characters have three quadruples in
 * a row, counted from any letter; of these, one is looked at first.
 */
function hasAscii(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from + 8; at + 4 <= to; at += 12) {
    const here = placesOf(bytes, at)
    if (here === 0) continue
    const before = here & placesOf(bytes, at - 4)
    if ((before & placesOf(bytes, at - 8)) !== 0) return true
    const behind = at + 8 > to ? 0 : here & placesOf(bytes, at + 4)
    if ((before & behind) !== 0) return true
    if (at + 12 <= to && (behind & placesOf(bytes, at + 8)) !== 0) return true
  }
  return false
}

/** The places where four letters may be together. */
function placesOf(bytes: Uint8Array, at: number): number {
  return (
    (FIRST[bytes[at] ?? 0] ?? 0) &
    (SECOND[bytes[at + 1] ?? 0] ?? 0) &
    (THIRD[bytes[at + 2] ?? 0] ?? 0) &
    (FOURTH[bytes[at + 3] ?? 0] ?? 0)
  )
}

/** Whether so many letters of one kind are in a row, and may be text. */
function hasStretch(
  bytes: Uint8Array,
  from: number,
  to: number,
  isKind: Uint8Array,
  size: number,
  mayBeText: (bytes: Uint8Array, from: number, to: number) => boolean = anyMayBe,
): boolean {
  if (to - from < size) return false
  // A stretch is at two of these places.
  const step = size >> 1
  for (let at = from + step - 1; at + step < to; at += step) {
    if (isKind[bytes[at] ?? 0] === 0 || isKind[bytes[at + step] ?? 0] === 0) continue
    let begin = at
    while (begin > from && isKind[bytes[begin - 1] ?? 0] === 1) begin--
    let end = at + 1
    while (end < to && isKind[bytes[end] ?? 0] === 1) end++
    if (end - begin >= size && mayBeText(bytes, begin, end)) return true
    at = Math.max(at, end - step)
  }
  return false
}

const anyMayBe = () => true
