// Reads a stream of server-sent events as ChatKit and our resumable mode send them: `id` and `data`
// lines. It does not reconnect.

import { defined } from './json.ts'

/** One event, as it came over the wire. */
export interface SseEvent {
  /** Where to go on after the connection breaks; only in resumable mode. */
  readonly id?: string
  readonly data: string
}

/** No event has so many characters. A longer one would fill the page's memory. */
const MAX_EVENT_CHARS = 16 * 1024 * 1024

/**
 * Gives each event as soon as it is complete. Chunks may split a character, a line or an event
 * anywhere. When the stream ends within an event, that event is dropped. Leaving the loop early
 * closes the stream.
 *
 * @param onBytes Called for each chunk, comments included: the server is alive.
 * @throws RangeError when an event does not end.
 */
export async function* readFrames(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  onBytes: () => void = () => undefined,
  maxChars: number = MAX_EVENT_CHARS,
): AsyncGenerator<SseEvent> {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  const lines = lineSplitter()
  let data: string[] = []
  let id: string | undefined
  let size = 0
  try {
    for (;;) {
      const { value, done } = await reader.read()
      if (done) return
      onBytes()
      for (const line of lines.push(decoder.decode(value, { stream: true }))) {
        size += line.length
        if (line === '') {
          if (data.length > 0) yield defined({ id, data: data.join('\n') })
          data = []
          id = undefined
          size = 0
        } else {
          const colon = line.indexOf(':')
          const name = colon < 0 ? line : line.slice(0, colon)
          const field = colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1)
          if (name === 'data') data.push(field)
          // An id with a NUL is ignored (HTML, section 9.2.6).
          else if (name === 'id' && !field.includes('\0')) id = field
        }
      }
      if (size + lines.held() > maxChars)
        throw new RangeError('An event of the stream is too long.')
    }
  } finally {
    await reader.cancel().catch(() => undefined)
  }
}

/**
 * Takes text in pieces and gives whole lines. It looks at each piece once, however long the line
 * is.
 */
function lineSplitter(): { push(text: string): readonly string[]; held(): number } {
  let pieces: string[] = []
  let held = 0
  /** The text before ended in a carriage return. A line feed that follows belongs to it. */
  let afterReturn = false
  return {
    push(text) {
      const rest = afterReturn && text.startsWith('\n') ? text.slice(1) : text
      if (text !== '') afterReturn = text.endsWith('\r')
      const [first = '', ...others] = rest.split(/\r\n|\n|\r/)
      pieces.push(first)
      held += first.length
      const last = others.pop()
      if (last === undefined) return []
      const lines = [pieces.join(''), ...others]
      pieces = [last]
      held = last.length
      return lines
    },
    held: () => held,
  }
}
