// A hash table from grams to the places where they are. Many places may have the same gram. It
// grows and shrinks; a place is a number of the caller's.

import { filterBits } from './grams.ts'

/** What a slot holds instead of a place. */
const FREE = 0
const DELETED = -1
const MIN_SLOTS = 64

/** Open addressing with linear probing: about twenty bytes for each place. */
export class GramTable {
  /** The hash of each slot's gram, so that growing reads no text. */
  #hashes = new Int32Array(0)
  /** One more than each slot's place. */
  #places = new Int32Array(0)
  /** Slots that are not free: with the deleted ones. */
  #used = 0
  #filter = new Int32Array(0)
  #shift = 0
  readonly #extra: Int32Array

  /** @param extra Hashes of grams that pass the filter, though no place has them. */
  constructor(extra: Int32Array = new Int32Array(0)) {
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
    if (this.#used * 8 >= this.#places.length * 5) this.#rebuild()
    this.#put(hash, place + 1)
  }

  delete(hash: number, place: number): void {
    for (let slot = this.first(hash); slot >= 0; slot = this.next(hash, slot)) {
      if (this.placeAt(slot) !== place) continue
      this.#places[slot] = DELETED
      return
    }
  }

  /** Whether a gram may be in the table: the filter's answer. */
  mayHave(hash: number): boolean {
    const bits = filterBits(hash)
    return ((this.#filter[hash >>> this.#shift] ?? 0) & bits) === bits
  }

  /**
   * The slot of a gram's next place: `next(hash, first(hash))` and so on. Negative at the end. Two
   * grams may have the same hash; the caller compares the text.
   */
  first(hash: number): number {
    return this.#seek(hash, slotOf(hash) & (this.#places.length - 1))
  }

  next(hash: number, slot: number): number {
    return this.#seek(hash, (slot + 1) & (this.#places.length - 1))
  }

  placeAt(slot: number): number {
    return (this.#places[slot] ?? 0) - 1
  }

  #seek(hash: number, from: number): number {
    const mask = this.#places.length - 1
    for (let slot = from; this.#places[slot] !== FREE; slot = (slot + 1) & mask)
      if (this.#hashes[slot] === hash && (this.#places[slot] ?? 0) > FREE) return slot
    return -1
  }

  #put(hash: number, entry: number): void {
    const mask = this.#places.length - 1
    let slot = slotOf(hash) & mask
    while ((this.#places[slot] ?? FREE) > FREE) slot = (slot + 1) & mask
    if (this.#places[slot] === FREE) this.#used++
    this.#hashes[slot] = hash
    this.#places[slot] = entry
    this.#pass(hash)
  }

  /** Takes twice the room that is needed, so that this happens less often the larger it is. */
  #rebuild(): void {
    const hashes = this.#hashes
    const places = this.#places
    let live = 0
    for (let slot = 0; slot < places.length; slot++) if ((places[slot] ?? FREE) > FREE) live++
    this.#resize(Math.max(MIN_SLOTS, 2 ** Math.ceil(Math.log2((live + 1) * 2.5))))
    for (let slot = 0; slot < places.length; slot++) {
      const entry = places[slot] ?? FREE
      if (entry > FREE) this.#put(hashes[slot] ?? 0, entry)
    }
  }

  #resize(slots: number): void {
    this.#hashes = new Int32Array(slots)
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
