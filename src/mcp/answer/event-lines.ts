// Cuts server-sent events out of a stream of bytes, wherever its chunks end (HTML standard, section
// 9.2.6). It does not know what the events say.

import { toError } from '../../core/sentences.ts'

/** Lines of one event. Each costs work, however short it is. */
const MAX_LINES = 10_000

/**
 * Makes the reader of one stream.
 *
 * @param maxChars Characters of one event.
 * @returns Takes the next chunk, and gives the lines of each event that is complete with it. The
 *   work for a chunk does not grow with what is held, so a server that sends byte by byte costs no
 *   more than another. It throws an AuthError `answer_too_large`.
 */
export function eventLines(
  maxChars: number,
  server: string,
): (chunk: Uint8Array) => Generator<readonly string[]> {
  const decoder = new TextDecoder()
  /** The complete lines of the event that is not complete yet. */
  let lines: string[] = []
  /** The parts of the line that is not complete yet. */
  let parts: string[] = []
  let size = 0
  let endsInReturn = false

  function grow(characters: number): void {
    size += characters
    if (size > maxChars) throw toError({ reason: 'answer_too_large', server })
  }

  return function* completeEvents(chunk) {
    const decoded = decoder.decode(chunk, { stream: true })
    if (decoded === '') return
    // The line end `\r\n` may be cut in two.
    const text = endsInReturn && decoded.startsWith('\n') ? decoded.slice(1) : decoded
    endsInReturn = text.endsWith('\r')
    let from = 0
    for (const end of text.matchAll(/\r\n|\n|\r/g)) {
      grow(end.index - from + 1)
      parts.push(text.slice(from, end.index))
      from = end.index + end[0].length
      const line = parts.join('')
      parts = []
      if (line !== '') {
        if (lines.push(line) > MAX_LINES) throw toError({ reason: 'answer_too_large', server })
        continue
      }
      const event = lines
      lines = []
      size = 0
      if (event.length > 0) yield event
    }
    if (from === text.length) return
    grow(text.length - from)
    parts.push(text.slice(from))
  }
}
