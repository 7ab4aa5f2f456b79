// Changes the JSON-RPC messages of an MCP server's answer before the framework's client reads them:
// that client drops a whole answer when one member is odd. It knows bodies in JSON and streams of
// events, and nothing of what a message means.

import { isObject, parseForeignJson, type UnknownObject, writeJson } from '../../core/json.ts'

/** Gives a message as the client shall read it: the same object when nothing changes. */
export type ChangeMessage = (message: UnknownObject) => UnknownObject

type Bytes = Uint8Array<ArrayBuffer>

/** Rewrites an answer. One that is neither JSON nor events is given back as it is. */
export async function rewriteMessages(
  response: Response,
  change: ChangeMessage,
): Promise<Response> {
  const type = response.headers.get('content-type') ?? ''
  if (!response.ok || response.body === null) return response
  if (/^text\/event-stream\b/i.test(type))
    return withBody(response, response.body.pipeThrough(eventChanger(change)))
  if (!/^application\/json\b/i.test(type)) return response
  const text = await response.text()
  return withBody(response, changeText(text, change))
}

function withBody(response: Response, body: string | ReadableStream<Bytes>): Response {
  const headers = new Headers(response.headers)
  headers.delete('content-length')
  const made = new Response(body, { status: response.status, headers })
  return Object.defineProperty(made, 'url', { value: response.url })
}

/** A text that holds no message of ours is passed on: the client says what is wrong with it. */
function changeText(text: string, change: ChangeMessage): string {
  const value = parseForeignJson(text)
  const isBatch = Array.isArray(value)
  const messages: readonly unknown[] = isBatch ? value : [value]
  const changed = messages.map((message) => (isObject(message) ? change(message) : message))
  if (changed.every((message, index) => message === messages[index])) return text
  // What is deeper than the runtime can write stays as it came.
  return writeJson(isBatch ? changed : changed[0]) ?? text
}

/** Cuts a stream at the blank lines that end its events (HTML standard, section 9.2.6). */
function eventChanger(change: ChangeMessage): TransformStream<Bytes, Bytes> {
  const decoder = new TextDecoder()
  const encoder = new TextEncoder()
  /** What came after the last complete event. */
  let parts: string[] = []

  function complete(text: string, output: TransformStreamDefaultController<Bytes>): void {
    parts.push(text)
    // Without a line end no event can be complete. So a server that sends byte by byte costs no
    // more than another.
    if (!/[\r\n]/.test(text)) return
    const events = parts.join('').split(/(?<=(?:\r\n|\n|\r(?!\n))(?:\r\n|\n|\r(?!\n)))/)
    const last = events.at(-1) ?? ''
    parts = isComplete(last) ? [] : [events.pop() ?? '']
    for (const event of events) output.enqueue(encoder.encode(changeEvent(event, change)))
  }

  return new TransformStream<Bytes, Bytes>({
    transform(chunk, output) {
      complete(decoder.decode(chunk, { stream: true }), output)
    },
    flush(output) {
      const rest = parts.join('') + decoder.decode()
      if (rest !== '') output.enqueue(encoder.encode(changeEvent(rest, change)))
    },
  })
}

/** A `\r` at the end may be half of a `\r\n`, so it waits. */
function isComplete(event: string): boolean {
  return /(?:\n|\r\n)(?:\n|\r\n)$/.test(event)
}

function changeEvent(event: string, change: ChangeMessage): string {
  const lines = event.split(/\r\n|\n|\r/)
  const data = lines.filter((line) => /^data(?::|$)/.test(line))
  if (data.length === 0) return event
  const text = data.map((line) => line.replace(/^data:? ?/, '')).join('\n')
  const changed = changeText(text, change)
  if (changed === text) return event
  const others = lines.filter((line) => line !== '' && !data.includes(line))
  return `${[...others, ...changed.split('\n').map((line) => `data: ${line}`)].join('\n')}\n\n`
}
