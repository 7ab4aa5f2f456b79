// Server-sent events cut out of a stream of bytes, wherever its chunks end (HTML standard, section 9.2.6). It knows nothing of what they say.

import { toError } from '../../core/sentences.ts'

/**
 * Makes the reader of one stream: each chunk gives the events that are complete with it, as their lines. The work for a chunk does not grow
 * with what is held, so that a server which sends byte by byte costs no more than another.
 *
 * @param limit Characters of one event. It throws an AuthError when there are more.
 */
export function eventLines(
  limit: number,
  server: string,
): (chunk: Uint8Array) => Generator<readonly string[]> {
  const decoder = new TextDecoder()
  let lines: string[] = []
  let line: string[] = []
  let size = 0
  let afterReturn = false

  function grow(characters: number): void {
    size += characters
    if (size > limit) throw toError({ reason: 'answer_too_large', server })
  }

  return function* take(chunk) {
    const decoded = decoder.decode(chunk, { stream: true })
    if (decoded === '') return
    // The other half of a line end.
    const text = afterReturn && decoded.startsWith('\n') ? decoded.slice(1) : decoded
    afterReturn = text.endsWith('\r')
    let from = 0
    for (const end of text.matchAll(/\r\n|\n|\r/g)) {
      grow(end.index - from + 1)
      line.push(text.slice(from, end.index))
      from = end.index + end[0].length
      const whole = line.join('')
      line = []
      if (whole !== '') {
        lines.push(whole)
        continue
      }
      const event = lines
      lines = []
      size = 0
      if (event.length > 0) yield event
    }
    if (from === text.length) return
    grow(text.length - from)
    line.push(text.slice(from))
  }
}
