// What a conversation keeps of a call: what the model wrote and what it read, cut, and without
// credentials. Pure.

import { isObject, type JsonValue, parseJson, writeJson } from '../core/json.ts'
import { withoutCredentials } from './credential-likeness.ts'

/** Characters that are kept of one result. */
const MAX_OUTPUT_CHARS = 8000
/** A longer credential would not be found where a result is cut. */
const MAX_CREDENTIAL_CHARS = 8000
/** Longer arguments are left out as a whole: a part of them is no JSON. */
const MAX_ARGUMENT_CHARS = 4000

/**
 * The arguments as they are kept: a JSON object.
 *
 * @param hide Puts names in the place of values that nobody may keep.
 */
export function keptArguments(text: string, hide: (text: string) => string = same): string {
  const value = parseJson(text)
  const plain = isObject(value) ? writeJson(value) : undefined
  if (plain === undefined) return '{}'
  const kept = withoutCredentials(hide(plain))
  return kept.length <= MAX_ARGUMENT_CHARS
    ? kept
    : JSON.stringify({ left_out: 'The arguments were too long to be kept.' })
}

/** A result as it is kept. */
export function keptOutput(output: unknown, hide: (text: string) => string = same): string {
  // A credential that begins before the cut is searched as a whole.
  const kept = withoutCredentials(
    hide(textOfOutput(output)).slice(0, MAX_OUTPUT_CHARS + MAX_CREDENTIAL_CHARS),
  )
  return kept.length <= MAX_OUTPUT_CHARS
    ? kept
    : `${kept.slice(0, MAX_OUTPUT_CHARS)}\n[The rest of this result was not kept.]`
}

/** Characters of a value that an app can draw. A part of a longer one would be no value. */
const MAX_STRUCTURED_CHARS = 200_000

/**
 * The value of a result, for an app to draw: a result's `structuredContent`, or what an app's own tool
 * returned. Undefined when there is none, and when it is very long.
 */
export function structuredIn(
  output: unknown,
  hide: (text: string) => string = same,
): JsonValue | undefined {
  const isOfMcp = isObject(output) && Array.isArray(output.content)
  const value = isOfMcp ? output.structuredContent : output
  if (typeof value !== 'object' || value === null) return undefined
  const text = writeJson(value)
  if (text === undefined || text.length > MAX_STRUCTURED_CHARS) return undefined
  return parseJson(withoutCredentials(hide(text))) as JsonValue | undefined
}

/**
 * The texts of a result: images have a text beside them. What has no text is written as JSON.
 *
 * @param output A text, parts of a text, a result of MCP, or any value that an app's tool returned.
 */
function textOfOutput(output: unknown): string {
  if (isObject(output) && Array.isArray(output.content)) {
    const text = textOfOutput(output.content)
    return text === '' && output.structuredContent !== undefined
      ? (writeJson(output.structuredContent) ?? '')
      : text
  }
  const parts: readonly unknown[] = Array.isArray(output) ? output : [output]
  const texts = parts.flatMap((part) =>
    typeof part === 'string'
      ? part
      : isObject(part) && typeof part.text === 'string'
        ? part.text
        : [],
  )
  if (texts.length > 0 || parts.some((part) => isObject(part) && typeof part.type === 'string'))
    return texts.join('\n')
  return output === undefined || output === null ? '' : (writeJson(output) ?? '')
}

function same(text: string): string {
  return text
}
