// The index of the search: which six characters in a row stand in which part of which secret. A filter of
// bits in front of it answers for almost every position of a text that nothing is there.

import type { Part } from './parts.ts'

/** Characters that are looked up at once. */
export const GRAM = 6

/** Bits of the filter: many times as many as there are grams, and few enough for a processor's cache. */
const FILTER_BITS = 22

/** Where a gram stands. */
export interface Place {
  readonly part: Part
  readonly at: number
}

/** Each byte in lower case, as `toLowerCase` has it. */
const FOLDED = Uint8Array.from({ length: 256 }, (_, byte) => {
  const lower = String.fromCharCode(byte).toLowerCase().charCodeAt(0)
  return lower < 256 ? lower : byte
})

/** An index of the parts of secrets. */
export class Grams {
  readonly #places = new Map<string, Place[]>()
  readonly #filter = new Uint8Array(2 ** (FILTER_BITS - 3))

  constructor(parts: readonly Part[]) {
    for (const part of parts) {
      const bytes = Buffer.from(part.folded, 'latin1')
      for (let at = 0; at + GRAM <= bytes.length; at++) {
        const gram = part.folded.slice(at, at + GRAM)
        const known = this.#places.get(gram)
        if (known) known.push({ part, at })
        else this.#places.set(gram, [{ part, at }])
        const hash = hashAt(bytes, at)
        this.#filter[hash >> 3] = (this.#filter[hash >> 3] ?? 0) | (1 << (hash & 7))
      }
    }
  }

  /** Calls `hit` with each position of a text, in steps, at which a gram may stand. */
  lookUp(bytes: Uint8Array, step: number, hit: (at: number) => void): void {
    const filter = this.#filter
    const last = bytes.length - GRAM
    for (let at = 0; at <= last; at += step) {
      const hash = hashAt(bytes, at)
      if (((filter[hash >> 3] ?? 0) >> (hash & 7)) & 1) hit(at)
    }
  }

  /** Where this gram stands. */
  find(gram: string): readonly Place[] {
    return this.#places.get(gram) ?? NONE
  }
}

const NONE: readonly Place[] = []

/** FNV-1a of six folded bytes. */
function hashAt(bytes: Uint8Array, at: number): number {
  let hash = 0x811c9dc5
  for (let index = at; index < at + GRAM; index++)
    hash = Math.imul(hash ^ (FOLDED[bytes[index] ?? 0] ?? 0), 0x01000193)
  return (hash ^ (hash >>> 9)) & (2 ** FILTER_BITS - 1)
}
