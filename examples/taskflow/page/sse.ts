// Reads a stream of server-sent events as ChatKit sends them: only `data` lines matter. No event names, no reconnecting.

/**
 * The data of each event, as the event is complete. A character, a line or an event may be split anywhere between two chunks; an event that
 * the stream breaks off in is dropped. Leaving the loop early closes the stream.
 */
export async function* eventData(body: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<string> {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader()
  let rest = ''
  let data: string[] = []
  try {
    for (;;) {
      const { value, done } = await reader.read()
      if (done) return
      // A carriage return at the very end waits for the next chunk: it may be the first half of CRLF.
      const lines = (rest + value).split(/\r\n|\n|\r(?=[^\n])/)
      rest = lines.pop() ?? ''
      for (const line of lines) {
        if (line === '') {
          if (data.length > 0) yield data.join('\n')
          data = []
        } else if (line.startsWith('data:')) {
          data.push(line.slice(line.startsWith('data: ') ? 6 : 5))
        }
      }
    }
  } finally {
    await reader.cancel().catch(() => undefined)
  }
}
