// Takes credentials out of what a server sends back. It removes what it knows, in whatever form, and nothing that merely looks like one.

import type { Credential } from '../../core/credential.ts'
import { createAutomaton } from './automaton.ts'
import { redactValue, WITHHELD } from './json-value.ts'
import { withoutRanges } from './marker.ts'
import { piecesOf } from './pieces.ts'
import { createSearch } from './search.ts'
import { type RedactingStream, redactingStream } from './stream.ts'
import { SHORTEST, variantsOf } from './variants.ts'

/** Removes the credentials that it was made for. */
export interface Redactor {
  /**
   * A whole text without any form of a credential. The fast one: neither pieces nor nested encodings.
   * `hits` counts the markers put in.
   */
  text(input: string): { readonly text: string; readonly hits: number }
  /** The same for a text that comes in chunks, wherever they end. */
  stream(): RedactingStream
  /**
   * A result, or any other JSON value, a bare string among them: values and keys, also pieces of a credential (12 characters of its random
   * part), also encoded twice. What is not touched is the same object; what is, a copy. `withheld` counts what was removed because it
   * could not be searched: too much that looks encoded, too deep.
   */
  json(value: unknown): {
    readonly value: unknown
    readonly hits: number
    readonly withheld: number
  }
  /** How many of the credentials are too short to be searched for. Worth a warning. */
  readonly tooShort: number
}

/** Characters with which a secret could lie across several tokens of a JSON text, or be one that is no string. */
const JSON_SYNTAX = /["\\{}[\]:,\s]/

/**
 * Makes a redactor. Keep it as long as the credentials live: the searches are built at their first use, and cost more than a small text.
 *
 * @param secrets What may come back. None: everything passes as it is.
 */
export function createRedactor(secrets: readonly Credential[]): Redactor {
  const texts = [...new Set(secrets.map((secret) => secret.reveal()))]
  const known = texts.filter((text) => text.length >= SHORTEST)
  const forms = once(() => [...new Set(known.flatMap(variantsOf))])
  const wantedForms = once(() => forms().map((text) => ({ text, least: text.length })))
  const findForms = once(() => createSearch(wantedForms()))
  const findAll = once(() => createSearch([...wantedForms(), ...known.flatMap(piecesOf)]))
  const automaton = once(() => createAutomaton(forms()))
  const crossesTokens = known.some((text) => JSON_SYNTAX.test(text))

  return {
    tooShort: texts.length - known.length,
    text(input) {
      const ranges = findForms()(input)
      return ranges.length === 0
        ? { text: input, hits: 0 }
        : { text: withoutRanges(input, ranges), hits: ranges.length }
    },
    stream: () => redactingStream(automaton()),
    json(value) {
      if (known.length === 0) return { value, hits: 0, withheld: 0 }
      const redacted = redactValue(value, findAll())
      // A secret that is itself JSON, given as the object that it spells: no string holds it, the text would.
      if (!crossesTokens || findForms()(JSON.stringify(redacted.value) ?? '').length === 0)
        return redacted
      return { value: WITHHELD, hits: redacted.hits + 1, withheld: redacted.withheld + 1 }
    },
  }
}

/** Makes it at its first use. */
function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}
