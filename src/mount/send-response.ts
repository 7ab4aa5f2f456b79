// Sends a web response as a node:http one: as fast as the client reads, and no longer than it is
// there.

import type { ServerResponse } from 'node:http'
import { LazyResponse } from '../core/http/lazy-response.ts'

/**
 * Sends the response. Headers that a framework has set on `outgoing` go along. The body is cancelled
 * when the client leaves.
 *
 * @throws What reading the body throws. The connection is then cut, so that nobody takes half an
 *   answer for a whole one.
 */
export async function sendResponse(response: Response, outgoing: ServerResponse): Promise<void> {
  const isHead = outgoing.req.method === 'HEAD'
  const whole = response instanceof LazyResponse && !isHead ? response.whole() : undefined
  if (whole !== undefined) return sendText(response, whole, outgoing)
  const { status, headers, body } = response
  for (const [name, value] of headers) if (name !== 'set-cookie') outgoing.setHeader(name, value)
  const cookies = headers.getSetCookie()
  if (cookies.length > 0) outgoing.appendHeader('set-cookie', cookies)
  outgoing.writeHead(status)
  if (!body || isHead) {
    await body?.cancel()
    outgoing.end()
    return
  }
  // The first event may be far away, and a client that waits for the headers would give up.
  outgoing.flushHeaders()
  const reader = body.getReader()
  const cancel = () => void reader.cancel().catch(() => {})
  outgoing.on('close', cancel)
  if (outgoing.destroyed) cancel()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done || outgoing.destroyed) break
      if (!outgoing.write(value)) await drained(outgoing)
    }
    outgoing.end()
  } catch (error) {
    outgoing.destroy()
    throw error
  } finally {
    outgoing.off('close', cancel)
  }
}

/** Sends an answer that is there as a whole, in one piece. */
function sendText({ status, headers }: Response, text: string, outgoing: ServerResponse): void {
  for (const [name, value] of headers) outgoing.appendHeader(name, value)
  outgoing.setHeader('content-length', Buffer.byteLength(text))
  outgoing.writeHead(status).end(text)
}

/** Waits until the client has read, or is gone. */
function drained(outgoing: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      outgoing.off('drain', go).off('close', go)
      resolve()
    }
    outgoing.on('drain', go).on('close', go)
  })
}
