// Parses what a server sent. The parser and everything after it work value by value, and the parser
// cannot pause, so a text with very many values is refused before.

import { parseForeignJson } from '../../core/json.ts'
import { toError } from '../../core/sentences.ts'

/** A list of 512 tools with long schemas has about 50,000. */
const MAX_VALUES = 250_000
/**
 * Different names of members, which cost the parser most: so many take it about 30 milliseconds. The
 * rows of a table share theirs.
 */
const MAX_NAMES = 50_000
/** A shorter text has fewer values, and fewer names, than that. */
const MAX_UNCOUNTED_CHARS = MAX_VALUES

/**
 * Parses a JSON text, without members named `__proto__`; undefined when it is none.
 *
 * @throws AuthError `answer_too_large` for more than 250,000 values, or 50,000 different names.
 */
export function parseAnswer(text: string, server: string): unknown {
  if (text.length > MAX_UNCOUNTED_CHARS && hasTooMany(text))
    throw toError({ reason: 'answer_too_large', server })
  return parseForeignJson(text)
}

const QUOTE = 34
const COMMA = 44
const BACKSLASH = 92
const COLON = 58
const SPACE = 32

/** Whether there are more values or names than may be. Commas in strings separate nothing. */
function hasTooMany(text: string): boolean {
  const names = new DifferentNames()
  let values = 0
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    if (unit === COMMA && ++values > MAX_VALUES) return true
    if (unit !== QUOTE) continue
    const end = endOfString(text, at)
    if (isBeforeColon(text, end) && names.add(text, at, end) > MAX_NAMES) return true
    at = end
  }
  return false
}

/** Whether a string that ends here is the name of a member. */
function isBeforeColon(text: string, end: number): boolean {
  let at = end + 1
  while (text.charCodeAt(at) <= SPACE) at++
  return text.charCodeAt(at) === COLON
}

const HASH_BITS = 19

/** Counts different names by their hashes, because to keep them would cost as much as to parse them. */
class DifferentNames {
  readonly #seen = new Uint8Array(2 ** HASH_BITS)
  /** Random, so that no server can choose different names that have the same hash. */
  readonly #seed: number = crypto.getRandomValues(new Int32Array(1))[0] ?? 0
  #count = 0

  /** @returns How many there are so far; at times too few by a twentieth. */
  add(text: string, from: number, to: number): number {
    let hash = this.#seed
    for (let at = from; at < to; at++) {
      hash = Math.imul(hash ^ text.charCodeAt(at), 0x9e3779b1)
      hash ^= hash >>> 15
    }
    const place = hash >>> (32 - HASH_BITS)
    if (this.#seen[place] === 0) this.#count++
    this.#seen[place] = 1
    return this.#count
  }
}

/** Where a string ends that begins here. */
function endOfString(text: string, from: number): number {
  for (let at = text.indexOf('"', from + 1); at >= 0; at = text.indexOf('"', at + 1)) {
    let backslashes = 0
    while (text.charCodeAt(at - 1 - backslashes) === BACKSLASH) backslashes++
    if (backslashes % 2 === 0) return at
  }
  return text.length
}
