// Finds the needles of an index in a whole text: it looks at five characters, then leaps. Its time
// does not depend on how many needles there are.

import type { Budget, Work } from './budget.ts'
import { DenseGrams } from './dense-grams.ts'
import { goOnWith } from './go-on-with.ts'
import { ANY_CASE, GRAM, gramAt, gramIn, nextIn } from './grams.ts'
import type { Needle, NeedleIndex } from './needle-index.ts'
import { nextWordsIn } from './word-filter.ts'

/** A part of a text: from `from` up to, but not including, `to`. */
export interface Range {
  readonly from: number
  readonly to: number
}

const NONE: readonly Range[] = []
/** Shorter texts are read in place, because copying them costs more than it saves. */
const MAX_IN_PLACE_CHARS = 400
/** Characters that are copied at once, about: it is a multiple of the leap. */
const CHUNK_CHARS = 32_768
const BIG_ENDIAN: boolean = new Uint8Array(Uint32Array.of(1).buffer)[0] === 0
/**
 * Characters that are compared for each one of the text, before the search gives up. Only texts
 * that repeat what many secrets share come near.
 */
const MAX_COMPARED = 40
/** Characters that are compared in any text, however short. */
const MIN_COMPARED = 100_000

// Room for more steps, because the search looks at several words at a time.
const words = new Int32Array((CHUNK_CHARS + 128) / 4)
const chunk = new Uint8Array(words.buffer, 0, CHUNK_CHARS)
const encoder = new TextEncoder()
const denseGrams = new DenseGrams(CHUNK_CHARS / 4 + 1)

/** Options of {@link search}. */
export interface SearchOptions {
  /** Called for each gram that passes the filter, also for the signs of the index. */
  readonly onGram?: (at: number) => void
  /** Counts the characters that are compared. */
  readonly budget?: Budget
}

/**
 * Gives the parts of a text that are covered by matches, in order. They neither overlap nor touch.
 *
 * @returns Undefined when the text is made to be compared with needles for ever.
 */
export function search(
  index: NeedleIndex,
  text: string,
  options: SearchOptions = {},
): readonly Range[] | undefined {
  if (cannotMatch(index, text, options)) return NONE
  const matches = new Matches(index, text, options)
  for (let from = 0; from < text.length; ) from = lookOn(matches, from)
  // To compare is the quickest of all work.
  options.budget?.spend(matches.compared >>> 3)
  return matches.ranges()
}

/**
 * The same, in turns with others.
 *
 * @param isOneEnough Whether it may end when it found something. Default no.
 */
export function* searchInTurns(
  index: NeedleIndex,
  text: string,
  budget: Budget,
  isOneEnough = false,
): Work<readonly Range[] | undefined> {
  if (cannotMatch(index, text, {})) return NONE
  const matches = new Matches(index, text, {})
  for (let from = 0; from < text.length; ) {
    if (budget.isTurnDue) yield
    const { compared } = matches
    const next = lookOn(matches, from)
    budget.spend(((next - from) >>> 2) + ((matches.compared - compared) >>> 3))
    from = isOneEnough && matches.hasAny ? text.length : next
  }
  return matches.ranges()
}

function cannotMatch({ size, leap }: NeedleIndex, text: string, { onGram }: SearchOptions) {
  return (size === 0 && !onGram) || text.length < leap + GRAM - 1
}

/** Looks at the text from a position on, as far as it is looked at at once; gives where that ends. */
function lookOn(matches: Matches, from: number): number {
  const { index, text } = matches
  if (text.length <= MAX_IN_PLACE_CHARS || BIG_ENDIAN) {
    matches.goOn(text.length)
    lookInPlace(matches, from, text.length)
    return text.length
  }
  const to = Math.min(text.length, from + Math.floor(CHUNK_CHARS / index.leap) * index.leap)
  matches.goOn(to)
  const { read, written } = encoder.encodeInto(text.slice(from, to), chunk)
  // When every character gave one byte, positions in the copy are positions in the text.
  if (read === to - from && written === read) lookInCopy(matches, from, written)
  else lookInPlace(matches, from, to)
  return to
}

function lookInPlace(matches: Matches, from: number, to: number): void {
  const { index, text } = matches
  for (let at = from; at < to && at + GRAM <= text.length; at += index.leap) {
    const hash = gramAt(text, at, index.letterCase)
    if (index.grams.mayHave(hash)) matches.look(at, hash)
  }
}

function lookInCopy(matches: Matches, from: number, length: number): void {
  const { isDense, wordBits } = matches.index
  if (wordBits) lookByWords(matches, wordBits, from, length)
  else if (isDense) lookAtDense(matches, from, length)
  else lookAtGrams(matches, from, length)
}

