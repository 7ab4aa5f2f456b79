// Rewrites an answer on its way back, message by message. A stream of events is `event-stream.ts`.

import type { Hold } from '../../core/carry/carry.ts'
import { boundedText } from '../../core/http/bounded-text.ts'
import { jsonBody, type LazyBody, LazyResponse, textBody } from '../../core/http/lazy-response.ts'
import { toError } from '../../core/sentences.ts'
import { rewriteEvents } from './event-stream.ts'
import { isAnswerTo } from './message.ts'
import { parseAnswer } from './parse-answer.ts'
import { type AnswerRules, budgetOf, rewriteJson, rewriteMessages } from './rules.ts'

/** Headers of an answer that go on. The server may fill any other with what it likes. */
const KEPT_HEADERS = [
  'mcp-session-id',
  'mcp-protocol-version',
  'cache-control',
  'retry-after',
  'allow',
]

/**
 * Rewrites a successful answer: JSON, or a stream of events. Any other body is dropped, because it
 * is no answer of the protocol.
 *
 * @param hold Called for a stream, which is still to be read. It gives what is called when that is
 *   over. Default: nobody is told.
 * @returns The answer. Its body ends in an AuthError when a stream breaks off or an event is too
 *   large.
 * @throws AuthError `answer_too_large` or `server_unavailable`, for an answer in JSON.
 */
export async function rewriteAnswer(
  response: Response,
  rules: AnswerRules,
  hold?: Hold,
): Promise<Response> {
  const type = response.headers.get('content-type') ?? ''
  const isMessages = /^application\/(?:[\w.+-]*\+)?json *(?:;|$)/i.test(type)
  const isEvents =
    !isMessages && /^text\/event-stream *(?:;|$)/i.test(type) && response.body !== null
  const headers = keptHeaders(response, rules)
  const body = isEvents
    ? rewriteEvents(response.body, rules, hold)
    : isMessages
      ? await rewriteJsonBody(response, rules)
      : dropBody(response)
  // Clients look for one of these types anywhere in the header, so it says nothing else.
  if (isEvents || isMessages)
    headers.set('content-type', isEvents ? 'text/event-stream' : 'application/json')
  else if (rules.text(type) === type && type !== '') headers.set('content-type', type)
  if (body === null && rules.awaited)
    return Response.json(rules.awaited.instead('server_unavailable'))
  const init = { status: response.status, headers }
  // Some clients check which URL an answer came from, but skip the check when it has none.
  if (isLazy(body)) return new LazyResponse(body, init, response.url)
  return Object.defineProperty(new Response(body, init), 'url', { value: response.url })
}

function keptHeaders(response: Response, rules: AnswerRules): Headers {
  const headers = new Headers()
  for (const name of KEPT_HEADERS) {
    const value = response.headers.get(name)
    if (value === null) continue
    const passes = name === 'mcp-session-id' ? rules.session(value) : rules.text(value) === value
    if (passes) headers.set(name, value)
  }
  return headers
}

function dropBody(response: Response): null {
  response.body?.cancel().catch(() => {})
  return null
}

function isLazy(body: ReadableStream | LazyBody | null): body is LazyBody {
  return body !== null && !(body instanceof ReadableStream)
}

/** So short a text is not deeper than the runtime can write. */
const MAX_UNWRITTEN_CHARS = 2_048

/** Null for an empty body, and for one that does not answer the awaited call. */
async function rewriteJsonBody(response: Response, rules: AnswerRules): Promise<LazyBody | null> {
  const { server, maxChars, awaited } = rules
  const unavailable = () => toError({ reason: 'server_unavailable', server })
  // When the connection broke or the deadline passed, what was read so far is no answer.
  const text = await boundedText(response, maxChars).catch(() => Promise.reject(unavailable()))
  if (text === undefined) throw toError({ reason: 'answer_too_large', server })
  if (text === '') return null
  const value = parseAnswer(text, server)
  if (value === undefined) throw unavailable()
  if (awaited && !answers(value, awaited.id)) return null
  const budget = budgetOf(rules)
  // What parsing and writing cost.
  budget.spend(text.length >>> 1)
  try {
    // Nobody but the caller has the result of a call, so it need not be written and parsed again.
    if (awaited && text.length <= MAX_UNWRITTEN_CHARS)
      return jsonBody(await rewriteMessages(value, rules, budget))
    return textBody(await rewriteJson(value, rules, budget))
  } catch {
    // It is deeper than the runtime can write. The runtime's error is not for the framework.
    throw unavailable()
  }
}

function answers(value: unknown, id: string | number): boolean {
  return Array.isArray(value)
    ? value.some((message) => isAnswerTo(id, message))
    : isAnswerTo(id, value)
}
