// Four characters in a row, and where in a searched window they stand: the set that a whole-text search asks at every step. Not a matcher.

/** Units of a gram; it is held as a 32-bit number, the low byte of each. */
export const GRAM = 4

/** The gram at a position of a text. */
export function gramAt(text: string, at: number): number {
  return (
    (text.charCodeAt(at) & 0xff) |
    ((text.charCodeAt(at + 1) & 0xff) << 8) |
    ((text.charCodeAt(at + 2) & 0xff) << 16) |
    (text.charCodeAt(at + 3) << 24)
  )
}

/** Grams with the offsets, 0 to 63, that each has in a window. */
export interface Grams {
  add(gram: number, offset: number): void
  /** The offsets of a gram, none if it is not in the set. */
  offsets(gram: number): readonly number[]
  /** Asked first: of each gram two bits in one word. Of random grams one in some hundred passes in vain. */
  readonly filter: Int32Array
  /** `spread(gram) >>> shift` is the place of the word. */
  readonly shift: number
}

/**
 * Of the words at `from`, `from + step` and so on the first two neighbours of which one may be in the set; `end` or more if there are none.
 * The innermost loop: it takes two at a time, because a branch is dear, and looks nothing up, because then the compiler keeps it small.
 */
export function nextIn(
  { filter, shift }: Grams,
  words: Int32Array,
  from: number,
  end: number,
  step: number,
): number {
  let at = from
  for (; at < end; at += 2 * step) {
    const one = spread(words[at] ?? 0)
    const two = spread(words[at + step] ?? 0)
    const ofOne = filter[one >>> shift] ?? 0
    const ofTwo = filter[two >>> shift] ?? 0
    // A shift takes the last five bits of its right side.
    if (
      (((ofOne >>> (one >>> 12)) & (ofOne >>> (one >>> 7))) |
        ((ofTwo >>> (two >>> 12)) & (ofTwo >>> (two >>> 7)))) &
      1
    )
      return at
  }
  return at
}

/** A gram's bits, mixed: 2^32 divided by the golden ratio. */
function spread(gram: number): number {
  return Math.imul(gram, 0x9e3779b1)
}

const NONE: readonly number[] = []

/** Numbers of an entry: gram, offsets 0 to 31, offsets 32 to 63, and one unused. One line of the processor's cache holds all of them. */
const ENTRY = 4

/** An empty set, for at most so many grams. */
export function createGrams(most: number): Grams {
  // 32 bits for each gram, 128 KB at most: what does not fit the cache costs more than what passes in vain.
  const bits = Math.min(15, Math.max(5, Math.ceil(Math.log2(most))))
  const shift = 32 - bits
  const filter = new Int32Array(2 ** bits)
  const mask = 2 ** Math.ceil(Math.log2(most * 2)) - 1
  const entries = new Int32Array((mask + 1) * ENTRY)

  const get = (index: number) => entries[index] ?? 0
  const isFree = (index: number) => (get(index + 1) | get(index + 2)) === 0

  /** Where the gram is, or the free place where it would be: one without an offset. */
  function indexOf(gram: number): number {
    let slot = (spread(gram) >>> 9) & mask
    while (!isFree(slot * ENTRY) && get(slot * ENTRY) !== gram) slot = (slot + 1) & mask
    return slot * ENTRY
  }

  return {
    filter,
    shift,
    add(gram, offset) {
      const hash = spread(gram)
      filter[hash >>> shift] =
        (filter[hash >>> shift] ?? 0) | (1 << (hash >>> 12)) | (1 << (hash >>> 7))
      const index = indexOf(gram)
      const half = index + (offset < 32 ? 1 : 2)
      entries[index] = gram
      entries[half] = get(half) | (1 << offset)
    },
    offsets(gram) {
      const hash = spread(gram)
      const bits = filter[hash >>> shift] ?? 0
      if (((bits >>> (hash >>> 12)) & (bits >>> (hash >>> 7)) & 1) === 0) return NONE
      const index = indexOf(gram)
      if (isFree(index)) return NONE
      const offsets: number[] = []
      for (let set = get(index + 1); set !== 0; set &= set - 1)
        offsets.push(31 - Math.clz32(set & -set))
      for (let set = get(index + 2); set !== 0; set &= set - 1)
        offsets.push(63 - Math.clz32(set & -set))
      return offsets
    },
  }
}
