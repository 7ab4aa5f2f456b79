// Asks a filter that is larger than the cache for the grams of a text. It does so in two passes: the
// first collects the grams that are worth asking for, the second asks. The second loop is small, so
// the processor fetches several places of the filter at the same time.

import { gramIn } from './grams.ts'

/** A gram with a character below this one is passed over: white space and quotes. */
const FIRST_DENSE = 0x23232323

/** Grams of a text, in room that is used again. */
export class DenseGrams {
  readonly #hashes: Int32Array
  readonly #places: Int32Array
  #size = 0

  /** @param most How many grams may be collected at once. */
  constructor(most: number) {
    this.#hashes = new Int32Array(most)
    this.#places = new Int32Array(most)
  }

  /**
   * Collects the grams at the words `0`, `step` and so on, without those that begin with white space
   * or a quote. In prose most do.
   *
   * @param words A text as bytes, four to a number.
   * @param letterCase `EXACT` or `ANY_CASE`.
   */
  collect(words: Int32Array, end: number, step: number, letterCase: number): void {
    this.#size = collectInto(this.#hashes, this.#places, words, end, step, letterCase)
  }

  /** Calls back for each word at which a gram passes a filter, see `nextIn`. */
  ask(filter: Int32Array, shift: number, onWord: (word: number) => void): void {
    const size = this.#size
    for (
      let at = nextHashIn(filter, shift, this.#hashes, 0, size);
      at < size;
      at = nextHashIn(filter, shift, this.#hashes, at + 1, size)
    )
      onWord(this.#places[at] ?? 0)
  }
}

/** Writes every gram, and goes on to the next free place only behind one that counts: no branch. */
function collectInto(
  hashes: Int32Array,
  places: Int32Array,
  words: Int32Array,
  end: number,
  step: number,
  letterCase: number,
): number {
  let size = 0
  for (let at = 0; at < end; at += step) {
    const word = words[at] ?? 0
    hashes[size] = gramIn(words, at, letterCase)
    places[size] = at
    const below = (word - FIRST_DENSE) & ~word & 0x80808080
    size += ((below | -below) >>> 31) ^ 1
  }
  return size
}

function nextHashIn(
  filter: Int32Array,
  shift: number,
  hashes: Int32Array,
  from: number,
  end: number,
): number {
  for (let at = from; at < end; at++) {
    const hash = hashes[at] ?? 0
    const bits = filter[hash >>> shift] ?? 0
    if ((bits >>> (hash >>> 2)) & (bits >>> (hash >>> 7)) & 1) return at
  }
  return end
}
