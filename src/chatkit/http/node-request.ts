// The web request of a node:http one, for the door and for reading a body once. Streams are answered without web classes.

import type { IncomingMessage, ServerResponse } from 'node:http'

/** A request, and the way to let go of it: its signal hears no more of the client. */
export interface NodeRequest {
  readonly request: Request
  release(): void
}

/** Makes the request; undefined for a method, a host or a target that no web request can have. Its signal aborts when the client is gone. */
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

/** Who stops reading leaves the connection as it is: destroying it would take the answer along. */
function chunksOf(incoming: IncomingMessage): AsyncIterable<Uint8Array> {
  return { [Symbol.asyncIterator]: () => incoming.iterator({ destroyOnReturn: false }) }
}
