// Makes a web request of a node:http request, whatever framework it came through: also one whose body
// was parsed already, and one whose path was shortened by a router.

import type { IncomingMessage, ServerResponse } from 'node:http'
import { isHost } from './host.ts'

/** A request. After `release`, its signal does not abort any more when the client leaves. */
export interface NodeRequest {
  readonly request: Request
  release(): void
}

/** What frameworks add to a request of node:http. */
export interface FrameworkParts {
  /** The target as it came, where a router has shortened `url` (Express, Connect). */
  readonly originalUrl?: string | undefined
  /** `https` behind a proxy that the framework trusts. */
  readonly protocol?: string | undefined
  /** The parsed body. */
  readonly body?: unknown
  /** The bytes of a parsed body, as some hosts of functions keep them. */
  readonly rawBody?: unknown
  readonly url?: string | undefined
}

/**
 * Makes the request. Its signal aborts when the client leaves. Undefined for a method, a host or a
 * target that a web request cannot have.
 *
 * A body that somebody has read and not kept makes a request whose body counts as used: whoever reads
 * it learns that, and not that it is empty.
 *
 * @param parts What the framework knows. Default: what it added to `incoming`.
 */
export function requestOf(
  incoming: IncomingMessage,
  response: ServerResponse | undefined,
  parts: FrameworkParts = incoming,
): NodeRequest | undefined {
  const { method = 'GET' } = incoming
  const gone = new AbortController()
  const leave = () => {
    if (!response?.writableFinished) gone.abort()
  }
  try {
    const url = urlOf(incoming, parts)
    const body = method === 'GET' || method === 'HEAD' ? null : bodyOf(incoming, parts)
    const headers = headersOf(incoming)
    if (typeof body === 'string' || body instanceof Uint8Array) {
      // They are about the bytes that came.
      headers.delete('content-length')
      headers.delete('content-encoding')
    }
    const isTaken = body === undefined
    const request = new Request(url, {
      method,
      headers,
      body: isTaken ? '-' : body,
      duplex: 'half',
      signal: gone.signal,
    })
    if (isTaken) void request.body?.cancel()
    response?.on('close', leave)
    return { request, release: () => void response?.off('close', leave) }
  } catch {
    return undefined
  }
}

/** Not resolved against the origin: a target of "//other.example/" would replace it. */
function urlOf(incoming: IncomingMessage, { originalUrl, protocol }: FrameworkParts): URL {
  const target = originalUrl ?? incoming.url ?? '/'
  const isTls = protocol === 'https' || 'encrypted' in incoming.socket
  const { host = 'localhost' } = incoming.headers
  if (!isHost(host)) throw new TypeError('The request has no host that can be read')
  const origin = `${isTls ? 'https' : 'http'}://${host}`
  return new URL(target.startsWith('/') ? origin + target : target)
}

function headersOf({ rawHeaders }: IncomingMessage): Headers {
  const headers = new Headers()
  for (let at = 0; at + 1 < rawHeaders.length; at += 2)
    headers.append(rawHeaders[at] ?? '', rawHeaders[at + 1] ?? '')
  return headers
}

/** The body: unread, or written again from what a parser made of it. Undefined when it is lost. */
function bodyOf(
  incoming: IncomingMessage,
  { body, rawBody }: FrameworkParts,
): ReadableStream<Uint8Array> | Uint8Array<ArrayBuffer> | string | undefined {
  if (!incoming.readableDidRead) return ReadableStream.from(chunksOf(incoming))
  for (const kept of [rawBody, body]) {
    if (kept instanceof Uint8Array) return new Uint8Array(kept)
    if (typeof kept === 'string') return kept
  }
  const type = incoming.headers['content-type'] ?? ''
  if (/^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i.test(type) && body !== undefined)
    return JSON.stringify(body)
  return /^application\/x-www-form-urlencoded\b/i.test(type) ? formOf(body) : undefined
}

/** A form as it was before it was parsed; undefined for one with more than texts in it. */
function formOf(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null) return undefined
  const form = new URLSearchParams()
  for (const [name, value] of Object.entries(body))
    for (const one of [value].flat()) {
      if (typeof one !== 'string') return undefined
      form.append(name, one)
    }
  return form.toString()
}

/**
 * Reading may stop before the end of the body. That must not destroy the connection, which still
 * carries the answer.
 */
function chunksOf(incoming: IncomingMessage): AsyncIterable<Uint8Array> {
  return { [Symbol.asyncIterator]: () => incoming.iterator({ destroyOnReturn: false }) }
}
