// The set of grams (four characters in a row) that a search asks at every step, with their offsets
// in the windows that the search knows.

/** UTF-16 units of a gram. It is held as a 32-bit number, made of the low byte of each. */
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

/** Grams, each with its offsets in windows (0 to 63). */
export interface Grams {
  add(gram: number, offset: number): void
  /** The offsets of a gram. None when it is not in the set. */
  offsets(gram: number): readonly number[]
  /** A Bloom filter, checked first: two bits per gram. About 1 % of random grams pass falsely. */
  readonly filter: Int32Array
  /** `mixBits(gram) >>> shift` is the index of the gram's word in the filter. */
  readonly shift: number
}

/**
 * Looks at the words at `from`, `from + step` and so on, two at a time.
 *
 * This is the innermost loop. It takes two words at a time because a branch is slow. It looks
 * nothing up, so that the compiler keeps it small.
 *
 * @returns The index of the first of two words of which one may be in the set; `end` or more for
 *   none.
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
    const first = mixBits(words[at] ?? 0)
    const second = mixBits(words[at + step] ?? 0)
    const firstBits = filter[first >>> shift] ?? 0
    const secondBits = filter[second >>> shift] ?? 0
    // A shift uses only the last five bits of its right side.
    if (
      (((firstBits >>> (first >>> 12)) & (firstBits >>> (first >>> 7))) |
        ((secondBits >>> (second >>> 12)) & (secondBits >>> (second >>> 7)))) &
      1
    )
      return at
  }
  return at
}

/** Mixes a gram's bits, by 2^32 divided by the golden ratio. */
function mixBits(gram: number): number {
  return Math.imul(gram, 0x9e3779b1)
}

const NONE: readonly number[] = []

/**
 * Numbers in an entry: gram, offsets 0 to 31, offsets 32 to 63, and one unused, so that an entry is
 * in one line of the processor's cache.
 */
const ENTRY_SIZE = 4

/** Makes an empty set, for at most `maxGrams` grams. */
export function createGrams(maxGrams: number): Grams {
  // 32 bits for each gram, and 128 KB at most: a filter that does not fit the processor's cache
  // costs more than the false passes of a small one.
  const bits = Math.min(15, Math.max(5, Math.ceil(Math.log2(maxGrams))))
  const shift = 32 - bits
  const filter = new Int32Array(2 ** bits)
  const mask = 2 ** Math.ceil(Math.log2(maxGrams * 2)) - 1
  const entries = new Int32Array((mask + 1) * ENTRY_SIZE)

  const get = (index: number) => entries[index] ?? 0
  const isFree = (index: number) => (get(index + 1) | get(index + 2)) === 0

  /**
   * The index of the gram's entry, or of the free one where it would be. A free entry has no
   * offset.
   */
  function indexOf(gram: number): number {
    let slot = (mixBits(gram) >>> 9) & mask
    while (!isFree(slot * ENTRY_SIZE) && get(slot * ENTRY_SIZE) !== gram) slot = (slot + 1) & mask
    return slot * ENTRY_SIZE
  }

  return {
    filter,
    shift,
    add(gram, offset) {
      const hash = mixBits(gram)
      filter[hash >>> shift] =
        (filter[hash >>> shift] ?? 0) | (1 << (hash >>> 12)) | (1 << (hash >>> 7))
      const index = indexOf(gram)
      const half = index + (offset < 32 ? 1 : 2)
      entries[index] = gram
      entries[half] = get(half) | (1 << offset)
    },
    offsets(gram) {
      const hash = mixBits(gram)
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
