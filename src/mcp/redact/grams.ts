// Grams: five characters in a row, by which a search tells where a needle may be. Here are their
// hash, and the loop that asks a filter for many of them.

/** UTF-16 units of a gram. Of each, only the low byte counts. */
export const GRAM = 5

/** The hash of the gram at a position of a text. */
export function gramAt(text: string, at: number): number {
  return hashGram(
    (text.charCodeAt(at) & 0xff) |
      ((text.charCodeAt(at + 1) & 0xff) << 8) |
      ((text.charCodeAt(at + 2) & 0xff) << 16) |
      (text.charCodeAt(at + 3) << 24),
    text.charCodeAt(at + 4) & 0xff,
  )
}

/** The hash of a gram, from its first four bytes as one number, and its last. */
function hashGram(first: number, last: number): number {
  return Math.imul(first ^ (last << 9) ^ (last << 19), 0x9e3779b1)
}

/** The two bits that stand for a gram in its word of a filter. */
export function filterBits(hash: number): number {
  // A shift uses only the last five bits of its right side.
  return (1 << (hash >>> 12)) | (1 << (hash >>> 7))
}

/** For `nextIn`: looks at all grams. */
export const ANY_GRAM = 0
/**
 * For `nextIn`: passes over grams with a character below `#`: white space and quotes. In prose most
 * grams have one, and the filter is not asked.
 */
export const DENSE_GRAM = 0x23232323

/** A text as bytes, and the same bytes as numbers of four. */
export interface Copy {
  readonly bytes: Uint8Array
  readonly words: Int32Array
}

/**
 * Looks at the grams at the words `from`, `from + step` and so on, two at a time.
 *
 * This is the innermost loop. It takes two grams at a time because a branch is slow. It looks
 * nothing up, so that the compiler keeps it small.
 *
 * @param filter A Bloom filter with two bits per gram. `hash >>> shift` is the index of a word.
 * @param dense {@link ANY_GRAM} or {@link DENSE_GRAM}.
 * @returns The index of the first of two words of which one may begin a known gram; `end` or more
 *   for none.
 */
export function nextIn(
  filter: Int32Array,
  shift: number,
  { bytes, words }: Copy,
  from: number,
  end: number,
  step: number,
  dense: number,
): number {
  let at = from
  for (; at < end; at += 2 * step) {
    const next = at + step
    const firstWord = words[at] ?? 0
    const secondWord = words[next] ?? 0
    const first = hashGram(firstWord, bytes[4 * at + 4] ?? 0)
    const second = hashGram(secondWord, bytes[4 * next + 4] ?? 0)
    // All bits set for a gram that is asked for, none for another: its word is the first one, which
    // is in the cache.
    const firstMask = maskOf(firstWord, dense)
    const secondMask = maskOf(secondWord, dense)
    const firstBits = (filter[(first >>> shift) & firstMask] ?? 0) & firstMask
    const secondBits = (filter[(second >>> shift) & secondMask] ?? 0) & secondMask
    if (
      (((firstBits >>> (first >>> 12)) & (firstBits >>> (first >>> 7))) |
        ((secondBits >>> (second >>> 12)) & (secondBits >>> (second >>> 7)))) &
      1
    )
      return at
  }
  return at
}

/** -1 when none of four bytes is below those of `dense`, else 0. */
function maskOf(word: number, dense: number): number {
  const below = (word - dense) & ~word & 0x80808080
  return ~((below | -below) >> 31)
}
