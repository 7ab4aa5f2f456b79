// Takes credentials out of what a server sends back. It removes the credentials that it knows, in
// any usual form, and nothing that merely looks like one.

import type { Credential } from '../../core/credential.ts'
import { createAutomaton } from './automaton.ts'
import type { Budget } from './budget.ts'
import { type RedactedValue, redactValue, WITHHELD } from './json-value.ts'
import { replaceRanges } from './marker.ts'
import { piecesOf } from './pieces.ts'
import { createSearch } from './search.ts'
import { type RedactingStream, redactingStream } from './stream.ts'
import { MIN_SECRET_CHARS, variantsOf } from './variants.ts'

/** Removes the credentials that it was made for. */
export interface Redactor {
  /**
   * Takes every form of a credential out of a whole text. It is fast: it searches neither for
   * pieces nor in nested encodings. `hits` counts the markers that it put in.
   */
  text(input: string): { readonly text: string; readonly hits: number }
  /** The same for a text that comes in chunks, wherever the chunks end. */
  stream(): RedactingStream
  /**
   * Takes credentials out of a JSON value, which may be a bare string: out of values and keys, also
   * pieces of a credential (12 characters of its random part), also where they are encoded twice.
   *
   * @returns The same object when nothing was removed. `withheld` counts parts that were removed
   *   because they could not be searched: too deep, or too much that looks encoded.
   */
  json(value: unknown, budget?: Budget): RedactedValue
  /**
   * The same in slices: between them, other people's calls get their turn. Give one budget for all
   * parts of an answer.
   */
  jsonInTurns(value: unknown, budget?: Budget): Promise<RedactedValue>
  /** How many of the credentials are too short to search for. Warn about them. */
  readonly tooShort: number
}

/**
 * A secret with one of these may be spread over several tokens of a JSON text, or be one that is no
 * string.
 */
const JSON_SYNTAX = /["\\{}[\]:,\s]/

/**
 * Makes a redactor. Keep it as long as the credentials live: its searches are built at their first
 * use, and building costs more than searching a small text.
 *
 * @param secrets The credentials that may come back. With none, everything passes.
 *
 * @example
 * ```ts
 * const redactor = createRedactor([new Credential('the-token-of-alice')])
 * redactor.text('got the-token-of-alice').text // 'got [credential removed]'
 * ```
 */
export function createRedactor(secrets: readonly Credential[]): Redactor {
  const texts = [...new Set(secrets.map((secret) => secret.reveal()))]
  const known = texts.filter((text) => text.length >= MIN_SECRET_CHARS)
  const forms = once(() => [...new Set(known.flatMap(variantsOf))])
  const formNeedles = once(() => forms().map((text) => ({ text, minRun: text.length })))
  const findForms = once(() => createSearch(formNeedles()))
  const findAll = once(() => createSearch([...formNeedles(), ...known.flatMap(piecesOf)]))
  const automaton = once(() => createAutomaton(forms()))
  const crossesTokens = known.some((text) => JSON_SYNTAX.test(text))

  const redactor: Redactor = {
    tooShort: texts.length - known.length,
    text(input) {
      const ranges = findForms()(input)
      return ranges.length === 0
        ? { text: input, hits: 0 }
        : { text: replaceRanges(input, ranges), hits: ranges.length }
    },
    stream: () => redactingStream(automaton()),
    json(value) {
      if (known.length === 0) return { value, hits: 0, withheld: 0 }
      const redacted = redactValue(value, findAll())
      // A secret that is JSON itself may come back as the object that it spells: no string holds
      // it, but the text of the answer would.
      if (!crossesTokens || findForms()(JSON.stringify(redacted.value) ?? '').length === 0)
        return redacted
      return { value: WITHHELD, hits: redacted.hits + 1, withheld: redacted.withheld + 1 }
    },
    jsonInTurns: async (value, budget) => redactor.json(value, budget),
  }
  return redactor
}

/** Makes a value at its first use. */
function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}
