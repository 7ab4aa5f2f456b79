// Reads the body of a request: JSON in UTF-8, bounded in size and in time.

import { granted, type Result } from '../../core/errors.ts'
import { BODY_TAKEN, type BodyProblem, readBytes } from '../../core/http/bounded-body.ts'
import { invalid, payloadTooLarge, refuse, type WireRefusal } from '../protocol/refusal.ts'

/** Milliseconds in which a body must have come. */
const MAX_BODY_MS = 30_000

/**
 * Reads the body.
 *
 * @returns The parsed JSON and how many bytes it had, or a refusal: 415, 413, 408 or 400.
 */
export async function readJson(
  request: Request,
  maxBytes: number,
): Promise<Result<{ readonly json: unknown; readonly bytes: number }, WireRefusal>> {
  if (!/^application\/json\s*(;|$)/i.test(request.headers.get('content-type') ?? '')) {
    return refuse({
      status: 415,
      code: 'unsupported_media_type',
      message: 'Send the request as application/json.',
    })
  }
  const body = await readBytes(request, { maxBytes, deadlineMs: MAX_BODY_MS })
  if (!body.ok) return refuseBody(body.refusal, maxBytes)
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(body.value)
    return granted({ json: JSON.parse(text), bytes: body.value.length })
  } catch {
    // The parser's own message quotes the body, so it is not passed on.
    return refuseBody('broken', maxBytes)
  }
}

function refuseBody(problem: BodyProblem, maxBytes: number): Result<never, WireRefusal> {
  switch (problem) {
    case 'too_large':
      return refuse(payloadTooLarge(`The request is larger than ${maxBytes} bytes.`))
    case 'too_slow':
      return refuse({
        status: 408,
        code: 'request_timeout',
        message: 'The request took too long to arrive.',
      })
    case 'taken':
      return refuse({ status: 500, code: 'body_taken', message: BODY_TAKEN })
    case 'broken':
      return refuse(invalid('The request is not valid JSON.'))
  }
}
