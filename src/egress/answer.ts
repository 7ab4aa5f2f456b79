// Makes the `Response` for an answer that undici received.

import { Readable } from 'node:stream'
import type { Dispatcher } from 'undici'
import { type LazyBody, LazyResponse } from '../core/http/lazy-response.ts'

/** Statuses that have no body (RFC 9110 section 6.4.1). */
const BODILESS: readonly number[] = [204, 205, 304]

/**
 * Makes the `Response`. Its body is read when somebody asks for it.
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
    textWithin: (maxChars) => textWithin(body, maxChars),
    stream: () => Readable.toWeb(body),
  }
}

/**
 * Reads the text of a body chunk by chunk. When it is too long, it gives undefined and closes the
 * connection.
 */
function textWithin(body: Readable, maxChars: number): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const decoder = new TextDecoder()
    let text = ''
    const end = () => {
      text += decoder.decode()
      resolve(text.length > maxChars ? undefined : text)
    }
    body.on('error', reject).on('end', end)
    // A body can be destroyed without an error, and then nobody may wait for ever. After the end
    // this does nothing.
    body.on('close', () => reject(new TypeError('The answer broke off')))
    body.on('data', (chunk: Uint8Array) => {
      text += decoder.decode(chunk, { stream: true })
      if (text.length <= maxChars) return
      resolve(undefined)
      body.destroy()
    })
  })
}

/**
 * A header that came several times stays several headers: values of `set-cookie` cannot be joined.
 */
function listOf(headers: Dispatcher.ResponseData['headers']): [string, string][] {
  const list: [string, string][] = []
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value === 'string') list.push([name, value])
    else for (const single of value ?? []) list.push([name, single])
  }
  return list
}
