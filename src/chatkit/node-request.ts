// The web request of a node:http one, for the door and for reading a body once. Streams are answered without web classes.

import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'

/**
 * Makes the request. Its signal aborts when the client is gone before the answer is complete.
 *
 * @throws TypeError for a method or a target that no web request can have.
 */
export function requestOf(incoming: IncomingMessage, response: ServerResponse): Request {
  const scheme = 'encrypted' in incoming.socket ? 'https' : 'http'
  const headers = new Headers()
  for (let at = 0; at + 1 < incoming.rawHeaders.length; at += 2) {
    headers.append(incoming.rawHeaders[at] ?? '', incoming.rawHeaders[at + 1] ?? '')
  }
  const url = new URL(incoming.url ?? '/', `${scheme}://${incoming.headers.host ?? 'localhost'}`)
  const method = incoming.method ?? 'GET'
  const gone = new AbortController()
  response.once('close', () => {
    if (!response.writableFinished) gone.abort()
  })
  const body = method === 'GET' || method === 'HEAD' ? null : Readable.toWeb(incoming)
  return new Request(url, { method, headers, body, duplex: 'half', signal: gone.signal })
}
