// Sends one request to the target, and gives the answer with its JSON-RPC messages. It judges nothing.

import type { Credential } from 'onbehalf'
import { isObject, type UnknownObject } from '../inspect/ask.ts'

/** What is sent. */
export interface Asked {
  readonly url: string
  readonly method?: 'POST' | 'GET' | 'DELETE'
  readonly token?: Credential | undefined
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** What came back. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  /** The body, or as much of it as was waited for. */
  readonly text: string
  /** The first message with a result or an error. */
  readonly message: UnknownObject | undefined
}

const MAX_CHARS = 4 * 1024 * 1024
/** Milliseconds for one answer. */
const ANSWER_MS = 20_000

/**
 * Sends a request. A redirect is an answer like any other.
 *
 * @throws Error of the fetch when nothing answers.
 */
export async function ask(
  { url, method = 'POST', token, headers: more = {}, body }: Asked,
  send: typeof globalThis.fetch,
  signal: AbortSignal,
): Promise<Answer> {
  const headers = new Headers({ accept: 'application/json, text/event-stream', ...more })
  if (body !== undefined) headers.set('content-type', 'application/json')
  if (token) headers.set('authorization', `Bearer ${token.reveal()}`)
  const response = await send(url, {
    method,
    headers,
    body: body ?? null,
    redirect: 'manual',
    signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]),
  })
  const isStream = /^text\/event-stream\b/i.test(response.headers.get('content-type') ?? '')
  // A stream that a GET opens does not end by itself.
  if (isStream && method === 'GET') {
    await response.body?.cancel().catch(() => {})
    return { status: response.status, headers: response.headers, text: '', message: undefined }
  }
  const text = await readText(response, isStream)
  return { status: response.status, headers: response.headers, text, message: messageIn(text) }
}

/** The body; of a stream, as far as its first answer. */
async function readText(response: Response, isStream: boolean): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true })
    if (text.length > MAX_CHARS || (isStream && messageIn(text))) break
  }
  return text
}

/** The first message with a result or an error, of JSON or of the events of a stream. */
function messageIn(text: string): UnknownObject | undefined {
  const whole = parsed(text)
  if (whole) return isAnswer(whole) ? whole : undefined
  return text
    .replace(/\r\n?/g, '\n')
    .split('\n\n')
    .map((event) =>
      parsed(
        event
          .split('\n')
          .flatMap((line) => (line.startsWith('data:') ? [line.slice(5)] : []))
          .join('\n'),
      ),
    )
    .find((message) => message !== undefined && isAnswer(message))
}

const isAnswer = (message: UnknownObject) => 'result' in message || 'error' in message

function parsed(text: string): UnknownObject | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}
