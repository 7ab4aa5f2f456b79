// Writes a stream of server-sent events, to a web body or to node:http.

import type { ServerResponse } from 'node:http'

/** Gives the frames of a stream, piece by piece. */
export interface FrameSource {
  /** The next frames, complete ones; undefined at the end. One call at a time. */
  next(): Promise<string | undefined>
  /** The client is gone. */
  cancel(): Promise<void>
}

/**
 * Makes the frame of one event. A resumable run gives its events an `id`, so that a client can say
 * what it has seen. The protocol itself has no ids.
 */
export function frame(event: string, id?: string): string {
  return id === undefined ? `data: ${event}\n\n` : `id: ${id}\ndata: ${event}\n\n`
}

/** How a stream is sent. */
export interface StreamTerms {
  /** Milliseconds of silence after which a comment is sent. */
  readonly heartbeatMs: number | undefined
  /** Milliseconds from its beginning for which a client may leave what it was sent unread. */
  readonly deadlineMs: number
}

/** Milliseconds that a client has for each piece when the deadline is over. */
const LAST_WAIT_MS = 1000

/** A comment of the event stream. Clients ignore it. */
const HEARTBEAT = ':\n\n'

/** Makes a source of events that are known already. */
export function fixedFrames(events: readonly object[]): FrameSource {
  let left: string | undefined = events.map((event) => frame(JSON.stringify(event))).join('')
  return {
    async next(): Promise<string | undefined> {
      const given = left
      left = undefined
      return given === '' ? undefined : given
    },
    async cancel(): Promise<void> {},
  }
}

/**
 * Waits for a client that has to read: up to the deadline of the stream, and from then on for a
 * short time for each piece.
 */
class Patience {
  readonly #untilMs: number
  readonly #giveUp: () => void
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(deadlineMs: number, giveUp: () => void) {
    this.#untilMs = performance.now() + deadlineMs
    this.#giveUp = giveUp
  }

  /** Now it is the client's turn. */
  begin(): void {
    const leftMs = Math.max(this.#untilMs - performance.now(), LAST_WAIT_MS)
    this.#timer ??= setTimeout(this.#giveUp, leftMs)
  }

  /** The client has read, or is gone. */
  end(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }
}

/**
 * Makes a web body. It asks for the next frames only when the client has read the ones before. It
 * calls `left` at its end.
 */
export function bodyOf(
  source: FrameSource,
  { heartbeatMs: heartbeat, deadlineMs }: StreamTerms,
  left: () => void,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const encoder = new TextEncoder()
  let timer: ReturnType<typeof setInterval> | undefined
  let giveUp = () => {}
  const patience = new Patience(deadlineMs, () => giveUp())
  return new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      start(controller) {
        giveUp = () => {
          clearInterval(timer)
          left()
          controller.error(new Error('The client did not read the stream'))
          void source.cancel().catch(() => {})
        }
        patience.begin()
        if (heartbeat === undefined) return
        timer = setInterval(() => {
          // Only to a client that waits: a slow one has enough to read.
          if ((controller.desiredSize ?? 0) >= 0) controller.enqueue(encoder.encode(HEARTBEAT))
        }, heartbeat)
      },
      async pull(controller) {
        patience.end()
        const frames = await source.next()
        if (frames !== undefined) {
          patience.begin()
          return controller.enqueue(encoder.encode(frames))
        }
        clearInterval(timer)
        left()
        controller.close()
      },
      async cancel() {
        patience.end()
        clearInterval(timer)
        left()
        await source.cancel()
      },
    },
    { highWaterMark: 0 },
  )
}

/**
 * Writes frames to a node:http response until they end or the client is gone.
 *
 * @param fail Told when the frames cannot be made or written.
 */
export function writeFrames(
  source: FrameSource,
  response: ServerResponse,
  terms: StreamTerms,
  fail: (error: unknown) => void,
): void {
  // A connection that closed before this sends no further 'close' event.
  if (response.destroyed) void source.cancel().catch(fail)
  else new StreamWriter(source, response, terms, fail).ask()
}

/**
 * Callbacks and not an async function: thousands of streams wait at once, and most frames are one
 * word.
 */
class StreamWriter {
  readonly #source: FrameSource
  readonly #response: ServerResponse
  readonly #patience: Patience
  readonly #fail: (error: unknown) => void
  #heart: ReturnType<typeof setInterval> | undefined
  #isGone = false

  constructor(
    source: FrameSource,
    response: ServerResponse,
    { heartbeatMs, deadlineMs }: StreamTerms,
    fail: (error: unknown) => void,
  ) {
    this.#source = source
    this.#response = response
    this.#patience = new Patience(deadlineMs, () => response.destroy())
    this.#fail = fail
    if (heartbeatMs !== undefined)
      this.#heart = setInterval(
        () => response.writableNeedDrain || response.write(HEARTBEAT),
        heartbeatMs,
      )
    response.on('close', () => {
      this.#isGone = true
      this.#patience.end()
      clearInterval(this.#heart)
      void source.cancel().catch(() => {})
    })
  }

  ask(): void {
    this.#source.next().then(this.#onFrames, this.#onError)
  }

  readonly #onFrames = (frames: string | undefined): void => {
    try {
      if (frames === undefined || this.#isGone) this.#end()
      else if (this.#response.write(frames)) this.ask()
      else this.#waitForClient()
    } catch (error) {
      this.#onError(error)
    }
  }

  readonly #onError = (error: unknown): void => {
    this.#end()
    this.#fail(error)
  }

  #waitForClient(): void {
    this.#patience.begin()
    this.#response.once('drain', () => {
      this.#patience.end()
      this.ask()
    })
  }

  #end(): void {
    clearInterval(this.#heart)
    // What the client has not read yet is still in memory here.
    if (!this.#isGone) this.#patience.begin()
    this.#response.end()
  }
}
