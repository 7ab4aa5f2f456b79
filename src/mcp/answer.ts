// Rewrites an answer on its way back, message by message, whether it is JSON or a stream of events, however it is cut into chunks.

import { toError } from '../core/wire.ts'
import { isJson, parseJson } from './message.ts'

/** What is done with an answer. */
export interface AnswerRules {
  /** Gives a message as it goes on: the same object when nothing is to change. */
  readonly message: (message: unknown) => Promise<unknown>
  /** Gives a text that is no message (an event's id, a header) as it goes on. */
  readonly text: (text: string) => string
  /** Characters of one JSON answer, or of one event, that are taken in. */
  readonly limit: number
  /** The server's name, for errors. */
  readonly server: string
  /**
   * The tool call that the answer is to. When a stream of events ends without a result for it, and cannot be resumed, `instead` is given to its
   * caller, who would wait for ever.
   */
  readonly awaited?: { readonly id: string | number; instead(): unknown }
}

/** Headers of an answer that go on; the others are the server's to fill with anything. */
const KEPT = ['content-type', 'mcp-session-id', 'mcp-protocol-version', 'cache-control', 'retry-after', 'allow']

/** Gives the answer rewritten. It throws, or its body ends in, an AuthError when there is more of it than can be taken in. */
export async function rewriteAnswer(response: Response, rules: AnswerRules): Promise<Response> {
  const headers = new Headers()
  for (const name of KEPT) {
    const value = response.headers.get(name)
    if (value !== null && rules.text(value) === value) headers.set(name, value)
  }
  const type = response.headers.get('content-type') ?? ''
  const body = /^text\/event-stream\b/i.test(type)
    ? (response.body?.pipeThrough(eventStream(rules)) ?? null)
    : /^application\/(?:[\w.+-]*\+)?json\b/i.test(type)
      ? await jsonBody(response, rules)
      : nothing(response)
  const { status } = response
  const rewritten = new Response(body, { status, headers })
  // Some clients check where an answer came from, and skip the check when it says nowhere.
  Object.defineProperty(rewritten, 'url', { value: response.url })
  return rewritten
}

/** Nothing else is an answer of the protocol, so none of it goes on. */
function nothing(response: Response): null {
  response.body?.cancel().catch(() => {})
  return null
}

async function jsonBody(response: Response, rules: AnswerRules): Promise<string | null> {
  const text = await readAll(response, rules)
  if (text === '') return null
  const value = parseJson(text)
  if (value === undefined) throw toError({ reason: 'server_unavailable', server: rules.server })
  return rewriteText(text, value, rules)
}

async function rewriteText(text: string, value: unknown, { message }: AnswerRules): Promise<string> {
  if (!Array.isArray(value)) {
    const next = await message(value)
    return next === value ? text : JSON.stringify(next)
  }
  const next = await Promise.all(value.map(message))
  return next.every((one, index) => one === value[index]) ? text : JSON.stringify(next)
}

async function readAll(response: Response, { limit, server }: AnswerRules): Promise<string> {
  const reader = response.body?.getReader()
  if (!reader) return ''
  const decoder = new TextDecoder()
  let text = ''
  try {
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
      text += decoder.decode(chunk.value, { stream: true })
      if (text.length > limit) break
    }
  } catch {
    // The connection broke, or the deadline came; what was read is no answer.
    throw toError({ reason: 'server_unavailable', server })
  }
  if (text.length <= limit) return text + decoder.decode()
  reader.cancel().catch(() => {})
  throw toError({ reason: 'answer_too_large', server })
}

/** A stream of server-sent events, each rewritten when it is complete. */
function eventStream(rules: AnswerRules): ReadableWritablePair<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> {
  const decoder = new TextDecoder()
  const encoder = new TextEncoder()
  let held = ''
  let answered = rules.awaited === undefined
  const watching: AnswerRules = {
    ...rules,
    message(message) {
      if (isJson(message) && message.id === rules.awaited?.id && ('result' in message || 'error' in message)) answered = true
      return rules.message(message)
    },
  }
  return new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
    async transform(chunk, controller) {
      held += decoder.decode(chunk, { stream: true })
      // A carriage return at the end may be half of a line end.
      const safe = held.endsWith('\r') ? held.length - 1 : held.length
      const ready = held.slice(0, safe)
      const ends = [...ready.matchAll(/(?:\r\n|\n|\r)(?:\r\n|\n|\r)/g)]
      let from = 0
      for (const end of ends) {
        const text = ready.slice(from, end.index)
        // A client may ask for the rest by the event's id (2025-11-25).
        if (/^id:/m.test(text)) answered = true
        const event = await rewriteEvent(text, watching)
        controller.enqueue(encoder.encode(`${event}\n\n`))
        from = end.index + end[0].length
      }
      held = held.slice(from)
      if (held.length > rules.limit) controller.error(toError({ reason: 'answer_too_large', server: rules.server }))
    },
    // What is held at the end is no event: the standard drops it, and it may be the beginning of a secret.
    flush(controller) {
      if (!answered) controller.enqueue(encoder.encode(`data: ${JSON.stringify(rules.awaited?.instead())}\n\n`))
    },
  })
}

async function rewriteEvent(event: string, rules: AnswerRules): Promise<string> {
  const lines: string[] = []
  const data: string[] = []
  for (const line of event.split(/\r\n|\n|\r/)) {
    if (line.startsWith(':')) lines.push(':')
    else if (/^data(?::|$)/.test(line)) data.push(line.replace(/^data:? ?/, ''))
    else lines.push(rules.text(line))
  }
  if (data.length === 0) return lines.join('\n')
  const text = data.join('\n')
  const value = parseJson(text)
  // Data that is no message (an empty one opens a stream) goes on as text.
  const next = value === undefined ? rules.text(text) : await rewriteText(text, value, rules)
  return [...lines, ...next.split('\n').map((line) => `data: ${line}`)].join('\n')
}
