// Finds many texts in one: a skip search that looks at four characters, then leaps. For whole texts; a stream has its automaton.

import { createGrams, GRAM, gramAt, nextIn } from './grams.ts'

/** A text to search for: any run of at least so many of its characters counts; `least = text.length` asks for the whole. */
export interface Wanted {
  readonly text: string
  /** At least 12. */
  readonly least: number
}

/** From a position up to, without, another. */
export interface Range {
  readonly from: number
  readonly to: number
}

/** What is covered by matches, as ranges in order that neither overlap nor touch. */
export type Search = (text: string) => readonly Range[]

/** Longest leap: the set of grams grows with it, and from here on the leap saves less than that costs. */
const LONGEST_LEAP = 60
/** Texts up to here are read in place: copying them costs more than it saves. */
const READ_IN_PLACE = 400
const NONE: readonly Range[] = []
/** Characters copied at once. */
const COPIED = 32_768
const BIG_ENDIAN: boolean = new Uint8Array(Uint32Array.of(1).buffer)[0] === 0

/**
 * Makes a search for some texts.
 *
 * How it finds all: of each wanted text one window (of a run, every window) is known, as long as the shortest text. It looks at every
 * `leap`-th position of the text, so that one of them lies in any such window with its whole gram. Where that gram is one of a window,
 * the window is looked up, and then all of the wanted text is compared.
 */
export function createSearch(wanted: readonly Wanted[]): Search {
  if (wanted.length === 0) return () => []
  const shortest = wanted.reduce(
    (least, one) => Math.min(least, one.least),
    Number.POSITIVE_INFINITY,
  )
  // A multiple of four, so that the copied bytes can be read as 32-bit numbers.
  const leap = Math.min(LONGEST_LEAP, (shortest - GRAM + 1) & ~3)
  const window = leap + GRAM - 1
  const { grams, places } = knownWindows(wanted, window, leap)
  const copied = Math.floor(COPIED / leap) * leap
  // With room for one more step: the search looks at two words at a time.
  const words = new Int32Array((copied + leap) / 4)
  const bytes = new Uint8Array(words.buffer, 0, copied)
  const encoder = new TextEncoder()

  return (text) => {
    if (text.length < shortest) return NONE
    const found: Range[] = []
    // Where the last match of each wanted text began and ended: inside it the same match would be measured again at every step.
    let origins: Map<Wanted, { readonly origin: number; readonly to: number }> | undefined

    function look(at: number, gram: number): void {
      for (const offset of grams.offsets(gram)) {
        const from = at - offset
        for (const { one, at: inside } of from < 0
          ? []
          : (places.get(text.slice(from, from + window)) ?? [])) {
          const last = origins?.get(one)
          if (last?.origin === from - inside && from < last.to) continue
          const range = runAround(text, from, one, inside, window)
          if (!range) continue
          origins ??= new Map()
          origins.set(one, { origin: from - inside, to: range.to })
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

    if (text.length <= READ_IN_PLACE || BIG_ENDIAN) lookInPlace(0, text.length)
    else {
      for (let from = 0; from < text.length; from += bytes.length) {
        const to = Math.min(text.length, from + bytes.length)
        const { read, written } = encoder.encodeInto(text.slice(from, to), bytes)
        // Only where every character gave one byte are the places in the copy those in the text.
        if (read === to - from && written === read) lookInCopy(from, written)
        else lookInPlace(from, to)
      }
    }
    return found.length === 0 ? NONE : merged(found)
  }
}

interface Place {
  readonly one: Wanted
  readonly at: number
}

/** The windows, by their text, and the grams that can be met in them. */
function knownWindows(wanted: readonly Wanted[], window: number, leap: number) {
  const windows = wanted.map(({ text, least }) =>
    least === text.length ? 1 : text.length - window + 1,
  )
  const grams = createGrams(windows.reduce((sum, count) => sum + count + leap - 1, 0))
  const places = new Map<string, Place[]>()
  wanted.forEach((one, index) => {
    // Of a whole text the last window: tokens begin alike and end in their signature.
    for (let at = one.text.length - window, left = windows[index] ?? 0; left > 0; at--, left--) {
      const text = one.text.slice(at, at + window)
      const known = places.get(text)
      if (known) known.push({ one, at })
      else places.set(text, [{ one, at }])
      for (let offset = 0; offset < leap; offset++) grams.add(gramAt(text, offset), offset)
    }
  })
  return { grams, places }
}

/** The run of equal characters around a window; none if it is shorter than what counts. */
function runAround(
  text: string,
  from: number,
  one: Wanted,
  inside: number,
  window: number,
): Range | undefined {
  let before = 0
  while (
    before < inside &&
    before < from &&
    text.charCodeAt(from - before - 1) === one.text.charCodeAt(inside - before - 1)
  )
    before++
  let after = window
  while (
    inside + after < one.text.length &&
    text.charCodeAt(from + after) === one.text.charCodeAt(inside + after)
  )
    after++
  return before + after < one.least ? undefined : { from: from - before, to: from + after }
}

/** Ranges in order, with those that overlap or touch made one. */
export function merged(ranges: readonly Range[]): readonly Range[] {
  const together: Range[] = []
  for (const { from, to } of [...ranges].sort((one, other) => one.from - other.from)) {
    const last = together.at(-1)
    if (last && from <= last.to)
      together[together.length - 1] = { from: last.from, to: Math.max(last.to, to) }
    else together.push({ from, to })
  }
  return together
}
