// Cuts the output of a process into JSON-RPC messages: one in a line (MCP, stdio transport). A line
// that is no message is dropped, as servers print greetings there by mistake.

import { isObject, type UnknownObject } from '../core/json.ts'
import { parseAnswer } from '../mcp/answer/parse-answer.ts'

const LINE_FEED = 10

/**
 * Makes the reader of one output.
 *
 * @param maxBytes Bytes of one line.
 * @returns Takes the next chunk and gives the messages that are complete with it. It throws for a
 *   line that is too long, or has more values than can be parsed at once.
 */
export function messageLines(
  maxBytes: number,
  server: string,
): (chunk: Uint8Array) => Generator<UnknownObject> {
  const decoder = new TextDecoder()
  /** The parts of the line that is not complete yet. */
  let parts: Uint8Array[] = []
  let size = 0

  function add(part: Uint8Array): void {
    size += part.length
    if (size > maxBytes) throw new RangeError('A line is too long')
    parts.push(part)
  }

  return function* completeMessages(chunk) {
    let from = 0
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, from)) {
      add(chunk.subarray(from, end))
      from = end + 1
      const line = decoder.decode(Buffer.concat(parts))
      parts = []
      size = 0
      const message = parseAnswer(line, server)
      if (isObject(message)) yield message
    }
    // A copy: the platform may use the memory of a chunk again.
    if (from < chunk.length) add(chunk.slice(from))
  }
}
