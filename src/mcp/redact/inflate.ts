// Inflates raw deflate data (RFC 1951), a slice at a time. The platform's `DecompressionStream` has
// no bound on the work of one chunk, and drops what came out before broken or cut data ended.

import type { Budget, Work } from './budget.ts'

/** A byte of the data; negative past its end. */
export type ByteAt = (index: number) => number

/** What came out. */
export interface Inflated {
  readonly bytes: Uint8Array
  /** Where the data ended, or was wrong. */
  readonly end: number
}

/** How symbols are written: how many have each length in bits, and the symbols in order. */
interface Code {
  readonly counts: Uint16Array
  readonly symbols: Uint16Array
}

const MAX_BITS = 15
/** Most of what is no data is seen to be none at once. */
const STEPS_FOR_BLOCK = 40
/** Building the codes of a block is about so much work. */
const STEPS_FOR_CODES = 400
const STEPS_FOR_SYMBOL = 4
const SYMBOLS_IN_SLICE = 4096
/** No symbol gives more. */
const MAX_COPIED_BYTES = 258
const END = 256

const LENGTHS = [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83]
const LENGTH_BASE: readonly number[] = [...LENGTHS, 99, 115, 131, 163, 195, 227, 258]
const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]

/**
 * Inflates what begins at a byte. Data that is wrong gives what came out before.
 *
 * @returns Undefined when more than `limit` bytes come out, or when the budget is spent.
 */
export function* inflate(
  byteAt: ByteAt,
  from: number,
  limit: number,
  budget: Budget,
): Work<Inflated | undefined> {
  const data = new Data(byteAt, from, limit)
  for (let isLast = false; !isLast; ) {
    isLast = data.bits(1) === 1
    const kind = data.bits(2)
    budget.spend(STEPS_FOR_BLOCK)
    const codes = kind === 1 ? FIXED : kind === 2 ? readCodes(data) : undefined
    if (kind === 2 && codes) budget.spend(STEPS_FOR_CODES)
    for (let isOpen = kind === 0 || codes !== undefined; isOpen; ) {
      const before = data.length
      isOpen = codes ? copySymbols(data, codes) : copyStored(data)
      budget.spend(data.length - before + STEPS_FOR_SYMBOL * data.takeSymbols())
      if (data.isOver || budget.isSpent) return undefined
      if (budget.isTurnDue) yield
    }
    if (kind === 3 || (kind === 2 && !codes) || data.isBad) break
    if (budget.isSpent) return undefined
    if (budget.isTurnDue) yield
  }
  return { bytes: data.bytes(), end: data.at }
}

/** The data, read by bits, and what came out of it. */
class Data {
  at: number
  length = 0
  isBad = false
  isOver = false
  #symbols = 0
  #held = 0
  #count = 0
  #out: Uint8Array = new Uint8Array(1024)
  readonly #byteAt: ByteAt
  readonly #limit: number

  constructor(byteAt: ByteAt, from: number, limit: number) {
    this.#byteAt = byteAt
    this.at = from
    this.#limit = limit
  }

  /** The next bits, the lowest first. Past the end they are 0, and the data is bad. */
  bits(need: number): number {
    while (this.#count < need) {
      const byte = this.#byteAt(this.at)
      if (byte < 0) {
        this.isBad = true
        return 0
      }
      this.at++
      this.#held |= byte << this.#count
      this.#count += 8
    }
    const bits = this.#held & ((1 << need) - 1)
    this.#held >>>= need
    this.#count -= need
    return bits
  }

  /** Drops the bits up to the next byte. */
  align(): void {
    this.#held = 0
    this.#count = 0
  }

  /** The next symbol of a code; negative when there is none. */
  symbol({ counts, symbols }: Code): number {
    this.#symbols++
    let code = 0
    let first = 0
    let index = 0
    for (let size = 1; size <= MAX_BITS; size++) {
      code |= this.bits(1)
      if (this.isBad) return -1
      const count = counts[size] ?? 0
      if (code - count < first) return symbols[index + code - first] ?? -1
      index += count
      first = (first + count) << 1
      code <<= 1
    }
    return -1
  }

