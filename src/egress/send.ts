// Sends one request through an undici dispatcher. It follows no redirect, keeps no cookie, uses no
// proxy of the environment and accepts no compression. The caller decides which destinations are
// allowed.

import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import type { Dispatcher } from 'undici'
import type { Body, Outgoing } from '../core/carry/outgoing.ts'
import { answerOf } from './answer.ts'
import { type Received, receive } from './receive.ts'

/** The methods that can be sent. */
const METHODS: readonly string[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

/**
 * Sends a request and gives the answer as soon as its headers are there.
 *
 * @throws TypeError, with a code and no text from outside, when no answer came. When the signal
 *   fired, its reason.
 */
export async function send(
  dispatcher: Dispatcher,
  outgoing: Outgoing,
  signal?: AbortSignal | null,
): Promise<Response> {
  const { url, method } = outgoing
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    throw new TypeError('Only http and https URLs can be fetched')
  if (url.username !== '' || url.password !== '')
    throw new TypeError('A URL with user-info cannot be fetched')
  if (!isMethod(method)) throw new TypeError('The method cannot be sent')
  signal?.throwIfAborted()
  const given = await outgoing.body()
  if (!given.ok) throw new TypeError('The body of the request could not be read')
  const headers = headersOf(outgoing)
  const body = wireBody(given.value, headers)
  try {
    const received = await receive(
      dispatcher,
      { origin: url.origin, path: url.pathname + url.search, method, headers, body },
      signal ?? undefined,
    )
    return toResponse(received, url, method)
  } catch (error) {
    signal?.throwIfAborted()
    throw failureOf(error)
  }
}

function toResponse(received: Received, url: URL, method: string): Response {
  try {
    const encoding = received.headers['content-encoding']
    // We asked for no compression. Whoever reads a compressed bomb would unpack it.
    if (encoding !== undefined && encoding !== 'identity') throw new TypeError('compressed')
    return answerOf(received, url.href, method)
  } catch (error) {
    received.body.cancel()
    throw error
  }
}

function headersOf({ headers }: Outgoing): Record<string, string> {
  const sent: Record<string, string> = { accept: '*/*', 'user-agent': 'onbehalf' }
  for (const [name, value] of headers) sent[name] = value
  sent['accept-encoding'] = 'identity'
  // undici writes it itself, for every body whose length it knows.
  delete sent['content-length']
  return sent
}

/**
 * Gives the body in a form that undici accepts, and sets its type in the headers where the caller
 * set none.
 */
function wireBody(
  body: Body,
  headers: Record<string, string>,
): string | Uint8Array | Readable | null {
  if (body === null) return null
  if (typeof body === 'string') {
    headers['content-type'] ??= 'text/plain;charset=UTF-8'
    return body
  }
  if (body instanceof URLSearchParams) {
    headers['content-type'] ??= 'application/x-www-form-urlencoded;charset=UTF-8'
    return body.toString()
  }
  if (body instanceof Uint8Array) return body
  if (body instanceof ArrayBuffer) return new Uint8Array(body)
  const platform = new Response(body)
  const type = platform.headers.get('content-type')
  if (type !== null) headers['content-type'] ??= type
  return platform.body === null ? null : Readable.fromWeb(platform.body as ReadableStream)
}

function isMethod(method: string): method is Dispatcher.HttpMethod {
  return METHODS.includes(method)
}

/**
 * Makes an error that keeps the code of another one. That one's message may quote what was sent or
 * received.
 */
function failureOf(error: unknown): TypeError {
  const code =
    typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
  if (typeof code !== 'string' || !/^[A-Z][A-Z0-9_]{1,60}$/.test(code))
    return new TypeError('The request failed')
  return Object.assign(new TypeError(`The request failed (${code})`), { code })
}
