// One bounded request of an inspection: no redirect followed, an answer of limited size, a deadline. It judges nothing.

import type { Redactor } from 'onbehalf/mcp'
import { CommandError } from '../command.ts'
import { printable } from './printable.ts'

/** A JSON object of somebody else's. */
export type Json = Readonly<Record<string, unknown>>

/** How requests are made. */
export interface Way {
  /** To the URL that is inspected: the operator named it. */
  readonly direct: typeof globalThis.fetch
  /** To whatever the server names. */
  readonly guarded: typeof globalThis.fetch
  /** Takes the credential out of what comes back, before anything is cut or shown. */
  readonly redactor: Redactor
  /** Ends everything. */
  readonly signal: AbortSignal
}

/** An answer. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  /** The JSON-RPC message that answers the request, or the JSON document; undefined when there was none. */
  readonly json: Json | undefined
}

/** Characters of an answer. */
const LONGEST = 4 * 1024 * 1024

export function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function stringOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

/** The strings of a list, a bounded number of them. */
export function stringsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string').slice(0, 64) : []
}

/** Posts a JSON-RPC message to the inspected server. */
export async function post(
  url: string,
  message: Json,
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
  const answered = await messageOf(response, message.id).catch((error: unknown) =>
    unreachable(url, error, way.signal),
  )
  const { value } = way.redactor.json(answered)
  return {
    status: response.status,
    headers: response.headers,
    json: isJson(value) ? value : undefined,
  }
}

/** Gets a document that the server, or a document of its, names; undefined when it cannot be had. */
export async function getDocument(url: string, way: Way): Promise<Json | undefined> {
  try {
    const response = await way.guarded(url, {
      headers: { accept: 'application/json' },
      redirect: 'manual',
      signal: way.signal,
    })
    if (response.status === 200) return asJson(await textOf(response, () => false))
    await response.body?.cancel()
    return undefined
  } catch {
    way.signal.throwIfAborted()
    return undefined
  }
}

/** The message with this id, from JSON or from the first events of a stream, whose end is not waited for. */
async function messageOf(response: Response, id: unknown): Promise<Json | undefined> {
  const type = response.headers.get('content-type') ?? ''
  const answers = (message: Json | undefined) =>
    message !== undefined && ('result' in message || 'error' in message)
  if (!/^text\/event-stream\b/i.test(type)) {
    const message = /\bjson\b/i.test(type) ? asJson(await textOf(response, () => false)) : undefined
    await response.body?.cancel().catch(() => {})
    return message
  }
  let found: Json | undefined
  await textOf(response, (text) => {
    found = eventsOf(text).find((message) => message.id === id && answers(message))
    return found !== undefined
  })
  return found
}

/** The messages of the complete events. */
function eventsOf(text: string): readonly Json[] {
  const events = text.replace(/\r\n?/g, '\n').split('\n\n').slice(0, -1)
  return events.flatMap((event) => {
    const data = event
      .split('\n')
      .flatMap((line) => (line.startsWith('data:') ? [line.slice(5)] : []))
    const message = asJson(data.join('\n'))
    return message ? [message] : []
  })
}

async function textOf(response: Response, enough: (text: string) => boolean): Promise<string> {
  const reader = response.body?.getReader()
  if (!reader) return ''
  const decoder = new TextDecoder()
  let text = ''
  try {
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
      text += decoder.decode(chunk.value, { stream: true })
      if (text.length > LONGEST)
        throw new CommandError('its answer is larger than 4 MiB, more than is taken in')
      if (enough(text)) break
    }
    return text
  } finally {
    reader.cancel().catch(() => {})
  }
}

function asJson(text: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isJson(value) ? value : undefined
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
