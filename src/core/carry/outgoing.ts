// Reads an outgoing request from the two arguments of `fetch`. It sends nothing.

import { granted, type Result, refused } from '../errors.ts'
import type { Eventual } from '../eventual.ts'
import { PlainHeaders } from '../http/plain-headers.ts'

/** What `fetch` takes as a body; null for none. */
export type Body = Exclude<RequestInit['body'], undefined>

/** A request as the caller of `fetch` means it. Its headers are a copy. */
export interface Outgoing {
  /** It is not changed, nor given to anybody who could: other requests may have the same object. */
  readonly url: URL
  readonly method: string
  readonly headers: Headers
  /**
   * The other settings: the signal, and what the runtime's `fetch` may support beyond the standard.
   */
  readonly settings: Omit<RequestInit, 'headers' | 'body'>
  /** Gives the body. That of a `Request` is read to its end, so that it can be sent again. */
  body(): Eventual<Result<Body>>
}

/** Parses URLs. Most requests of one `fetch` go to the same, and that one is parsed once. */
export function urlParser(): (input: string | URL) => URL {
  let last: URL | undefined
  return (input) => {
    const text = String(input)
    if (last?.href !== text) last = new URL(text)
    return last
  }
}

const parseUrl = (input: string | URL) => new URL(input)

/**
 * Reads the arguments; undefined when they make no request. The platform's error is dropped,
 * because it quotes URLs and headers.
 *
 * @param urlOf Parses the URL. Default: each time anew.
 */
export function readOutgoing(
  input: Parameters<typeof globalThis.fetch>[0],
  init: RequestInit = {},
  urlOf: (input: string | URL) => URL = parseUrl,
): Outgoing | undefined {
  try {
    if (input instanceof Request) return fromRequest(new Request(input, init))
    const { body, headers, method = 'GET', ...settings } = init
    return {
      url: urlOf(input),
      method: method.toUpperCase(),
      headers: new PlainHeaders(headers),
      settings: { ...settings, method },
      body: () => granted(body ?? null),
    }
  } catch {
    return undefined
  }
}

function fromRequest(request: Request): Outgoing {
  const { method, headers, signal } = request
  return {
    url: new URL(request.url),
    method,
    headers,
    settings: { method, signal },
    body() {
      if (request.body === null) return granted(null)
      return request.arrayBuffer().then(granted, () => refused('cancelled'))
    },
  }
}
