// Takes secrets out of a JSON value: out of values and keys, also where they are encoded twice. It
// does not know the secrets; the search does.

import { type CodedRun, codedRuns, decodings } from './coded.ts'
import { replaceRanges } from './marker.ts'
import { mergeRanges, type Search } from './search.ts'
import { MIN_SECRET_CHARS } from './variants.ts'

/** Stands in place of what could not be searched. */
export const WITHHELD = '[content withheld]'
/** Layers of encoding that are decoded. */
const MAX_LAYERS = 2
/** Characters of one value that are decoded. Images and sound look encoded too. */
const MAX_DECODED_CHARS = 8_388_608
/** Levels of a value that are searched. */
const MAX_DEPTH = 128

/** The value with markers. */
export interface RedactedValue {
  readonly value: unknown
  /** Markers that were put in. */
  readonly hits: number
  /** Parts that were removed because they could not be searched. */
  readonly withheld: number
}

/** Redacts a value. A value with nothing to remove comes back as the same object. */
export function redactValue(value: unknown, find: Search): RedactedValue {
  let hits = 0
  let withheld = 0
  let decodable = MAX_DECODED_CHARS

  function visit(part: unknown, depth: number): unknown {
    if (typeof part === 'string') return redactText(part)
    if (typeof part === 'number') {
      const text = String(part)
      return find(text).length === 0 ? part : redactText(text)
    }
    if (typeof part !== 'object' || part === null) return part
    if (depth === MAX_DEPTH) {
      withheld++
      return WITHHELD
    }
    return Array.isArray(part) ? visitArray(part, depth) : visitObject(part, depth)
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
    // `fromEntries` defines a member `__proto__`, where an assignment would set the prototype.
    return touched ? Object.fromEntries(withUniqueKeys(entries)) : object
  }

  function redactText(text: string): string {
    if (text.length < MIN_SECRET_CHARS) return text
    const ranges = find(text)
    hits += ranges.length
    const plain = ranges.length === 0 ? text : replaceRanges(text, ranges)
    const coded = mergeRanges(codedRuns(plain).filter((run) => hides(plain, run, MAX_LAYERS)))
    if (decodable < 0) {
      withheld++
      return WITHHELD
    }
    hits += coded.length
    return coded.length === 0 ? plain : replaceRanges(plain, coded)
  }

  /**
   * Whether a coded run hides a secret. When there is too much to decode, `decodable` falls below
   * zero.
   */
  function hides(text: string, run: CodedRun, layers: number): boolean {
    decodable -= run.to - run.from
    if (decodable < 0) return false
    return decodings(text, run).some(
      (decoded) =>
        find(decoded).length > 0 ||
        (layers > 1 && codedRuns(decoded).some((inner) => hides(decoded, inner, layers - 1))),
    )
  }

  const redacted = visit(value, 0)
  return { value: redacted, hits, withheld }
}

/** Numbers keys that became equal, so that two keys that held the same secret stay two. */
function withUniqueKeys(entries: readonly (readonly [string, unknown])[]): Map<string, unknown> {
  const unique = new Map<string, unknown>()
  // The last number of each key. Counting from the start each time would take quadratic time.
  const counts = new Map<string, number>()
  for (const [key, item] of entries) {
    let free = key
    let count = counts.get(key) ?? 1
    while (unique.has(free)) free = `${key} ${++count}`
    if (free !== key) counts.set(key, count)
    unique.set(free, item)
  }
  return unique
}
