// The texts of a value, put together, so that a search has few long texts in place of many short
// ones. Most answers hold no secret, and this is all that they cost.

import type { Budget, Work } from './budget.ts'
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
export const BETWEEN = '<\n'

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
}

/** Values that are read before others may be due. */
const VALUES_AT_ONCE = 1000
/** Reading a value is about so much work. */
const STEPS_FOR_VALUE = 2
/** To look a key up among thousands is so much. */
export const STEPS_FOR_KEY = 20

/**
 * Reads the texts of a value, in turns with others.
 *
 * @param packChars Characters of a pack. A longer text has one of its own.
 */
export function* textsOf(value: unknown, packChars: number, budget: Budget): Work<Texts> {
  const reader = new Reader(packChars, value)
  for (let isMore = true; isMore; ) {
    const { steps } = reader
    isMore = reader.read(VALUES_AT_ONCE)
    budget.spend(reader.steps - steps)
    if (isMore && budget.isTurnDue) yield
  }
  return reader.texts()
}

/** An array or object whose members are being read. */
type Frame = { at: number } & (List | Members)

interface List {
  readonly list: readonly unknown[]
  /** The member that the array is, or is in. */
  readonly name: string
}

interface Members {
  readonly list?: undefined
  readonly part: Readonly<Record<string, unknown>>
  readonly keys: readonly string[]
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
  readonly #stack: Frame[] = []
  #parts: string[] = []
  #chars = 0

  constructor(packChars: number, value: unknown) {
    this.#packChars = packChars
    this.#open(value, '')
  }

  /**
   * Reads so many values, or all that there are. It keeps its own stack, so that it can pause in a
   * long list.
   *
   * @returns Whether there are more.
   */
  read(most: number): boolean {
    const end = this.#count + most
    for (let frame = this.#stack.at(-1); frame; frame = this.#stack.at(-1)) {
      if (this.#count >= end) return true
      if (frame.at === (frame.list ?? frame.keys).length) this.#stack.pop()
      else this.#readMember(frame)
    }
    return false
  }

  /** The work so far. */
  get steps(): number {
    return STEPS_FOR_VALUE * this.#count + STEPS_FOR_KEY * this.#known.size
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
    }
  }

  #readMember(frame: Frame): void {
    const at = frame.at++
    if (frame.list) this.#open(frame.list[at], frame.name)
    else {
      const key = frame.keys[at] ?? ''
      this.#readKey(key)
      this.#open(frame.part[key], key)
    }
  }

  #readKey(key: string): void {
    this.#keys.push(key)
    if (this.#known.has(key)) return
    this.#known.add(key)
    this.#pack(key)
  }

  /** Reads a text or a number. The members of an array or object are read later. */
  #open(value: unknown, name: string): void {
    this.#count++
    if (typeof value === 'string') this.#readText(value, name)
    else if (typeof value === 'number') {
      if (Math.abs(value) >= MIN_SECRET_NUMBER) this.#readText(String(value), name)
    } else if (typeof value !== 'object' || value === null) return
    else if (this.#stack.length === MAX_DEPTH) this.#isWhole = false
    else if (Array.isArray(value)) {
      if (typeof value[0] === 'number') this.#bytes.push(...textsOfBytes(value))
      this.#stack.push({ list: value, name, at: 0 })
    } else this.#openObject(value as Readonly<Record<string, unknown>>)
  }

  #openObject(part: Readonly<Record<string, unknown>>): void {
    const keys = Object.keys(part)
    // A number comes before all other keys.
    if (keys[0] === '0') this.#bytes.push(...textsOfBytes(part))
    this.#stack.push({ part, keys, at: 0 })
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
