// A body that arrives in time, chunk by chunk, or is given up.

/** The body took too long, as a whole or between two chunks. */
export class TooSlow extends Error {
  override readonly name = 'TooSlow'
}

/** The connection broke before the body was complete. */
export class CutOff extends Error {
  override readonly name = 'CutOff'
}

/** Milliseconds without a chunk, and for the whole body. */
const SILENCE = 30_000
const WHOLE = 600_000

/**
 * The chunks of a request's body.
 *
 * @throws TooSlow when it is late, CutOff when it breaks.
 */
export async function* chunksOf(request: Request): AsyncGenerator<Uint8Array, void, void> {
  const reader = request.body?.getReader()
  if (!reader) return
  let late = (_: unknown): void => {}
  const lateness = new Promise<never>((_, reject) => {
    late = reject
  })
  // Between two reads nobody waits for it.
  lateness.catch(() => {})
  const whole = setTimeout(() => late(new TooSlow()), WHOLE)
  try {
    for (;;) {
      const silence = setTimeout(() => late(new TooSlow()), SILENCE)
      try {
        const { done, value } = await Promise.race([reader.read().catch(cut), lateness])
        if (done) return
        yield value
      } finally {
        clearTimeout(silence)
      }
    }
  } finally {
    clearTimeout(whole)
    reader.cancel().catch(() => {})
  }
}

function cut(): never {
  throw new CutOff()
}
