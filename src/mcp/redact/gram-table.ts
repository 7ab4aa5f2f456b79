// A hash table from grams to the places where they are. Many places may have the same gram. It
// grows and shrinks; a place is a number of the caller's.

import { filterBits } from './grams.ts'

/** A slot's tag says whether it is in use, and something of the gram's hash. */
const FREE = 0
const DELETED = 1
const MIN_SLOTS = 64

/** Finds the hash of the gram at a place. The table keeps only eight bits of it. */
type HashOf = (place: number) => number

/** Open addressing with linear probing: about ten bytes for each place. */
export class GramTable {
  #tags = new Uint8Array(MIN_SLOTS)
  #places = new Int32Array(MIN_SLOTS)
  /** Slots that are not free: with the deleted ones. */
  #used = 0
  #filter = new Int32Array(32)
  #shift = 27
  readonly #hashOf: HashOf

  constructor(hashOf: HashOf) {
    this.#hashOf = hashOf
  }

  /** A Bloom filter over all grams; see `nextIn`. A deleted gram stays in it for some time. */
  get filter(): Int32Array {
    return this.#filter
  }

  /** `hash >>> shift` is the index of a gram's word in the filter. */
  get shift(): number {
    return this.#shift
  }

  add(hash: number, place: number): void {
    if (this.#used * 8 >= this.#tags.length * 5) this.#rebuild()
    this.#put(hash, place)
    this.#filter[hash >>> this.#shift] =
      (this.#filter[hash >>> this.#shift] ?? 0) | filterBits(hash)
  }

  delete(hash: number, place: number): void {
    const tag = tagOf(hash)
    const mask = this.#tags.length - 1
    for (let slot = slotOf(hash) & mask; this.#tags[slot] !== FREE; slot = (slot + 1) & mask) {
      if (this.#tags[slot] !== tag || this.#places[slot] !== place) continue
      this.#tags[slot] = DELETED
      return
    }
  }

  /** Whether a gram may be in the table: the filter's answer. */
  mayHave(hash: number): boolean {
    const bits = filterBits(hash)
    return ((this.#filter[hash >>> this.#shift] ?? 0) & bits) === bits
  }

  /**
   * The slot of a gram's next place: `next(hash, first(hash))` and so on. Negative at the end.
   *
   * A few slots may be of other grams, because a tag is short; the caller compares the text.
   */
  first(hash: number): number {
    return this.#seek(hash, slotOf(hash) & (this.#tags.length - 1))
  }

  next(hash: number, slot: number): number {
    return this.#seek(hash, (slot + 1) & (this.#tags.length - 1))
  }

  placeAt(slot: number): number {
    return this.#places[slot] ?? 0
  }

  #seek(hash: number, from: number): number {
    const tag = tagOf(hash)
    const mask = this.#tags.length - 1
    for (let slot = from; this.#tags[slot] !== FREE; slot = (slot + 1) & mask)
      if (this.#tags[slot] === tag) return slot
    return -1
  }

  #put(hash: number, place: number): void {
    const mask = this.#tags.length - 1
    let slot = slotOf(hash) & mask
    while ((this.#tags[slot] ?? FREE) > DELETED) slot = (slot + 1) & mask
    if (this.#tags[slot] === FREE) this.#used++
    this.#tags[slot] = tagOf(hash)
    this.#places[slot] = place
  }

  /** Takes twice the room that is needed, so that this happens less often the larger it is. */
  #rebuild(): void {
    const places = this.#places.filter((_, slot) => (this.#tags[slot] ?? FREE) > DELETED)
    const size = Math.max(MIN_SLOTS, 2 ** Math.ceil(Math.log2((places.length + 1) * 2.5)))
    this.#tags = new Uint8Array(size)
    this.#places = new Int32Array(size)
    this.#used = 0
    // Half a byte of filter for each slot: few grams pass falsely, and it fits the processor's
    // cache.
    this.#filter = new Int32Array(Math.max(32, size / 8))
    this.#shift = 32 - Math.log2(this.#filter.length)
    for (const place of places) {
      const hash = this.#hashOf(place)
      this.#put(hash, place)
      this.#filter[hash >>> this.#shift] =
        (this.#filter[hash >>> this.#shift] ?? 0) | filterBits(hash)
    }
  }
}

function slotOf(hash: number): number {
  // The low bits of a product say little of the gram.
  return Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) >>> 6
}

/** 2 to 255. */
function tagOf(hash: number): number {
  return ((hash >>> 3) % 254) + 2
}
