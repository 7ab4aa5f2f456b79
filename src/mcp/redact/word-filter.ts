// A filter that is so small that it is always in the cache: it knows the first four bytes of each gram.
// Most texts are not worth a second look after this one.

const WORD_BITS = 19
/** The highest bits of a hash are the index of a number, the next five are its bit. */
const BIT_SHIFT = 32 - WORD_BITS
const INDEX_SHIFT: number = BIT_SHIFT + 5
/** With more, it lets too many words pass. About 300 secrets have so many. */
const MAX_WORDS = 2 ** (WORD_BITS - 3)

/** The filter. What was entered stays in it until it is cleared. */
export class WordFilter {
  /** A bit for each hash of a word. */
  readonly bits: Int32Array = new Int32Array(2 ** (WORD_BITS - 5))
  #entered = 0

  add(word: number): void {
    const hash = hashOf(word)
    const index = hash >>> INDEX_SHIFT
    this.bits[index] = (this.bits[index] ?? 0) | (1 << (hash >>> BIT_SHIFT))
    this.#entered++
  }

  clear(): void {
    this.bits.fill(0)
    this.#entered = 0
  }

  /** Whether it keeps enough from passing to be worth asking. */
  get isSharp(): boolean {
    return this.#entered <= MAX_WORDS
  }
}

/** Whether a filter with so many words would stay sharp for as many again. */
export function isWellBelowFull(words: number): boolean {
  return 2 * words <= MAX_WORDS
}

/**
 * Looks at the words `from`, `from + step` and so on, four at a time, because a branch is slow. It
 * looks nothing else up, so that the compiler keeps it small.
 *
 * @param bits Those of a {@link WordFilter}.
 * @param words A text as bytes, four to a number.
 * @returns The index of the first of four words of which one passes; `end` or more for none.
 */
export function nextWordsIn(
  bits: Int32Array,
  words: Int32Array,
  from: number,
  end: number,
  step: number,
): number {
  let at = from
  for (; at < end; at += 4 * step) {
    const first = hashOf(words[at] ?? 0)
    const second = hashOf(words[at + step] ?? 0)
    const third = hashOf(words[at + 2 * step] ?? 0)
    const fourth = hashOf(words[at + 3 * step] ?? 0)
    if (
      (((bits[first >>> INDEX_SHIFT] ?? 0) >>> (first >>> BIT_SHIFT)) |
        ((bits[second >>> INDEX_SHIFT] ?? 0) >>> (second >>> BIT_SHIFT)) |
        ((bits[third >>> INDEX_SHIFT] ?? 0) >>> (third >>> BIT_SHIFT)) |
        ((bits[fourth >>> INDEX_SHIFT] ?? 0) >>> (fourth >>> BIT_SHIFT))) &
      1
    )
      return at
  }
  return at
}

function hashOf(word: number): number {
  return Math.imul(word, 0x9e3779b1)
}
