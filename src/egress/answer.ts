// Makes the `Response` for an answer that undici received.

import { LazyResponse } from '../core/http/lazy-response.ts'
import { PlainHeaders } from '../core/http/plain-headers.ts'
import type { Received } from './receive.ts'

/** Statuses that have no body (RFC 9110 section 6.4.1). */
const BODILESS: readonly number[] = [204, 205, 304]

/**
 * Makes the `Response`. Its body is read when somebody asks for it.
 *
 * @throws RangeError for a status that no `Response` can have.
 */
export function answerOf(
  { status, headers, body }: Received,
  url: string,
  method: string,
): Response {
  const hasBody = method !== 'HEAD' && !BODILESS.includes(status)
  const response = new LazyResponse(
    hasBody ? body : undefined,
    { status, headers: headersIn(headers) },
    url,
  )
  if (!hasBody) body.discard()
  return response
}

/**
 * A header that came several times stays several headers: values of `set-cookie` cannot be joined.
 */
function headersIn(given: Received['headers']): PlainHeaders {
  const headers = new PlainHeaders()
  for (const [name, value] of Object.entries(given)) {
    if (typeof value === 'string') headers.append(name, value)
    else for (const single of value ?? []) headers.append(name, single)
  }
  return headers
}
