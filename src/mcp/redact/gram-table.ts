// A hash table from grams to the places where they are. Many places may have the same gram. It
// grows and shrinks; a place is a number of the caller's.

import { filterBits } from './grams.ts'

/** What a slot holds instead of a place. */
const FREE = 0
const DELETED = -1
/** The table grows a part at a time: growing it as a whole would stop the process for long. */
const PARTS = 16
const PART_SHIFT = 28
const MIN_SLOTS = 8
const MIN_FILTER_WORDS = 32
/** A byte of filter for each slot. With half of that, about twice as many grams pass falsely. */
const SLOTS_PER_WORD = 4

/** A part of the table: open addressing with linear probing. */
interface Part {
  /** The hash of each slot's gram, so that growing reads no text. */
  hashes: Int32Array
  /** One more than each slot's place. */
  places: Int32Array
  /** Slots that are not free: with the deleted ones. */
  used: number
}

/** There is a part for each four bits, so this is never used. */
const NO_PART: Part = emptyPart(MIN_SLOTS)

/** About twenty bytes for each place. */
export class GramTable {
  readonly #parts: readonly Part[]
  readonly #extra: Int32Array
  #filter: Int32Array
  #shift: number

  /** @param extra Hashes of grams that pass the filter, though no place has them. */
  constructor(extra: Int32Array = new Int32Array(0)) {
    this.#parts = Array.from({ length: PARTS }, () => emptyPart(MIN_SLOTS))
    this.#extra = extra
    const words = Math.max(MIN_FILTER_WORDS, 2 ** Math.ceil(Math.log2(extra.length + 1)))
    this.#filter = new Int32Array(words)
    this.#shift = 32 - Math.log2(words)
    for (const hash of extra) this.#pass(hash)
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
    const part = this.#partOf(hash)
    if (part.used * 8 >= part.places.length * 5) this.#rebuild(part, hash >>> PART_SHIFT)
    put(part, hash, place + 1)
    this.#pass(hash)
  }

  delete(hash: number, place: number): void {
    for (let slot = this.first(hash); slot >= 0; slot = this.next(hash, slot)) {
      if (this.placeAt(hash, slot) !== place) continue
      this.#partOf(hash).places[slot] = DELETED
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
    return seek(this.#partOf(hash), hash, slotOf(hash))
  }

  next(hash: number, slot: number): number {
    return seek(this.#partOf(hash), hash, slot + 1)
  }

  placeAt(hash: number, slot: number): number {
    return (this.#partOf(hash).places[slot] ?? 0) - 1
  }

  #partOf(hash: number): Part {
    return this.#parts[hash >>> PART_SHIFT] ?? NO_PART
  }

  /** Takes twice the room that is needed, so that this happens less often the larger it is. */
  #rebuild(part: Part, number: number): void {
    const { hashes, places } = part
    const live = places.reduce((count, entry) => count + (entry > FREE ? 1 : 0), 0)
    const slots = Math.max(MIN_SLOTS, 2 ** Math.ceil(Math.log2((live + 1) * 2.5)))
    Object.assign(part, emptyPart(slots))
    while (this.#filter.length * SLOTS_PER_WORD < slots * PARTS) this.#growFilter()
    // What was deleted leaves the filter, too.
    const words = this.#filter.length / PARTS
    this.#filter.fill(0, number * words, (number + 1) * words)
    for (const hash of this.#extra) if (hash >>> PART_SHIFT === number) this.#pass(hash)
    for (let slot = 0; slot < places.length; slot++) {
      const entry = places[slot] ?? FREE
      const hash = hashes[slot] ?? 0
      if (entry <= FREE) continue
      put(part, hash, entry)
      this.#pass(hash)
    }
  }

  /** Each word becomes two. More grams pass than have to, until their part is rebuilt. */
  #growFilter(): void {
    const old = this.#filter
    this.#filter = new Int32Array(2 * old.length)
    for (let word = 0; word < old.length; word++)
      this.#filter[2 * word] = this.#filter[2 * word + 1] = old[word] ?? 0
    this.#shift--
  }

  /** Lets a gram pass the filter. */
  #pass(hash: number): void {
    const word = hash >>> this.#shift
    this.#filter[word] = (this.#filter[word] ?? 0) | filterBits(hash)
  }
}

function emptyPart(slots: number): Part {
  return { hashes: new Int32Array(slots), places: new Int32Array(slots), used: 0 }
}

function put(part: Part, hash: number, entry: number): void {
  const { hashes, places } = part
  const mask = places.length - 1
  let slot = slotOf(hash) & mask
  while ((places[slot] ?? FREE) > FREE) slot = (slot + 1) & mask
  if (places[slot] === FREE) part.used++
  hashes[slot] = hash
  places[slot] = entry
}

function seek({ hashes, places }: Part, hash: number, from: number): number {
  const mask = places.length - 1
  for (let slot = from & mask; places[slot] !== FREE; slot = (slot + 1) & mask)
    if (hashes[slot] === hash && (places[slot] ?? 0) > FREE) return slot
  return -1
}

function slotOf(hash: number): number {
  // The low bits of a product say little of the gram.
  return Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) >>> 6
}
