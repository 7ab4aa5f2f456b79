// Grams: five characters in a row, by which a search tells where a needle may be. Here are their
// hash, and the loop that asks a filter for many of them.

/** UTF-16 units of a gram. Of each, only the low byte counts. */
export const GRAM = 5

/** For the hash of a gram: letters count as they are. */
export const EXACT = 0
/** Small and capital letters are the same: it sets the bit that tells them apart, in four bytes. */
export const ANY_CASE = 0x20202020

/** The hash of the gram at a position of a text, as {@link EXACT} or {@link ANY_CASE}. */
export function gramAt(text: string, at: number, letterCase: number): number {
  return hashGram(wordAt(text, at), text.charCodeAt(at + 4), letterCase)
}

/** The same at a word of a text that is given as bytes, four to a number. */
export function gramIn(words: Int32Array, word: number, letterCase: number): number {
  return hashGram(words[word] ?? 0, words[word + 1] ?? 0, letterCase)
}

/** The first four bytes of the gram at a position of a text, as one number. */
export function wordAt(text: string, at: number): number {
  return (
    (text.charCodeAt(at) & 0xff) |
    ((text.charCodeAt(at + 1) & 0xff) << 8) |
    ((text.charCodeAt(at + 2) & 0xff) << 16) |
    (text.charCodeAt(at + 3) << 24)
  )
}

/** The hash of a gram, from its first four bytes as one number, and another that begins the next. */
function hashGram(first: number, next: number, letterCase: number): number {
  const last = (next | letterCase) & 0xff
  return Math.imul((first | letterCase) ^ (last << 9) ^ (last << 19), 0x9e3779b1)
}

/**
 * The two bits that stand for a gram in its word of a filter. They come of lower bits than the index
 * of the word, also in a large filter: otherwise all grams of a word would have the same bits.
 */
export function filterBits(hash: number): number {
  // A shift uses only the last five bits of its right side.
  return (1 << (hash >>> 2)) | (1 << (hash >>> 7))
}

/**
 * Looks at the grams at the words `from`, `from + step` and so on, two at a time.
 *
 * This is the innermost loop. It takes two grams at a time because a branch is slow. It looks
 * nothing else up, so that the compiler keeps it small.
 *
 * @param filter A Bloom filter with two bits per gram. `hash >>> shift` is the index of a word.
 * @param words A text as bytes, four to a number.
 * @param letterCase {@link EXACT} or {@link ANY_CASE}.
 * @returns The index of the first of two words of which one may begin a known gram; `end` or more
 *   for none.
 */
export function nextIn(
  filter: Int32Array,
  shift: number,
  words: Int32Array,
  from: number,
  end: number,
  step: number,
  letterCase: number,
): number {
  let at = from
  for (; at < end; at += 2 * step) {
    const next = at + step
    const first = hashGram(words[at] ?? 0, words[at + 1] ?? 0, letterCase)
    const second = hashGram(words[next] ?? 0, words[next + 1] ?? 0, letterCase)
    const firstBits = filter[first >>> shift] ?? 0
    const secondBits = filter[second >>> shift] ?? 0
    if (
      (((firstBits >>> (first >>> 2)) & (firstBits >>> (first >>> 7))) |
        ((secondBits >>> (second >>> 2)) & (secondBits >>> (second >>> 7)))) &
      1
    )
      return at
  }
  return at
}
