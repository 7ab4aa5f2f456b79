// The arguments of a call of a page's tool, read from the text in which the run gives them.

import { isObject, type JsonObject, parseJson, writeJson } from '../../core/json.ts'

/**
 * The arguments by their names.
 *
 * @param text A JSON object, as the event `client_tool` promises.
 * @throws SyntaxError when the text is not JSON, or too deep to be written again. It does not quote
 *   the text, as the parser's own would.
 */
export function parseArguments(text: string): JsonObject {
  const value = parseJson(text)
  if (writeJson(value) === undefined)
    throw new SyntaxError('The arguments of a call are no JSON that can be kept')
  // The parser gives JSON and nothing else.
  return isObject(value) ? (value as JsonObject) : {}
}