function lookByWords(matches: Matches, bits: Int32Array, from: number, length: number): void {
  const end = length >>> 2
  const step = matches.index.leap >>> 2
  for (
    let at = nextWordsIn(bits, words, 0, end, step);
    at < end;
    at = nextWordsIn(bits, words, at + 4 * step, end, step)
  )
    for (let word = at; word < at + 4 * step; word += step)
      lookAt(matches, word, from, from + length)
}

function lookAtDense(matches: Matches, from: number, length: number): void {
  const { leap, grams, letterCase } = matches.index
  denseGrams.collect(words, length >>> 2, leap >>> 2, letterCase)
  denseGrams.ask(grams.filter, grams.shift, (at) => lookAt(matches, at, from, from + length))
}

function lookAtGrams(matches: Matches, from: number, length: number): void {
  const { leap, grams, letterCase } = matches.index
  const { filter, shift } = grams
  const end = length >>> 2
  const step = leap >>> 2
  for (
    let at = nextIn(filter, shift, words, 0, end, step, letterCase);
    at < end;
    at = nextIn(filter, shift, words, at + 2 * step, end, step, letterCase)
  ) {
    lookAt(matches, at, from, from + length)
    lookAt(matches, at + step, from, from + length)
  }
}

/** @param word In the copy, which begins at `from` in the text. */
function lookAt(matches: Matches, word: number, from: number, to: number): void {
  const at = from + word * 4
  if (at + GRAM > to) return
  const { grams, letterCase } = matches.index
  const hash = gramIn(words, word, letterCase)
  if (grams.mayHave(hash)) matches.look(at, hash)
}

/** The matches in one text. */
class Matches {
  readonly index: NeedleIndex
  readonly text: string
  readonly #found: Range[] = []
  /**
   * Where the last run of each needle began and ended. Without it, the same run would be measured
   * again at every step inside it.
   */
  #runs: Map<Needle, { readonly origin: number; readonly to: number }> | undefined
  #mayCompare = 0

  /** Characters that were compared. */
  compared = 0
  readonly #onGram: ((at: number) => void) | undefined

  constructor(index: NeedleIndex, text: string, { onGram }: SearchOptions) {
    this.index = index
    this.text = text
    this.#onGram = onGram
  }

  /**
   * Says up to where the text is looked at next: what may be compared grows with it. When it was too
   * much once, it stays so, because something was not compared.
   */
  goOn(to: number): void {
    if (!this.#isTooMuch) this.#mayCompare = MIN_COMPARED + MAX_COMPARED * to
  }

  get #isTooMuch(): boolean {
    return this.compared > this.#mayCompare
  }

  get hasAny(): boolean {
    return this.#found.length > 0
  }

  ranges(): readonly Range[] | undefined {
    if (this.#isTooMuch) return undefined
    return this.#found.length === 0 ? NONE : mergeRanges(this.#found)
  }

  /** Looks at the needles that have the gram at a position of the text. */
  look(at: number, hash: number): void {
    const { grams } = this.index
    this.#onGram?.(at)
    for (
      let slot = grams.first(hash);
      slot >= 0 && !this.#isTooMuch;
      slot = grams.next(hash, slot)
    ) {
      this.compared++
      const place = this.index.placeAt(grams.placeAt(hash, slot))
      if (place) this.#measure(at, place.needle, place.inside)
    }
  }

  /** Measures the run of equal characters around a gram. */
  #measure(at: number, needle: Needle, inside: number): void {
    const origin = at - inside
    const last = this.#runs?.get(needle)
    if (last?.origin === origin && at < last.to) return
    const { text } = this
    const wanted = needle.text
    const { letterCase } = this.index
    let from = at
    while (
      from > 0 &&
      from > origin &&
      isAlike(text.charCodeAt(from - 1), wanted.charCodeAt(from - 1 - origin), letterCase)
    )
      from--
    let to = at
    const end = Math.min(text.length, origin + wanted.length)
    while (to < end && isAlike(text.charCodeAt(to), wanted.charCodeAt(to - origin), letterCase))
      to++
    this.compared += to - from
    if (to - from < needle.minRun) return
    this.#runs ??= new Map()
    this.#runs.set(needle, { origin, to })
    const isSame = (one: number, other: number) => isAlike(one, other, letterCase)
    const { whole = { text: wanted, inside: 0 } } = needle
    const run = { text, wanted: whole.text, origin: origin - whole.inside, from, to }
    const found = goOnWith({ ...run, isAlike: isSame })
    this.compared += found.to - found.from - (to - from)
    this.#found.push(found)
  }
}

/** Whether two characters are the same; in any case, if they are letters of ASCII. */
function isAlike(one: number, other: number, letterCase: number): boolean {
  if (one === other) return true
  const small = one | 0x20
  return letterCase === ANY_CASE && (one ^ other) === 0x20 && small >= 97 && small <= 122
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
