// Reads the bytes of a body, bounded in size and in time. What the bytes mean is for the caller.

import { granted, type Result } from '../errors.ts'

/**
 * Why the bytes of a body could not be had. `taken`: somebody else has read them, which is a mistake
 * of whoever put the server together.
 */
export type BodyProblem = 'too_large' | 'too_slow' | 'broken' | 'taken'

/** What its developer is told of a body that is taken. */
export const BODY_TAKEN =
  'The body of this request was read before it came here. Mount this endpoint before the body parser, or give it the request as it came.'

/** The bounds of one body. */
export interface BodyBounds {
  readonly maxBytes: number
  /** For the whole body, so that a sender who sends one byte now and then is not waited for. */
  readonly deadlineMs: number
}

/**
 * Reads a body to its end.
 *
 * @returns The bytes, or why there are none. `content-length` only refuses early: the bytes are
 * counted as they come. A refused body is cancelled, so its connection is given up.
 */
export async function readBytes(
  message: Request | Response,
  { maxBytes, deadlineMs }: BodyBounds,
): Promise<Result<Uint8Array<ArrayBuffer>, BodyProblem>> {
  if (message.bodyUsed || message.body?.locked) return { ok: false, refusal: 'taken' }
  const reader = message.body?.getReader()
  if (!reader) return granted(new Uint8Array())
  const cancel = () => reader.cancel().catch(() => {})
  if (Number(message.headers.get('content-length') ?? 0) > maxBytes) {
    void cancel()
    return { ok: false, refusal: 'too_large' }
  }
  let isLate = false
  const timer = setTimeout(() => {
    isLate = true
    void cancel()
  }, deadlineMs)
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (isLate) return { ok: false, refusal: 'too_slow' }
      if (done) return granted(joined(chunks, size))
      size += value.length
      if (size > maxBytes) {
        void cancel()
        return { ok: false, refusal: 'too_large' }
      }
      chunks.push(value)
    }
  } catch {
    return { ok: false, refusal: isLate ? 'too_slow' : 'broken' }
  } finally {
    clearTimeout(timer)
  }
}

function joined(chunks: readonly Uint8Array[], size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size)
  let offset = 0
  for (const chunk of chunks) {
    bytes.set(chunk, offset)
    offset += chunk.length
  }
  return bytes
}
