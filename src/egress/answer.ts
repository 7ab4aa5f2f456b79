// The answer to an egress request: a `Response` over what undici gives.

import { Readable } from 'node:stream'
import type { Dispatcher } from 'undici'
import { type LazyBody, LazyResponse } from '../core/http/lazy-response.ts'

/** Statuses that have no body (RFC 9110 section 6.4.1). */
const BODILESS: readonly number[] = [204, 205, 304]

/**
 * Makes the `Response` of an answer that came.
 *
 * @throws RangeError for a status that no `Response` can have.
 */
export function answerOf(
  { statusCode, headers, body }: Dispatcher.ResponseData,
  url: string,
  method: string,
): Response {
  const hasBody = method !== 'HEAD' && !BODILESS.includes(statusCode)
  const response = new LazyResponse(
    hasBody ? lazily(body) : undefined,
    { status: statusCode, headers: listOf(headers) },
    url,
  )
  if (!hasBody) body.resume()
  return response
}

function lazily(body: Dispatcher.ResponseData['body']): LazyBody {
  return {
    get bodyUsed() {
      return body.bodyUsed
    },
    text: () => body.text(),
    json: () => body.json(),
    arrayBuffer: () => body.arrayBuffer(),
    textWithin: (limit) => textWithin(body, limit),
    stream: () => Readable.toWeb(body),
  }
}

/**
 * The text of a body, chunk by chunk as it comes; undefined, and no more of it is taken, when there
 * is more than the limit.
 */
function textWithin(body: Readable, limit: number): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const decoder = new TextDecoder()
    let text = ''
    const end = () => {
      text += decoder.decode()
      resolve(text.length > limit ? undefined : text)
    }
    body.on('error', reject).on('end', end)
    // Whoever destroys a body need not say why, and nobody may wait for ever; after the end this
    // does nothing.
    body.on('close', () => reject(new TypeError('The answer broke off')))
    body.on('data', (chunk: Uint8Array) => {
      text += decoder.decode(chunk, { stream: true })
      if (text.length <= limit) return
      resolve(undefined)
      body.destroy()
    })
  })
}

/** A header that came several times stays several: `set-cookie` cannot be joined. */
function listOf(headers: Dispatcher.ResponseData['headers']): [string, string][] {
  const list: [string, string][] = []
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value === 'string') list.push([name, value])
    else for (const one of value ?? []) list.push([name, one])
  }
  return list
}
