// Finds many texts in one: it looks at four characters, then leaps. It needs the whole text; a
// stream is searched by the automaton.

import { createGrams, GRAM, gramAt, nextIn } from './grams.ts'

/**
 * A text to search for. Any run of at least `minRun` characters of it is a match; use its length to
 * match only the whole.
 */
export interface Needle {
  readonly text: string
  /** 12 or more. */
  readonly minRun: number
}

/** A part of a text: from `from` up to, but not including, `to`. */
export interface Range {
  readonly from: number
  readonly to: number
}

/**
 * Gives the parts of a text that are covered by matches, in order. They neither overlap nor touch.
 */
export type Search = (text: string) => readonly Range[]

/** The set of grams grows with the leap. A longer leap than this costs more than it saves. */
const MAX_LEAP = 60
/** Shorter texts are read in place, because copying them costs more than it saves. */
const MAX_IN_PLACE_CHARS = 400
const NONE: readonly Range[] = []
/** Characters that are copied at once. */
const CHUNK_CHARS = 32_768
const BIG_ENDIAN: boolean = new Uint8Array(Uint32Array.of(1).buffer)[0] === 0

/**
 * Makes a search for some texts.
 *
 * A window is a part of a needle, as long as the shortest match allows. One window is known of a
 * needle that must match as a whole, and every window of one that may match in part. The search
 * looks at every `leap`-th position of the text. A window is long enough to contain one of these
 * positions with its whole gram (four characters), so no match is missed. Where the gram is one of
 * a window's, the window is looked up, and then the needle is compared.
 */
export function createSearch(needles: readonly Needle[]): Search {
  if (needles.length === 0) return () => []
  const shortest = needles.reduce(
    (length, { minRun }) => Math.min(length, minRun),
    Number.POSITIVE_INFINITY,
  )
  // A multiple of four, so that the copied bytes can be read as 32-bit numbers.
  const leap = Math.min(MAX_LEAP, (shortest - GRAM + 1) & ~3)
  const window = leap + GRAM - 1
  const { grams, places } = knownWindows(needles, window, leap)
  const copied = Math.floor(CHUNK_CHARS / leap) * leap
  // Room for one more step, because the search looks at two words at a time.
  const words = new Int32Array((copied + leap) / 4)
  const bytes = new Uint8Array(words.buffer, 0, copied)
  const encoder = new TextEncoder()

  return (text) => {
    if (text.length < shortest) return NONE
    const found: Range[] = []
    // Where the last match of each needle began and ended. Without it, the same match would be
    // measured again at every step inside it.
    let origins: Map<Needle, { readonly origin: number; readonly to: number }> | undefined

    function look(at: number, gram: number): void {
      for (const offset of grams.offsets(gram)) {
        const from = at - offset
        for (const { needle, at: inside } of from < 0
          ? []
          : (places.get(text.slice(from, from + window)) ?? [])) {
          const last = origins?.get(needle)
          if (last?.origin === from - inside && from < last.to) continue
          const range = runAround(text, from, needle, inside, window)
          if (!range) continue
          origins ??= new Map()
          origins.set(needle, { origin: from - inside, to: range.to })
          found.push(range)
        }
      }
    }
    function lookInPlace(from: number, to: number): void {
      for (let at = from; at + GRAM <= to; at += leap) {
        look(at, gramAt(text, at))
      }
    }
    function lookInCopy(from: number, length: number): void {
      const end = length >>> 2
      const step = leap >>> 2
      for (
        let at = nextIn(grams, words, 0, end, step);
        at < end;
        at = nextIn(grams, words, at + 2 * step, end, step)
      ) {
        look(from + at * 4, words[at] ?? 0)
        if (at + step < end) look(from + (at + step) * 4, words[at + step] ?? 0)
      }
    }

    if (text.length <= MAX_IN_PLACE_CHARS || BIG_ENDIAN) lookInPlace(0, text.length)
    else {
      for (let from = 0; from < text.length; from += bytes.length) {
        const to = Math.min(text.length, from + bytes.length)
        const { read, written } = encoder.encodeInto(text.slice(from, to), bytes)
        // When every character gave one byte, positions in the copy are positions in the text.
        if (read === to - from && written === read) lookInCopy(from, written)
        else lookInPlace(from, to)
      }
    }
    return found.length === 0 ? NONE : mergeRanges(found)
  }
}

interface Place {
  readonly needle: Needle
  readonly at: number
}

/** The windows, by their text, and the grams that the search can meet in them. */
function knownWindows(needles: readonly Needle[], window: number, leap: number) {
  const windows = needles.map(({ text, minRun }) =>
    minRun === text.length ? 1 : text.length - window + 1,
  )
  const grams = createGrams(windows.reduce((sum, count) => sum + count + leap - 1, 0))
  const places = new Map<string, Place[]>()
  needles.forEach((needle, index) => {
    // From the end: tokens begin alike, and end in their signature.
    for (let at = needle.text.length - window, left = windows[index] ?? 0; left > 0; at--, left--) {
      const text = needle.text.slice(at, at + window)
      const known = places.get(text)
      if (known) known.push({ needle, at })
      else places.set(text, [{ needle, at }])
      for (let offset = 0; offset < leap; offset++) grams.add(gramAt(text, offset), offset)
    }
  })
  return { grams, places }
}

/** The run of equal characters around a window. Undefined when it is shorter than `minRun`. */
function runAround(
  text: string,
  from: number,
  needle: Needle,
  inside: number,
  window: number,
): Range | undefined {
  let before = 0
  while (
    before < inside &&
    before < from &&
    text.charCodeAt(from - before - 1) === needle.text.charCodeAt(inside - before - 1)
  )
    before++
  let after = window
  while (
    inside + after < needle.text.length &&
    text.charCodeAt(from + after) === needle.text.charCodeAt(inside + after)
  )
    after++
  return before + after < needle.minRun ? undefined : { from: from - before, to: from + after }
}

/** Puts ranges in order, and makes one of those that overlap or touch. */
export function mergeRanges(ranges: readonly Range[]): readonly Range[] {
  const together: Range[] = []
  for (const { from, to } of [...ranges].sort((left, right) => left.from - right.from)) {
    const last = together.at(-1)
    if (last && from <= last.to)
      together[together.length - 1] = { from: last.from, to: Math.max(last.to, to) }
    else together.push({ from, to })
  }
  return together
}
