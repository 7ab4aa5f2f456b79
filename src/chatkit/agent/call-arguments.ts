// The arguments of a call of a page's tool, read from the text in which the run gives them.

import { isObject, type JsonObject } from '../../core/json.ts'

/**
 * The arguments by their names.
 *
 * @param text A JSON object, as the event `client_tool` promises.
 * @throws SyntaxError when the text is not JSON.
 */
export function parseArguments(text: string): JsonObject {
  const value: unknown = JSON.parse(text)
  // The parser gives JSON and nothing else.
  return isObject(value) ? (value as JsonObject) : {}
}
