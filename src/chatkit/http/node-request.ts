// Makes a web request of a node:http request, for the door and for reading the body. The answer
// does not use web classes.

import type { IncomingMessage, ServerResponse } from 'node:http'

/** A request. After `release`, its signal does not abort any more when the client leaves. */
export interface NodeRequest {
  readonly request: Request
  release(): void
}

/**
 * Makes the request. Its signal aborts when the client leaves. Undefined for a method, a host or a
 * target that a web request cannot have.
 */
export function requestOf(
  incoming: IncomingMessage,
  response: ServerResponse,
): NodeRequest | undefined {
  const { method = 'GET', url: target = '/' } = incoming
  const origin = `${'encrypted' in incoming.socket ? 'https' : 'http'}://${incoming.headers.host ?? 'localhost'}`
  const gone = new AbortController()
  const leave = () => {
    if (!response.writableFinished) gone.abort()
  }
  response.on('close', leave)
  try {
    // Not resolved against the origin: a target of "//other.example/" would replace it.
    const url = new URL(target.startsWith('/') ? origin + target : target)
    const headers = new Headers()
    for (let at = 0; at + 1 < incoming.rawHeaders.length; at += 2) {
      headers.append(incoming.rawHeaders[at] ?? '', incoming.rawHeaders[at + 1] ?? '')
    }
    const body =
      method === 'GET' || method === 'HEAD' ? null : ReadableStream.from(chunksOf(incoming))
    const request = new Request(url, { method, headers, body, duplex: 'half', signal: gone.signal })
    return { request, release: () => void response.off('close', leave) }
  } catch {
    return undefined
  }
}

/**
 * Reading may stop before the end of the body. That must not destroy the connection, which still
 * carries the answer.
 */
function chunksOf(incoming: IncomingMessage): AsyncIterable<Uint8Array> {
  return { [Symbol.asyncIterator]: () => incoming.iterator({ destroyOnReturn: false }) }
}
