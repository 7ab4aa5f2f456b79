// Parses what a server sent. The parser and everything after it work value by value, and the parser
// cannot pause, so a text with very many values is refused before.

import { parseForeignJson } from '../../core/json.ts'
import { toError } from '../../core/sentences.ts'

/** A list of 512 tools with long schemas has about 50,000. */
const MAX_VALUES = 250_000
/** A shorter text has fewer values than that. */
const MAX_UNCOUNTED_CHARS = MAX_VALUES

/**
 * Parses a JSON text, without members named `__proto__`; undefined when it is none.
 *
 * @throws AuthError `answer_too_large` for more than 250,000 values.
 */
export function parseAnswer(text: string, server: string): unknown {
  if (text.length > MAX_UNCOUNTED_CHARS && hasTooMany(text))
    throw toError({ reason: 'answer_too_large', server })
  return parseForeignJson(text)
}

const QUOTE = 34
const COMMA = 44
const BACKSLASH = 92

/** Whether more values follow on others than may be. Commas in strings separate nothing. */
function hasTooMany(text: string): boolean {
  let values = 0
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    if (unit === COMMA && ++values > MAX_VALUES) return true
    if (unit === QUOTE) at = endOfString(text, at)
  }
  return false
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
