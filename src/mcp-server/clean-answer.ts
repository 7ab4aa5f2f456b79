// Takes credentials out of what the handler answers. An API may repeat what it was sent, and a tool
// may repeat what the API said.

import { rewriteEvents } from '../mcp/answer/event-stream.ts'
import { type AnswerRules, budgetOf, rewriteJson } from '../mcp/answer/rules.ts'
import { redactingRules } from '../mcp/answers.ts'
import type { NoteRefusal } from '../mcp/note-refusal.ts'
import type { LiveSecrets } from '../mcp/redact/sent-secrets.ts'
import { MCP_SESSION_HEADER } from './session-owners.ts'

/** What an answer is cleaned by. */
export interface CleanOptions {
  /** The server's own resource. */
  readonly resource: string
  readonly live: LiveSecrets
  readonly note: NoteRefusal
  /** What a message says beside what the handler wrote. */
  readonly describe: (message: unknown) => unknown
}

/** Characters of one event. The handler is the author's own, so this only stops what never ends. */
const MAX_EVENT_CHARS = 64 * 1024 * 1024

/**
 * Gives the answer without the credentials that are remembered. A stream of events goes on event by
 * event. Any other body is read to its end first.
 *
 * @throws TypeError for a compressed answer, which nobody can search.
 */
export async function cleanAnswer(response: Response, options: CleanOptions): Promise<Response> {
  const redacting = redactingRules({
    ...options,
    server: options.resource,
    maxChars: MAX_EVENT_CHARS,
  })
  const rules: AnswerRules = {
    ...redacting,
    message: async (message, budget) => options.describe(await redacting.message(message, budget)),
  }
  const { status, statusText } = response
  const init = {
    status,
    statusText: rules.text(statusText) === statusText ? statusText : '',
    headers: cleanHeaders(response.headers, rules),
  }
  if (!response.body) return new Response(null, init)
  const coding = response.headers.get('content-encoding') ?? 'identity'
  if (coding !== 'identity')
    throw new TypeError(
      'The handler answered with a compressed body. Compress in front of protectMcpServer.',
    )
  const type = response.headers.get('content-type') ?? ''
  if (/^text\/event-stream *(?:;|$)/i.test(type))
    return new Response(rewriteEvents(response.body, { ...rules, isEndless: true }), init)
  if (!/^application\/(?:[\w.+-]*\+)?json *(?:;|$)/i.test(type))
    return new Response(await cleanBytes(new Uint8Array(await response.arrayBuffer()), rules), init)
  const text = await response.text()
  return new Response(await cleanJson(text, rules), init)
}

/** A text that is no JSON is searched as a text. */
async function cleanJson(text: string, rules: AnswerRules): Promise<string> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return String(await rules.message(text, budgetOf(rules)))
  }
  return rewriteJson(value, rules)
}

function cleanHeaders(headers: Headers, rules: AnswerRules): Headers {
  const clean = new Headers()
  for (const [name, value] of headers) {
    // It counts the body as the handler wrote it.
    if (name === 'content-length') continue
    const passes = name === MCP_SESSION_HEADER ? rules.session(value) : rules.text(value) === value
    if (passes) clean.append(name, value)
  }
  return clean
}

/** A body of any kind. Each byte is taken for a character, so that what is no text stays as it is. */
async function cleanBytes(
  bytes: Uint8Array<ArrayBuffer>,
  rules: AnswerRules,
): Promise<Uint8Array<ArrayBuffer>> {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  const clean = String(await rules.message(text, budgetOf(rules)))
  return clean === text ? bytes : Uint8Array.from(clean, (one) => one.charCodeAt(0))
}
