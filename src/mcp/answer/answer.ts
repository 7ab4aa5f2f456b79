// Rewrites an answer on its way back, message by message, whether it is JSON or a stream of events, however it is cut into chunks.

import { AuthError, type RefusalReason } from '../../core/errors.ts'
import { boundedText } from '../../core/http/bounded-text.ts'
import { LazyResponse, textBody } from '../../core/http/lazy-response.ts'
import { isObject, parseJson } from '../../core/json.ts'
import { toError } from '../../core/sentences.ts'
import { eventLines } from './event-lines.ts'

/** What is done with an answer. */
export interface AnswerRules {
  /** Gives a message as it goes on. */
  readonly message: (message: unknown) => Promise<unknown>
  /** Gives a text that is no message (an event's id, a header) as it goes on. */
  readonly text: (text: string) => string
  /** Characters of one JSON answer, or of one event, that are taken in. */
  readonly limit: number
  /** The server's name, for errors. */
  readonly server: string
  /** When it has fired, nothing is resumed. */
  readonly signal?: AbortSignal
  /**
   * The tool call that the answer is to. When no result for it comes, and a stream that broke off cannot be resumed, `instead` is given to its
   * caller, who would wait for ever.
   */
  readonly awaited?: { readonly id: string | number; instead(reason: RefusalReason): unknown }
}

/** Headers of an answer that go on; the others are the server's to fill with anything. */
const KEPT = [
  'content-type',
  'mcp-session-id',
  'mcp-protocol-version',
  'cache-control',
  'retry-after',
  'allow',
]

/** Gives the answer rewritten. It throws, or its body ends in, an AuthError when there is more of it than can be taken in. */
export async function rewriteAnswer(response: Response, rules: AnswerRules): Promise<Response> {
  const headers = new Headers()
  for (const name of KEPT) {
    const value = response.headers.get(name)
    if (value !== null && rules.text(value) === value) headers.set(name, value)
  }
  const type = response.headers.get('content-type') ?? ''
  const isEvents = /^text\/event-stream *(?:;|$)/i.test(type) && response.body !== null
  // Nothing else is an answer of the protocol, so none of it goes on.
  const isMessages = !isEvents && /^application\/(?:[\w.+-]*\+)?json *(?:;|$)/i.test(type)
  const body = isEvents
    ? eventStream(response.body, rules)
    : isMessages
      ? await jsonBody(response, rules)
      : nothing(response)
  // Clients look for either name anywhere in it.
  if (isEvents || isMessages)
    headers.set('content-type', isEvents ? 'text/event-stream' : 'application/json')
  if (body === null && rules.awaited)
    return Response.json(rules.awaited.instead('server_unavailable'))
  const init = { status: response.status, headers }
  // Some clients check where an answer came from, and skip the check when it says nowhere.
  if (typeof body === 'string') return new LazyResponse(textBody(body), init, response.url)
  return Object.defineProperty(new Response(body, init), 'url', { value: response.url })
}

function nothing(response: Response): null {
  response.body?.cancel().catch(() => {})
  return null
}

async function jsonBody(response: Response, rules: AnswerRules): Promise<string | null> {
  // A connection that broke, or the deadline: what was read is no answer.
  const unavailable = () => toError({ reason: 'server_unavailable', server: rules.server })
  const text = await boundedText(response, rules.limit).catch(() => Promise.reject(unavailable()))
  if (text === undefined) throw toError({ reason: 'answer_too_large', server: rules.server })
  if (text === '') return null
  const value = parseJson(text)
  if (value === undefined) throw unavailable()
  const { awaited } = rules
  if (awaited && ![value].flat().some((one) => answers(one, awaited.id))) return null
  try {
    return await rewriteText(value, rules)
  } catch {
    // As deep as no message is: what the runtime says of it is not for the framework.
    throw unavailable()
  }
}

function answers(message: unknown, id: string | number): boolean {
  return isObject(message) && message.id === id && ('result' in message || 'error' in message)
}

/** Written anew, never passed on as it came: members of one name hide each other from whoever parses, but not from a log of the text. */
async function rewriteText(value: unknown, { message }: AnswerRules): Promise<string> {
  return JSON.stringify(
    Array.isArray(value) ? await Promise.all(value.map(message)) : await message(value),
  )
}

/** A stream of server-sent events, each rewritten when it is complete. */
function eventStream(
  source: ReadableStream<Uint8Array<ArrayBuffer>>,
  rules: AnswerRules,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const { awaited, server } = rules
  const reader = source.getReader()
  const encoder = new TextEncoder()
  const take = eventLines(rules.limit, server)
  let answered = false
  let resumable = false
  const watching: AnswerRules = {
    ...rules,
    message(message) {
      if (awaited && answers(message, awaited.id)) answered = true
      return rules.message(message)
    },
  }

  type Output = ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>

  function close(output: Output, reason: RefusalReason): void {
    if (awaited && !answered)
      output.enqueue(encoder.encode(`data: ${JSON.stringify(awaited.instead(reason))}\n\n`))
    output.close()
  }

  function fail(output: Output, error: unknown): void {
    reader.cancel().catch(() => {})
    // The foreign error ends here. A broken connection may be taken up again where it broke; what we ended may not.
    const reason = error instanceof AuthError ? error.code : 'server_unavailable'
    const ended = error instanceof AuthError || rules.signal?.aborted === true || isTimeout(error)
    if (awaited && !answered && (ended || !resumable)) close(output, reason)
    else output.error(toError({ reason, server }))
  }

  return new ReadableStream({
    async pull(output) {
      try {
        for (let wrote = false; !wrote; ) {
          const { done, value } = await reader.read()
          // What is held at the end is no event: the standard drops it, and it may be the beginning of a secret.
          if (done)
            return resumable && !rules.signal?.aborted
              ? output.close()
              : close(output, 'server_unavailable')
          for (const lines of take(value)) {
            // A client may ask for the rest by the event's id (2025-11-25).
            resumable ||= lines.some((line) => /^id: ?[^ ]/.test(line))
            output.enqueue(encoder.encode(`${await rewriteEvent(lines, watching)}\n\n`))
            wrote = true
          }
        }
      } catch (error) {
        fail(output, error)
      }
    },
    cancel: (reason) => reader.cancel(reason),
  })
}

/** Our deadline's, or that of the caller's own `AbortSignal.timeout`. */
function isTimeout(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'TimeoutError'
}

async function rewriteEvent(event: readonly string[], rules: AnswerRules): Promise<string> {
  const lines: string[] = []
  const data: string[] = []
  for (const line of event) {
    if (line.startsWith(':')) lines.push(':')
    else if (/^data(?::|$)/.test(line)) data.push(line.replace(/^data:? ?/, ''))
    else lines.push(rules.text(line))
  }
  if (data.length === 0) return lines.join('\n')
  const text = data.join('\n')
  const value = parseJson(text)
  // Data that is no message opens a stream when it is empty; anything else is the server's to fill, and no client can read it.
  const next = value === undefined ? '' : await rewriteText(value, rules)
  return [...lines, ...next.split('\n').map((line) => `data: ${line}`)].join('\n')
}
