// Puts a card's words into its components. An English word has its name beside it: an app that gave
// words of its own for the person wants those.

import { visible } from '../../agent/visible.ts'
import type { JsonObject } from '../../core/json.ts'
import { fill } from '../protocol/named-text.ts'

/** The name of a word, `outcomes.done` for one in a group. */
type NameIn<W> = {
  readonly [K in keyof W & string]: W[K] extends string ? K : `${K}.${keyof W[K] & string}`
}[keyof W & string]

/**
 * Returns the field of a component that says a word, with its values, and the word's name where it
 * is English. Invisible characters of the values are shown.
 */
export type Say<W> = (
  field: 'value' | 'label' | 'placeholder',
  name: NameIn<W>,
  values?: Readonly<Record<string, string>>,
) => JsonObject

/**
 * Makes the function for the words of a person.
 *
 * @param prefix What the words' names begin with on the wire.
 */
export function sayer<W extends object>(prefix: string, english: W, words: W): Say<W> {
  return (field, name, given = {}) => {
    const text = wordAt(words, name)
    const values = Object.fromEntries(
      Object.entries(given).map(([key, value]) => [key, visible(value)]),
    )
    const said = { [field]: fill(text, values) }
    if (text !== wordAt(english, name)) return said
    return { ...said, onbehalf_words: { [field]: { key: `${prefix}.${name}`, values } } }
  }
}

function wordAt(words: object, name: string): string {
  let found: unknown = words
  for (const key of name.split('.')) found = Object(found)[key]
  return String(found)
}
