// Sends one request of an inspection: follows no redirect, bounds the answer, ends at the deadline.
// It judges nothing.

import type { Redactor } from 'onbehalf/mcp'
import { CommandError } from '../command.ts'
import { printable } from './printable.ts'

/** A JSON object from outside. Nothing is known of its members yet. */
export type UnknownObject = Readonly<Record<string, unknown>>

/** How requests are made. */
export interface Way {
  /** To the URL that is inspected: the operator named it. */
  readonly direct: typeof globalThis.fetch
  /** To whatever the server names. */
  readonly guarded: typeof globalThis.fetch
  /** Removes the credential from answers, before anything is cut or shown. */
  readonly redactor: Redactor
  /** Ends everything. */
  readonly signal: AbortSignal
}

/** An answer. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  /**
   * The JSON-RPC message that answers the request, or the JSON document; undefined when there was
   * none.
   */
  readonly json: UnknownObject | undefined
}

/** How long a stream may take to say what it is. */
const LEGACY_MS = 5_000
/** The longest answer that is read. */
const MAX_ANSWER_CHARS = 4 * 1024 * 1024

export function isObject(value: unknown): value is UnknownObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function stringOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

/** The strings of a list, a bounded number of them. */
export function stringsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((text) => typeof text === 'string').slice(0, 64) : []
}

/** Posts a JSON-RPC message to the inspected server. */
export async function post(
  url: string,
  message: UnknownObject,
  headers: Headers,
  way: Way,
): Promise<Answer> {
  headers.set('content-type', 'application/json')
  headers.set('accept', 'application/json, text/event-stream')
  const init = {
    method: 'POST',
    headers,
    body: JSON.stringify(message),
    redirect: 'manual',
    signal: way.signal,
  } as const
  const response = await way
    .direct(url, init)
    .catch((error: unknown) => unreachable(url, error, way.signal))
  if (response.status >= 300 && response.status < 400) {
    const location = printable(
      way.redactor.text(response.headers.get('location') ?? 'nowhere').text,
    )
    await response.body?.cancel()
    throw new CommandError(
      `${url} redirects (HTTP ${response.status}) to ${location}. A credential does not follow redirects: if that is the server, inspect it there`,
    )
  }
  const answered = await readMessage(response, message.id).catch((error: unknown) =>
    unreachable(url, error, way.signal),
  )
  const { value } = way.redactor.json(answered)
  return {
    status: response.status,
    headers: response.headers,
    json: isObject(value) ? value : undefined,
  }
}

/** Whether a GET opens a stream of HTTP+SSE (MCP 2024-11-05), which begins with the event `endpoint`. */
export async function opensLegacyStream(url: string, headers: Headers, way: Way): Promise<boolean> {
  const asking = new Headers(headers)
  asking.set('accept', 'text/event-stream')
  const soon = AbortSignal.any([way.signal, AbortSignal.timeout(LEGACY_MS)])
  try {
    const response = await way.direct(url, { headers: asking, redirect: 'manual', signal: soon })
    const type = response.headers.get('content-type') ?? ''
    let text = ''
    if (response.ok && /^text\/event-stream\b/i.test(type))
      text = await readText(response, (piece) => {
        text += piece
        return EVENT_END.test(text)
      })
    else await response.body?.cancel()
    return /^event: ?endpoint\r?$/m.test(text)
  } catch {
    way.signal.throwIfAborted()
    return false
  }
}

/** Gets a document that the server names; undefined when that fails. */
export async function getDocument(url: string, way: Way): Promise<UnknownObject | undefined> {
  try {
    const response = await way.guarded(url, {
      headers: { accept: 'application/json' },
      redirect: 'manual',
      signal: way.signal,
    })
    if (response.status === 200) return parseObject(await readText(response, () => false))
    await response.body?.cancel()
    return undefined
  } catch {
    way.signal.throwIfAborted()
    return undefined
  }
}

/**
 * The message with this id, from JSON or from the first events of a stream. Does not wait for its
 * end.
 */
async function readMessage(response: Response, id: unknown): Promise<UnknownObject | undefined> {
  const type = response.headers.get('content-type') ?? ''
  const answers = (message: UnknownObject | undefined) =>
    message !== undefined && ('result' in message || 'error' in message)
  if (!/^text\/event-stream\b/i.test(type)) {
    const message = /\bjson\b/i.test(type)
      ? parseObject(await readText(response, () => false))
      : undefined
    await response.body?.cancel().catch(() => {})
    return message
  }
  let found: UnknownObject | undefined
  let rest = ''
  await readText(response, (piece) => {
    const isWhole = EVENT_END.test(rest.slice(-3) + piece)
    rest += piece
    // An event that comes in many pieces is looked at once, when it is whole.
    if (!isWhole) return false
    const events = rest.replace(/\r\n?/g, '\n').split('\n\n')
    rest = events.pop() ?? ''
    found = messagesOf(events).find((message) => message.id === id && answers(message))
    return found !== undefined
  })
  return found
}

const EVENT_END = /\n\n|\r\r|\r\n\r\n|\n\r/

/** The messages of complete events. */
function messagesOf(events: readonly string[]): readonly UnknownObject[] {
  return events.flatMap((event) => {
    const data = event
      .split('\n')
      .flatMap((line) => (line.startsWith('data:') ? [line.slice(5)] : []))
    const message = parseObject(data.join('\n'))
    return message ? [message] : []
  })
}

/** Reads the body. `enough` is asked about each piece, and ends the reading. */
async function readText(response: Response, enough: (piece: string) => boolean): Promise<string> {
  const reader = response.body?.getReader()
  if (!reader) return ''
  const decoder = new TextDecoder()
  let text = ''
  try {
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
      const piece = decoder.decode(chunk.value, { stream: true })
      text += piece
      if (text.length > MAX_ANSWER_CHARS)
        throw new CommandError('its answer is larger than 4 MiB, which is the limit')
      if (enough(piece)) break
    }
    return text
  } finally {
    reader.cancel().catch(() => {})
  }
}

function parseObject(text: string): UnknownObject | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** Why there is no answer, and what to do; the texts of foreign errors may quote what was sent. */
function unreachable(url: string, error: unknown, signal: AbortSignal): never {
  if (signal.aborted) throw signal.reason
  if (error instanceof CommandError) throw new CommandError(`${url}: ${error.message}`)
  const code =
    error instanceof Error ? /\(([A-Z][A-Z0-9_]+)\)$/.exec(error.message)?.[1] : undefined
  throw new CommandError(
    `${url} could not be reached${code ? ` (${code})` : ''}. Check that the server runs, and the URL: host, port and path`,
  )
}
