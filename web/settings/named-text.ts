// The server's own texts in the language of the person. Each is English, and its name stands beside
// it.

import { asFields, text } from '../client/json.ts'

/** Returns an object of the server's with its texts in the language of the person. */
export type Translate = <T>(value: T) => T

/** Makes the function for a language: its sentences by their names. */
export function translateWith(sentences: Readonly<Record<string, string>>): Translate {
  const sentenceOf = (name: unknown): string | undefined => {
    const { key, values } = asFields(name)
    const sentence = Object.hasOwn(sentences, String(key)) ? sentences[String(key)] : undefined
    return sentence?.replace(/\{(\w+)\}/g, (_, gap: string) => text(asFields(values)[gap]) ?? '')
  }
  return (value) => {
    const names = asFields(value).onbehalf_words
    if (names === undefined) return value
    const said = Object.entries(asFields(names)).map(([field, name]) => [field, sentenceOf(name)])
    return { ...value, ...Object.fromEntries(said.filter(([, sentence]) => sentence)) }
  }
}
