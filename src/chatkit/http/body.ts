// Reads a request's body: JSON in UTF-8, bounded in size and in time.

import { done, invalid, type Outcome, refuse } from '../protocol/refusal.ts'

/** Milliseconds in which a body must have come. */
const SLOWEST = 30_000

/**
 * Reads the body.
 *
 * @param limit Bytes that it may have.
 * @returns The parsed JSON and how many bytes it had, or 415, 413, 408 or 400.
 */
export async function readJson(
  request: Request,
  limit: number,
): Promise<Outcome<{ readonly json: unknown; readonly bytes: number }>> {
  if (!/^application\/json\s*(;|$)/i.test(request.headers.get('content-type') ?? '')) {
    return refuse({
      status: 415,
      code: 'unsupported_media_type',
      message: 'Send the request as application/json.',
    })
  }
  const tooLarge = refuse({
    status: 413,
    code: 'payload_too_large',
    message: `The request is larger than ${limit} bytes.`,
  })
  if (Number(request.headers.get('content-length') ?? 0) > limit) return tooLarge
  const reader = request.body?.getReader()
  const bytes: Uint8Array[] = []
  let length = 0
  let late = false
  const timer = setTimeout(() => {
    late = true
    reader?.cancel().catch(() => {})
  }, SLOWEST)
  try {
    for (;;) {
      const next = await reader?.read()
      if (!next || next.done) break
      length += next.value.length
      if (length > limit) {
        reader?.cancel().catch(() => {})
        return tooLarge
      }
      bytes.push(next.value)
    }
    if (late)
      return refuse({
        status: 408,
        code: 'request_timeout',
        message: 'The request took too long to arrive.',
      })
    const whole = new Uint8Array(length)
    let at = 0
    for (const chunk of bytes) {
      whole.set(chunk, at)
      at += chunk.length
    }
    return done({
      json: JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(whole)),
      bytes: length,
    })
  } catch {
    // Broken UTF-8, broken JSON or a connection that broke: the parser's own message quotes the body, so it is not passed on.
    return refuse(invalid('The request is not valid JSON.'))
  } finally {
    clearTimeout(timer)
  }
}
