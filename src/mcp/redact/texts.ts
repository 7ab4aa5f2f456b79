// The texts of a value, put together, so that a search has few long texts in place of many short
// ones. Most answers hold no secret, and this is all that they cost.

import { textsOfBytes } from './byte-lists.ts'
import { MIN_VIEW_CHARS } from './view.ts'

/** Levels of a value that are searched. */
export const MAX_DEPTH = 128
/** Smaller numbers have too few digits to be a secret. */
export const MIN_SECRET_NUMBER = 1e11

/**
 * Stands between two texts. It ends a run of whatever kind: letters, escapes, numbers, characters
 * that stand apart; and a line of a dump begins behind it.
 */
const BETWEEN = '<\n'

/** Several texts as one. */
export interface Pack {
  readonly text: string
  /** The texts that are in it. */
  readonly parts: readonly string[]
}

/** The texts of a value. */
export interface Texts {
  /** All texts, apart from each other. */
  readonly packs: readonly Pack[]
  /** What stands in members of the same name, in order, as one text. */
  readonly joined: readonly Pack[]
  /** Arrays of bytes, read as texts. */
  readonly bytes: readonly string[]
  /** Whether all levels were read. */
  readonly isWhole: boolean
  /** How many values there are. */
  readonly count: number
}

/**
 * Reads the texts of a value.
 *
 * @param packChars Characters of a pack. A longer text has one of its own.
 */
export function textsOf(value: unknown, packChars: number): Texts {
  const reader = new Reader(packChars)
  reader.read(value, '', 0)
  return reader.texts()
}

/** Texts that are put together at once. The platform limits the number of arguments. */
const MAX_TOGETHER = 1000

class Reader {
  readonly #packChars: number
  readonly #packs: Pack[] = []
  readonly #named = new Map<string, string[]>()
  readonly #bytes: string[] = []
  /** Each key once, and all keys in order. */
  readonly #known = new Set<string>()
  readonly #keys: string[] = []
  #isWhole = true
  #count = 0
  #parts: string[] = []
  #chars = 0

  constructor(packChars: number) {
    this.#packChars = packChars
  }

  texts(): Texts {
    this.#endPack()
    return {
      packs: this.#packs,
      joined: [this.#keys, ...this.#named.values()].map((parts) => ({
        text: together(parts),
        parts,
      })),
      bytes: this.#bytes,
      isWhole: this.#isWhole,
      count: this.#count,
    }
  }

  /** @param depth How many arrays and objects it is in. */
  read(value: unknown, name: string, depth: number): void {
    this.#count++
    if (typeof value === 'string') this.#readText(value, name)
    else if (typeof value === 'number') {
      if (Math.abs(value) >= MIN_SECRET_NUMBER) this.#readText(String(value), name)
    } else if (typeof value !== 'object' || value === null) return
    else if (depth === MAX_DEPTH) this.#isWhole = false
    else if (Array.isArray(value)) this.#readList(value, name, depth + 1)
    else this.#readObject(value as Readonly<Record<string, unknown>>, depth + 1)
  }

  #readList(list: readonly unknown[], name: string, depth: number): void {
    if (typeof list[0] === 'number') this.#bytes.push(...textsOfBytes(list))
    for (const item of list) this.read(item, name, depth)
  }

  #readObject(part: Readonly<Record<string, unknown>>, depth: number): void {
    let isFirst = true
    // This gives inherited keys, too, if there are any. It is much faster than any other way.
    for (const key in part) {
      // A number comes before all other keys.
      if (isFirst && key === '0') this.#bytes.push(...textsOfBytes(part))
      isFirst = false
      this.#keys.push(key)
      if (!this.#known.has(key)) {
        this.#known.add(key)
        this.#pack(key)
      }
      this.read(part[key], key, depth)
    }
  }

  #readText(text: string, name: string): void {
    const known = this.#named.get(name)
    if (known) known.push(text)
    else this.#named.set(name, [text])
    this.#pack(text)
  }

  #pack(text: string): void {
    if (text.length < MIN_VIEW_CHARS) return
    if (text.length >= this.#packChars) {
      this.#packs.push({ text, parts: [text] })
      return
    }
    const isFull = this.#parts.length === MAX_TOGETHER
    if (isFull || this.#chars + text.length > this.#packChars) this.#endPack()
    this.#parts.push(text)
    this.#chars += text.length + BETWEEN.length
  }

  #endPack(): void {
    if (this.#parts.length === 0) return
    this.#packs.push({ text: this.#parts.join(BETWEEN), parts: this.#parts })
    this.#parts = []
    this.#chars = 0
  }
}

/** To join them all at once would take several times as long. */
function together(texts: readonly string[]): string {
  if (texts.length <= MAX_TOGETHER) return ''.concat(...texts)
  let all = ''
  for (let from = 0; from < texts.length; from += MAX_TOGETHER)
    all += ''.concat(...texts.slice(from, from + MAX_TOGETHER))
  return all
}
