// An outgoing request, read from the two arguments that `fetch` takes. It sends nothing.

import { granted, type Result, refused } from '../errors.ts'

/** What `fetch` takes as a body; null for none. */
export type Body = Exclude<RequestInit['body'], undefined>

/** A request as the caller of a `fetch` means it. */
export interface Outgoing {
  readonly url: URL
  readonly method: string
  readonly headers: Headers
  /**
   * What else it was called with: the signal, and what the runtime's `fetch` may know beyond the
   * standard.
   */
  readonly settings: Omit<RequestInit, 'headers' | 'body'>
  /** The body; that of a `Request` is read whole, so that it can be sent again. */
  body(): Promise<Result<Body>>
}

/**
 * Reads the arguments; undefined when they make no request. What the platform throws then is
 * dropped: it quotes URLs and headers.
 */
export function readOutgoing(
  input: Parameters<typeof globalThis.fetch>[0],
  init: RequestInit = {},
): Outgoing | undefined {
  try {
    if (input instanceof Request) return fromRequest(new Request(input, init))
    const { body, headers, method = 'GET', ...settings } = init
    return {
      url: new URL(input),
      method: method.toUpperCase(),
      headers: new Headers(headers),
      settings: { ...settings, method },
      body: async () => granted(body ?? null),
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
    async body() {
      if (request.body === null) return granted(null)
      return request.arrayBuffer().then(granted, () => refused('cancelled'))
    },
  }
}
