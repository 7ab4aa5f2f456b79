// A part of a text as it reads when it is decoded. The search looks into views, and removes the
// part.

import type { Range } from './search.ts'

/** What a part of a text may decode to, and where that part is. */
export interface View extends Range {
  readonly text: string
  /** The lines that it was read from, in order. Default: it is one part. */
  readonly lines?: readonly ViewLine[]
}

/** A line of a part, and how many characters of the view are before those of the line. */
export interface ViewLine extends Range {
  readonly before: number
}

/** The parts of the text in which parts of the view are: whole lines, where it has lines. */
export function sourcesOf({ from, to, lines }: View, inside: readonly Range[]): readonly Range[] {
  if (!lines) return [{ from, to }]
  return inside.map((part) => ({
    from: lines[lineOf(lines, part.from)]?.from ?? from,
    to: lines[lineOf(lines, part.to - 1)]?.to ?? to,
  }))
}

/** The number of the line that a character is in: the last one that begins before it. */
function lineOf(lines: readonly ViewLine[], character: number): number {
  let low = 0
  for (let high = lines.length; high - low > 1; ) {
    const middle = (low + high) >> 1
    if ((lines[middle]?.before ?? 0) <= character) low = middle
    else high = middle
  }
  return low
}

/** Fewer characters hold no secret. */
export const MIN_VIEW_CHARS = 12

/** Bytes as a text of the same length: UTF-8 is not decoded. */
export function latin1(bytes: Uint8Array): string {
  let text = ''
  // The platform limits the number of arguments.
  for (let at = 0; at < bytes.length; at += 4096)
    text += String.fromCharCode(...bytes.subarray(at, at + 4096))
  return text
}

/** The text of UTF-16 (and of UTF-32) whose bytes were read one by one. */
export function withoutNulls(text: string): string {
  return text.includes('\0') ? text.replaceAll('\0', '') : text
}
