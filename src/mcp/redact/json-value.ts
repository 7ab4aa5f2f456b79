// Takes secrets out of a JSON value: values and keys, and what they hold in encodings on top of each other. It does not know the secrets.

import { type CodedRun, codedRuns, decodings } from './coded.ts'
import { withoutRanges } from './marker.ts'
import { merged, type Search } from './search.ts'
import { SHORTEST } from './variants.ts'

/** Stands for what could not be searched. */
export const WITHHELD = '[content withheld]'
/** Encodings on top of each other that are undone. */
const NESTED = 2
/** Characters that look encoded, in one value: images and sound do. */
const MOST_DECODED = 8_388_608
/** Levels of a value. */
const DEEPEST = 128

/** The value with markers, and how many; `withheld` counts what was removed unsearched. */
export interface RedactedValue {
  readonly value: unknown
  readonly hits: number
  readonly withheld: number
}

/** Redacts a value. What holds nothing to remove is given back as the same object. */
export function redactValue(value: unknown, find: Search): RedactedValue {
  let hits = 0
  let withheld = 0
  let decodable = MOST_DECODED

  function visit(one: unknown, depth: number): unknown {
    if (typeof one === 'string') return redactText(one)
    if (typeof one === 'number') {
      const text = String(one)
      return find(text).length === 0 ? one : redactText(text)
    }
    if (typeof one !== 'object' || one === null) return one
    if (depth === DEEPEST) {
      withheld++
      return WITHHELD
    }
    return Array.isArray(one) ? visitArray(one, depth) : visitObject(one, depth)
  }

  function visitArray(items: readonly unknown[], depth: number): unknown {
    const redacted = items.map((item) => visit(item, depth + 1))
    return redacted.every((item, index) => item === items[index]) ? items : redacted
  }

  function visitObject(object: object, depth: number): unknown {
    const entries = Object.entries(object)
    let touched = false
    for (const entry of entries) {
      const [key, item] = entry
      entry[0] = redactText(key)
      entry[1] = visit(item, depth + 1)
      touched ||= entry[0] !== key || entry[1] !== item
    }
    // fromEntries defines `__proto__` like any other key.
    return touched ? Object.fromEntries(withUniqueKeys(entries)) : object
  }

  function redactText(text: string): string {
    if (text.length < SHORTEST) return text
    const ranges = find(text)
    hits += ranges.length
    const plain = ranges.length === 0 ? text : withoutRanges(text, ranges)
    const coded = merged(codedRuns(plain).filter((run) => hides(plain, run, NESTED)))
    if (decodable < 0) {
      withheld++
      return WITHHELD
    }
    hits += coded.length
    return coded.length === 0 ? plain : withoutRanges(plain, coded)
  }

  /** Whether a coded run hides a secret. What is too much is not looked at, and leaves `decodable` below zero. */
  function hides(text: string, run: CodedRun, nested: number): boolean {
    decodable -= run.to - run.from
    if (decodable < 0) return false
    return decodings(text, run).some(
      (decoded) =>
        find(decoded).length > 0 ||
        (nested > 1 && codedRuns(decoded).some((inner) => hides(decoded, inner, nested - 1))),
    )
  }

  const redacted = visit(value, 0)
  return { value: redacted, hits, withheld }
}

/** Two keys that held the same secret stay two. */
function withUniqueKeys(entries: readonly (readonly [string, unknown])[]): Map<string, unknown> {
  const unique = new Map<string, unknown>()
  for (const [key, item] of entries) {
    let free = key
    for (let count = 2; unique.has(free); count++) free = `${key} ${count}`
    unique.set(free, item)
  }
  return unique
}
