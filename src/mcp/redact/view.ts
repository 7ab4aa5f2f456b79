// A part of a text as it reads when it is decoded. The search looks into views, and removes the
// part.

import type { Range } from './search.ts'

/** What a part of a text may decode to, and where that part is. */
export interface View extends Range {
  readonly text: string
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
