// Finds secrets of which every character is escaped: `%41%42` or `\u0041\u0042`. As needles these
// forms would be long, and so like each other that an index is of no use.

import { replaceEscapes } from './escapes.ts'
import { EXACT, GRAM, gramAt, wordAt } from './grams.ts'
import type { Signs } from './needle-index.ts'
import type { Range } from './search.ts'

const STRETCHES = /(?:%[0-9a-f]{2}){12,}|(?:\\u[0-9a-f]{4}){12,}/gi
const PERCENT = 37
const BACKSLASH = 92
const SMALL_U = 117
const UNICODE_ESCAPE_CHARS = 6
const PERCENT_ESCAPE_CHARS = 3

const LOW = '0123456789abcdefABCDEF'
/** The first digit of a printable character's code. */
const HIGH = '234567'

interface EscapeSigns extends Signs {
  readonly texts: ReadonlySet<string>
}

let signs: EscapeSigns | undefined

function knownSigns(): EscapeSigns {
  if (signs) return signs
  const texts = new Set(signTexts())
  signs = {
    texts,
    hashes: Int32Array.from(texts, (text) => gramAt(text, 0, EXACT)),
    words: Int32Array.from(new Set(Array.from(texts, (text) => wordAt(text, 0)))),
  }
  return signs
}

/**
 * The grams that a stretch of escapes consists of: a search that knows them tells of every stretch, at
 * no cost for other texts.
 */
export function escapeSigns(): Signs {
  return knownSigns()
}

/** Whether the gram at a position of a text is one of these. */
export function isInEscapes(text: string, at: number): boolean {
  let mayBe = false
  for (let next = at; next < at + GRAM; next++) {
    const unit = text.charCodeAt(next)
    mayBe ||= unit === PERCENT || unit === BACKSLASH || unit === SMALL_U
  }
  if (!mayBe) return false
  return knownSigns().texts.has(text.slice(at, at + GRAM))
}

function signTexts(): readonly string[] {
  const codes = [...HIGH].flatMap((high) => [...LOW].map((low) => high + low))
  const texts = [...HIGH].map((high) => `\\u00${high}`)
  for (const code of codes) {
    texts.push(`u00${code}`, `00${code}\\`, `0${code}\\u`, `${code}\\u0`)
    texts.push(`${code.slice(1)}\\u00`)
    texts.push(...[...HIGH].map((high) => `%${code}%${high}`))
    texts.push(...[...LOW].map((low) => `${low}%${code}%`))
    texts.push(...codes.map((next) => `${code}%${next}`))
  }
  return texts
}

/**
 * Gives the parts of a text that are secrets, character by character.
 *
 * @param find Finds the secrets in a decoded text; undefined when it could not be searched.
 */
export function findInEscapes(
  text: string,
  find: (decoded: string) => readonly Range[] | undefined,
): readonly Range[] | undefined {
  const found: Range[] = []
  for (const { 0: stretch, index } of text.matchAll(STRETCHES)) {
    const size = stretch.startsWith('%') ? PERCENT_ESCAPE_CHARS : UNICODE_ESCAPE_CHARS
    const ranges = find(replaceEscapes(stretch))
    if (!ranges) return undefined
    for (const { from, to } of ranges)
      found.push({ from: index + size * from, to: index + size * to })
  }
  return found
}
