// Makes a request without web classes of a node:http one.

import type { IncomingMessage, ServerResponse } from 'node:http'
import { granted, type Result } from '../core/errors.ts'
import type { BodyBounds, BodyProblem } from '../core/http/bounded-body.ts'
import { PlainHeaders } from '../core/http/plain-headers.ts'
import type { QuickRequest } from '../core/http/quick.ts'
import type { FrameworkParts } from './node-request.ts'

/**
 * Makes the request. Its signal aborts when the client leaves. Undefined where somebody has read the
 * body already, and for headers that a web request cannot have.
 */
export function quickRequestOf(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): QuickRequest | undefined {
  const { originalUrl }: FrameworkParts = incoming
  const target = originalUrl ?? incoming.url ?? ''
  if (incoming.readableDidRead || !target.startsWith('/')) return undefined
  const headers = headersOf(incoming)
  if (!headers) return undefined
  const gone = new AbortController()
  outgoing.on('close', () => {
    if (!outgoing.writableFinished) gone.abort()
  })
  return {
    method: incoming.method ?? '',
    target,
    url: `http://${headers.get('host')}${target}`,
    headers,
    signal: gone.signal,
    read: (bounds) => readIncoming(incoming, bounds),
  }
}

function headersOf({ rawHeaders }: IncomingMessage): PlainHeaders | undefined {
  try {
    const headers = new PlainHeaders()
    for (let at = 0; at + 1 < rawHeaders.length; at += 2)
      headers.append(rawHeaders[at] ?? '', rawHeaders[at + 1] ?? '')
    return headers
  } catch {
    return undefined
  }
}

/** Reads a body to its end, as `readBytes` does for a web request. */
function readIncoming(
  incoming: IncomingMessage,
  { maxBytes, deadlineMs }: BodyBounds,
): Promise<Result<Uint8Array, BodyProblem>> {
  return new Promise((resolve) => {
    const chunks: Uint8Array[] = []
    let size = 0
    const end = (result: Result<Uint8Array, BodyProblem>) => {
      clearTimeout(timer)
      incoming.off('data', take).off('end', whole).off('close', broken).off('error', broken)
      // The rest stays unread. The connection still carries the answer.
      if (!result.ok) incoming.pause()
      resolve(result)
    }
    const fail = (refusal: BodyProblem) => end({ ok: false, refusal })
    const timer = setTimeout(() => fail('too_slow'), deadlineMs)
    const broken = () => fail('broken')
    const whole = () => end(granted(joined(chunks)))
    const take = (chunk: Uint8Array) => {
      size += chunk.length
      if (size > maxBytes) fail('too_large')
      else chunks.push(chunk)
    }
    if (incoming.destroyed) return broken()
    if (Number(incoming.headers['content-length'] ?? 0) > maxBytes) return fail('too_large')
    incoming.on('end', whole).on('close', broken).on('error', broken).on('data', take)
  })
}

function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const [first] = chunks
  return first && chunks.length === 1 ? first : Buffer.concat(chunks)
}
