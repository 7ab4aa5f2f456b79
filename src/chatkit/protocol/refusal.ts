// The ways to refuse a request before anything is stored, and their answers. What does not exist
// and what is somebody else's get the same answer.

import { type ErrorName, errorText, type NamedTexts, type TextName } from './named-text.ts'

/** A refusal: its HTTP status, a stable code, and a message that clients show to the person. */
export interface WireRefusal extends NamedTexts {
  readonly status: 400 | 404 | 405 | 408 | 409 | 413 | 415 | 422 | 429 | 500 | 503
  readonly code: string
  readonly message: string
  /** Whole seconds after which to try again. */
  readonly retryAfter?: number
}

/** Makes the result of a refused request. */
export function refuse(refusal: WireRefusal): {
  readonly ok: false
  readonly refusal: WireRefusal
} {
  return { ok: false, refusal }
}

/** For a thread, an item or an attachment that does not exist, or that is somebody else's. */
export const NOT_FOUND: WireRefusal = {
  status: 404,
  code: 'not_found',
  ...errorText('not_found'),
}

/** For a cursor that does not exist, or that is somebody else's. */
export const UNKNOWN_CURSOR: WireRefusal = {
  status: 400,
  code: 'unknown_cursor',
  message: 'The list cannot be continued from there.',
}

/** Use it only before a side effect, because clients repeat a request that gets this answer. */
export const UNAVAILABLE: WireRefusal = {
  status: 503,
  code: 'unavailable',
  ...errorText('unavailable'),
  retryAfter: 5,
}

/** For every method but POST. */
export const METHOD_NOT_ALLOWED: WireRefusal = {
  status: 405,
  code: 'method_not_allowed',
  message: 'Send requests with POST.',
}

/** For a request that needs a function which the app did not give. */
export const UNSUPPORTED: WireRefusal = {
  status: 400,
  code: 'unknown_type',
  message: 'This server does not answer requests of this type.',
}

/** For a person who reads as many streams as they may. */
export const TOO_MANY_STREAMS: WireRefusal = {
  status: 429,
  code: 'too_many_streams',
  ...errorText('too_many_streams'),
  retryAfter: 5,
}

/** For a person who asks too often. `retryAfter` is in whole seconds. */
export function tooManyRequests(retryAfter: number): WireRefusal {
  return {
    status: 429,
    code: 'too_many_requests',
    ...errorText('too_many_requests'),
    retryAfter,
  }
}

/** For a body or a recording that is too large. */
export function payloadTooLarge(message: string): WireRefusal {
  return { status: 413, code: 'payload_too_large', message }
}

/** For a request that breaks the protocol. */
export function invalid(
  message: string,
  code: 'invalid_request' | 'unknown_type' = 'invalid_request',
): WireRefusal {
  return { status: 400, code, message }
}

/** For a request that does not fit the state of the thread or item. */
export function conflict(code: ErrorName, values?: TextName['values']): WireRefusal {
  return { status: 409, code, ...errorText(code, values) }
}

/** Makes status, headers and body of the answer to a refused request. */
export function refusalAnswer({ status, retryAfter, ...body }: WireRefusal): {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
} {
  const headers = {
    'content-type': 'application/json',
    'cache-control': 'no-store',
    ...(status === 405 ? { allow: 'POST' } : {}),
    ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
  }
  return { status, headers, body: JSON.stringify(body) }
}
