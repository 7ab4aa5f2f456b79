// An index of the texts that are searched for. Texts come and go; the cost of one does not depend
// on how many there are.

import { GramTable } from './gram-table.ts'
import { ANY_CASE, EXACT, GRAM, gramAt, wordAt } from './grams.ts'
import { isWellBelowFull, WordFilter } from './word-filter.ts'

/**
 * A text to search for. Any run of at least `minRun` characters of it is a match; use its length to
 * match only the whole.
 */
export interface Needle {
  readonly text: string
  /** 12 or more, and at least the leap of the index and four. */
  readonly minRun: number
  /** The text that it is a part of, from `inside` on: what goes on with that belongs to the match. */
  readonly whole?: { readonly text: string; readonly inside: number }
}

/** A needle, and how far into it a gram begins. */
export interface Place {
  readonly needle: Needle
  readonly inside: number
}

/** A place as one number: which needle, and how far into it. */
const INSIDE_BITS = 12
/** A gram is indexed only in the beginning of a long needle. */
const MAX_INSIDE = 2 ** INSIDE_BITS
/**
 * A gram that is in so many needles' pieces says nothing of any of them: it is the beginning that
 * an issuer gives to all its tokens. It is not indexed again, or such needles would be compared one
 * by one. A run of other grams beside it is still found.
 */
const MAX_SHARED_PLACES = 32
/** Windows of a needle that are compared, to take the one that is least like other needles. */
const MAX_WINDOWS = 16

/** Grams that a search also tells of, though no needle has them. */
export interface Signs {
  readonly hashes: Int32Array
  /** Their first four bytes, each once. */
  readonly words: Int32Array
}

/** Options of {@link NeedleIndex}. */
interface NeedleIndexOptions {
  readonly signs?: Signs
  readonly isDense?: boolean
  readonly ignoresCase?: boolean
}

/**
 * The index. A search looks at every `leap`-th position of a text, and reads a gram there. Any run
 * that is a match is long enough to contain one of these positions with its whole gram, so the
 * index has every gram of a needle that may match in part, and of any other the grams of a window
 * of `leap` positions.
 */
export class NeedleIndex {
  readonly leap: number
  readonly isDense: boolean
  /** `EXACT` or `ANY_CASE`. */
  readonly letterCase: number
  readonly grams: GramTable
  readonly #signs: Signs | undefined
  /** The first words of all grams. Only a dense index has it. */
  readonly #words: WordFilter | undefined
  readonly #needles: (Needle | undefined)[] = []
  /** Where the indexed grams of each needle begin. */
  readonly #begins: number[] = []
  /** Numbers of needles that were deleted. */
  readonly #free: number[] = []

  /**
   * @param leap A multiple of four.
   * @param options.signs Grams that a search also tells of, see `search`. Default none.
   * @param options.isDense Whether no needle has a character below `#`, and case counts: a search is
   *   faster then. Default no.
   * @param options.ignoresCase Whether a needle is found in small, capital and mixed letters. Default
   *   no.
   */
  constructor(leap: number, options: NeedleIndexOptions = {}) {
    const { signs, isDense = false, ignoresCase = false } = options
    this.leap = leap
    this.isDense = isDense
    this.letterCase = ignoresCase ? ANY_CASE : EXACT
    this.grams = new GramTable(signs?.hashes)
    this.#signs = signs
    if (!isDense) return
    this.#words = new WordFilter()
    this.#enterWords()
  }

  get size(): number {
    return this.#needles.length - this.#free.length
  }

  /** The filter to ask first, see `nextWordsIn`; undefined when it would let too much pass. */
  get wordBits(): Int32Array | undefined {
    return this.#words?.isSharp ? this.#words.bits : undefined
  }

  /** @returns The needle's number, by which it is deleted. */
  add(needle: Needle): number {
    const id = this.#free.pop() ?? this.#needles.length
    const { text } = needle
    const isPart = needle.minRun < text.length
    const begin = isPart ? 0 : this.#windowOf(text)
    const end = this.#endOf(text, begin, isPart)
    this.#needles[id] = needle
    this.#begins[id] = begin
    for (let inside = begin; inside < end; inside++) {
      const hash = gramAt(text, inside, this.letterCase)
      if (isPart && this.#count(hash) >= MAX_SHARED_PLACES) continue
      this.grams.add(hash, (id << INSIDE_BITS) | inside)
      this.#words?.add(wordAt(text, inside))
    }
    this.#sharpen()
    return id
  }

  delete(id: number): void {
    const needle = this.#needles[id]
    if (!needle) return
    const { text } = needle
    const begin = this.#begins[id] ?? 0
    const end = this.#endOf(text, begin, needle.minRun < text.length)
    for (let inside = begin; inside < end; inside++)
      this.grams.delete(gramAt(text, inside, this.letterCase), (id << INSIDE_BITS) | inside)
    this.#needles[id] = undefined
    this.#free.push(id)
    this.#sharpen()
  }

  /** What is at a place. */
  placeAt(place: number): Place | undefined {
    const needle = this.#needles[place >>> INSIDE_BITS]
    return needle && { needle, inside: place & (MAX_INSIDE - 1) }
  }

  /** Takes the words of deleted needles out of the filter, once that is worth the work. */
  #sharpen(): void {
    if (!this.#words || this.#words.isSharp || !isWellBelowFull(this.size * this.leap)) return
    this.#words.clear()
    this.#enterWords()
  }

  #enterWords(): void {
    for (const word of this.#signs?.words ?? []) this.#words?.add(word)
    for (const [id, needle] of this.#needles.entries()) {
      if (!needle) continue
      const begin = this.#begins[id] ?? 0
      const end = this.#endOf(needle.text, begin, needle.minRun < needle.text.length)
      for (let inside = begin; inside < end; inside++) this.#words?.add(wordAt(needle.text, inside))
    }
  }

  /** Where the indexed grams of a needle end. */
  #endOf({ length }: string, begin: number, isPart: boolean): number {
    return isPart ? Math.min(length - GRAM + 1, MAX_INSIDE) : begin + this.leap
  }

  /**
   * Where the indexed grams of a needle begin that matches as a whole. Tokens of one issuer begin
   * alike, and many end alike.
   */
  #windowOf(text: string): number {
    let best = 0
    let fewest = Number.POSITIVE_INFINITY
    const last = Math.min(text.length, MAX_INSIDE) - GRAM + 1 - this.leap
    const stride = Math.max(this.leap, Math.ceil((last + 1) / MAX_WINDOWS))
    // From the end, where most tokens are random.
    for (let from = last; from >= 0 && fewest > 0; from -= stride) {
      let shared = 0
      for (let inside = from; inside < from + this.leap; inside++)
        shared += this.#count(gramAt(text, inside, this.letterCase))
      if (shared < fewest) [best, fewest] = [from, shared]
    }
    return best
  }

  /** In how many places a gram is; not exact, and never more than is worth counting. */
  #count(hash: number): number {
    let count = 0
    if (!this.grams.mayHave(hash)) return 0
    for (
      let slot = this.grams.first(hash);
      slot >= 0 && count < MAX_SHARED_PLACES;
      slot = this.grams.next(hash, slot)
    )
      count++
    return count
  }
}
