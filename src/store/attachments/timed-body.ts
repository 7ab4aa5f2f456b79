// The body of a request as chunks, with a limit on how long it may take.

/** The body took too long, in total or between two chunks. */
export class TooSlow extends Error {
  override readonly name = 'TooSlow'
}

/** The connection broke before the body was complete. */
export class CutOff extends Error {
  override readonly name = 'CutOff'
}

/** The longest wait for the next chunk. */
const MAX_SILENCE_MS = 30_000
/** The longest time for the whole body. */
const MAX_BODY_MS = 600_000

/**
 * The chunks of a request's body.
 *
 * @throws TooSlow when it takes too long; CutOff when the connection breaks.
 */
export async function* chunksOf(request: Request): AsyncGenerator<Uint8Array, void, void> {
  const reader = request.body?.getReader()
  if (!reader) return
  let late = (_: unknown): void => {}
  const lateness = new Promise<never>((_, reject) => {
    late = reject
  })
  // Between two reads nobody waits for it: without this, its rejection would end the process.
  lateness.catch(() => {})
  const whole = setTimeout(() => late(new TooSlow()), MAX_BODY_MS)
  try {
    for (;;) {
      const silence = setTimeout(() => late(new TooSlow()), MAX_SILENCE_MS)
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