  put(byte: number): void {
    if (this.length === this.#limit) {
      this.isOver = true
      return
    }
    if (this.length === this.#out.length) {
      const more = new Uint8Array(Math.min(this.#limit, 2 * this.length))
      more.set(this.#out)
      this.#out = more
    }
    this.#out[this.length++] = byte
  }

  copy(length: number, distance: number): void {
    if (distance > this.length) this.isBad = true
    for (let left = length; left > 0 && !this.isBad && !this.isOver; left--)
      this.put(this.#out[this.length - distance] ?? 0)
  }

  takeSymbols(): number {
    const symbols = this.#symbols
    this.#symbols = 0
    return symbols
  }

  bytes(): Uint8Array {
    return this.#out.subarray(0, this.length)
  }
}

/** Copies what is not compressed. */
function copyStored(data: Data): boolean {
  data.align()
  const length = data.bits(16)
  if (data.bits(16) !== (length ^ 0xffff)) data.isBad = true
  for (let left = length; left > 0 && !data.isBad && !data.isOver; left--) {
    const byte = data.bits(8)
    if (!data.isBad) data.put(byte)
  }
  return false
}

/** The codes of the lengths and literals, and of the distances. */
type Codes = readonly [Code, Code]

/** Copies a slice of a block. It says whether there is more. */
function copySymbols(data: Data, [lengths, distances]: Codes): boolean {
  for (let count = 0; count < SYMBOLS_IN_SLICE; count++) {
    const symbol = data.symbol(lengths)
    if (symbol === END) return false
    if (symbol >= 0 && symbol < END) data.put(symbol)
    else copyEarlier(data, symbol - END - 1, distances)
    if (data.isBad || data.isOver) return false
  }
  return true
}

function copyEarlier(data: Data, index: number, distances: Code): void {
  const base = LENGTH_BASE[index]
  if (base === undefined) {
    data.isBad = true
    return
  }
  const extra = index < 8 || base === MAX_COPIED_BYTES ? 0 : (index >> 2) - 1
  const length = base + data.bits(extra)
  const symbol = data.symbol(distances)
  if (symbol < 0 || symbol > 29) {
    data.isBad = true
    return
  }
  const more = symbol < 4 ? 0 : (symbol >> 1) - 1
  const start = symbol < 4 ? symbol : (2 + (symbol & 1)) << more
  data.copy(length, start + 1 + data.bits(more))
}

/** Undefined when no deflate data begins so. */
function readCodes(data: Data): Codes | undefined {
  const literals = data.bits(5) + 257
  const distances = data.bits(5) + 1
  const count = data.bits(4) + 4
  if (literals > 286 || distances > 30) return undefined
  const sizes = new Uint8Array(19)
  for (const place of ORDER.slice(0, count)) sizes[place] = data.bits(3)
  const code = codeOf(sizes)
  const all = code && readSizes(data, code, literals + distances)
  if (!all || data.isBad || all[END] === 0) return undefined
  const first = codeOf(all.subarray(0, literals))
  const second = codeOf(all.subarray(literals))
  return first && second ? [first, second] : undefined
}

function readSizes(data: Data, code: Code, count: number): Uint8Array | undefined {
  const sizes = new Uint8Array(count)
  for (let at = 0; at < count; ) {
    const symbol = data.symbol(code)
    if (symbol < 0 || data.isBad || (symbol === 16 && at === 0)) return undefined
    if (symbol < 16) {
      sizes[at++] = symbol
      continue
    }
    const size = symbol === 16 ? (sizes[at - 1] ?? 0) : 0
    const times =
      symbol === 16 ? 3 + data.bits(2) : symbol === 17 ? 3 + data.bits(3) : 11 + data.bits(7)
    if (at + times > count) return undefined
    sizes.fill(size, at, at + times)
    at += times
  }
  return sizes
}

/** The code whose symbols have these sizes; undefined when there is none. */
function codeOf(sizes: Uint8Array): Code | undefined {
  const counts = new Uint16Array(MAX_BITS + 1)
  for (const size of sizes) counts[size] = (counts[size] ?? 0) + 1
  const starts = new Uint16Array(MAX_BITS + 2)
  let free = 1
  for (let size = 1; size <= MAX_BITS; size++) {
    const count = counts[size] ?? 0
    free = 2 * free - count
    if (free < 0) return undefined
    starts[size + 1] = (starts[size] ?? 0) + count
  }
  // A code of one symbol, or of none, leaves some bits unused.
  if (free > 0 && sizes.length - (counts[0] ?? 0) > 1) return undefined
  const symbols = new Uint16Array(sizes.length)
  for (const [symbol, size] of sizes.entries()) {
    if (size === 0) continue
    const place = starts[size] ?? 0
    symbols[place] = symbol
    starts[size] = place + 1
  }
  return { counts, symbols }
}

const FIXED: Codes | undefined = fixedCodes()

function fixedCodes(): Codes | undefined {
  const sizes = Uint8Array.from({ length: 288 }, (_, symbol) =>
    symbol < 144 ? 8 : symbol < 256 ? 9 : symbol < 280 ? 7 : 8,
  )
  const [lengths, distances] = [codeOf(sizes), codeOf(new Uint8Array(32).fill(5))]
  return lengths && distances && [lengths, distances]
}
