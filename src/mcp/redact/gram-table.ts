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
  #tags = new Uint8Array(0)
  #places = new Int32Array(0)
  /** Slots that are not free: with the deleted ones. */
  #used = 0
  #filter = new Int32Array(0)
  #shift = 0
  readonly #hashOf: HashOf
  readonly #extra: Int32Array

  /** @param extra Hashes of grams that pass the filter, though no place has them. */
  constructor(hashOf: HashOf, extra: Int32Array = new Int32Array(0)) {
    this.#hashOf = hashOf
    this.#extra = extra
    this.#resize(MIN_SLOTS)
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
    this.#pass(hash)
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
    const tags = this.#tags
    const places = this.#places
    let live = 0
    for (const tag of tags) if (tag > DELETED) live++
    this.#resize(Math.max(MIN_SLOTS, 2 ** Math.ceil(Math.log2((live + 1) * 2.5))))
    for (let slot = 0; slot < tags.length; slot++) {
      if ((tags[slot] ?? FREE) <= DELETED) continue
      const place = places[slot] ?? 0
      const hash = this.#hashOf(place)
      this.#put(hash, place)
      this.#pass(hash)
    }
  }

  #resize(slots: number): void {
    this.#tags = new Uint8Array(slots)
    this.#places = new Int32Array(slots)
    this.#used = 0
    // Half a byte of filter for each slot: few grams pass falsely, and it fits the processor's
    // cache.
    const words = Math.max(32, slots / 8, 2 ** Math.ceil(Math.log2(this.#extra.length + 1)))
    this.#filter = new Int32Array(words)
    this.#shift = 32 - Math.log2(words)
    for (const hash of this.#extra) this.#pass(hash)
  }

  /** Lets a gram pass the filter. */
  #pass(hash: number): void {
    const word = hash >>> this.#shift
    this.#filter[word] = (this.#filter[word] ?? 0) | filterBits(hash)
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
