// What a step of an answer opens to: what a tool was called with, and what the model read of its
// result. Both were cut and are without credentials when they come here.

import type { KeptCall } from '../../agent/turn.ts'
import { isObject, parseJson } from '../../core/json.ts'

/** A person reads no more of a result in passing. The model has read more. */
const MAX_SHOWN_CHARS = 2000

/** Returns the details as Markdown, or an empty text when there are none. */
export function stepDetails({ arguments: given, output }: Omit<KeptCall, 'lead'>): string {
  const value = parseJson(given)
  const isEmpty = isObject(value) && Object.keys(value).length === 0
  return [
    ...(isEmpty ? [] : [fenced(indented(value) ?? given, 'json')]),
    ...(output === undefined || output === '' ? [] : [fenced(output, '')]),
  ].join('\n\n')
}

/** The value on lines of its own. Undefined when it is deeper than the runtime can write. */
function indented(value: unknown): string | undefined {
  try {
    return JSON.stringify(value, null, 1)
  } catch {
    return undefined
  }
}

/** Puts a text into a block of code that it cannot end. */
function fenced(text: string, language: string): string {
  const runs = text.match(/`+/g) ?? []
  const longest = runs.reduce((most, { length }) => Math.max(most, length), 2)
  const fence = '`'.repeat(longest + 1)
  const shown = text.length > MAX_SHOWN_CHARS ? `${text.slice(0, MAX_SHOWN_CHARS)}…` : text
  return `${fence}${language}\n${shown}\n${fence}`
}
