// Reads a request of an admitted caller: rate, media type, size, JSON, shape. The body is parsed
// once, here.

import type { Result } from '../../core/errors.ts'
import { readJson } from '../http/body.ts'
import type { RateLimit } from '../http/rate-limit.ts'
import type { ChatkitLimits } from '../protocol/limits.ts'
import { isRecording, parseRequest } from '../protocol/parse-request.ts'
import { payloadTooLarge, refuse, tooManyRequests, type WireRefusal } from '../protocol/refusal.ts'
import type { ChatkitRequest } from '../protocol/request.ts'

/** The bounds of reading. */
export interface ReadBounds {
  /** Undefined: no limit. */
  readonly rateLimit: RateLimit | undefined
  readonly limits: ChatkitLimits
  /** Bytes of the largest body, which is a recording where the app transcribes. */
  readonly maxBodyBytes: number
}

/** Reads and parses a request, and counts it for its owner. */
export async function readRequest(
  request: Request,
  owner: string,
  { rateLimit, limits, maxBodyBytes }: ReadBounds,
): Promise<Result<ChatkitRequest, WireRefusal>> {
  const allowed = await rateLimit?.take(owner, 'request')
  if (allowed && !allowed.ok) return refuse(tooManyRequests(allowed.retryAfter))
  const body = await readJson(request, maxBodyBytes)
  if (!body.ok) return body
  const { json, bytes } = body.value
  if (bytes > limits.bodyBytes && !isRecording(json))
    return refuse(payloadTooLarge(`The request is larger than ${limits.bodyBytes} bytes.`))
  return parseRequest(json, limits)
}
