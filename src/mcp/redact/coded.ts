// Finds the parts of a text that look encoded, and what they may decode to. It knows no secret.

import { decodeByteLists } from './byte-lists.ts'
import { decodeEscapedRuns } from './escapes.ts'
import { decodeFullWidth } from './full-width.ts'
import { letterRuns, placeOf } from './letter-runs.ts'
import { decodeLetters } from './letters.ts'
import { decodeInvisible, decodeSpaced } from './spaced.ts'
import { bytesOf } from './text-bytes.ts'
import { type View, withoutNulls } from './view.ts'

/**
 * Gives the views of a text: each part of it that may be decoded, decoded once.
 *
 * @param onPacked Is told where a run of letters begins that may hold compressed data.
 */
export function viewsOf(text: string, onPacked: (at: number) => void): readonly View[] {
  const views: View[] = []
  const asBytes = bytesOf(text)
  for (const run of letterRuns(text, asBytes, onPacked)) {
    for (const view of decodeLetters(run.letters)) {
      const from = placeOf(run, view.from)
      views.push({ text: view.text, from, to: placeOf(run, view.to - 1) + 1 })
    }
  }
  decodeEscapedRuns(text, views)
  decodeByteLists(text, asBytes, views)
  decodeSpaced(text, asBytes, views)
  if (!asBytes.isAscii) {
    decodeInvisible(text, views)
    decodeFullWidth(text, views)
  }
  if (text.includes('\0')) views.push(...utf16Views(text))
  return views
}

/** Stretches of UTF-16 whose bytes were read as characters. */
function utf16Views(text: string): readonly View[] {
  return [...text.matchAll(/\0?(?:[\t\n\r -~]\0){11,}[\t\n\r -~]?/g)].map((match) => ({
    text: withoutNulls(match[0]),
    from: match.index,
    to: match.index + match[0].length,
  }))
}
