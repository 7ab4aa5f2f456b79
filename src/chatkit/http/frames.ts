// Writes a stream of server-sent events, to a web body or to node:http.

import type { ServerResponse } from 'node:http'
import type { Beating, Heartbeats } from './heartbeats.ts'

/** Whoever sends frames. An object and not a function: thousands wait at once. */
export interface FrameTaker {
  /** Frames, complete ones; undefined at the end. */
  take(frames: string | undefined): void
}

/** Gives the frames of a stream, piece by piece. */
export interface FrameSource {
  /** Gives the next frames to `taker`, once, perhaps before this returns. One call at a time. */
  ask(taker: FrameTaker): void
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

/** How a stream is sent by node:http. */
export interface NodeTerms {
  /** Undefined: nothing is sent to a client that waits. */
  readonly heartbeats: Heartbeats | undefined
  /** As in {@link StreamTerms}. */
  readonly deadlineMs: number
  /** Told when the frames cannot be written. */
  readonly report: (error: unknown) => void
}

/** Milliseconds that a client has for each piece when the deadline is over. */
const LAST_WAIT_MS = 1000

/** A comment of the event stream. Clients ignore it. */
const HEARTBEAT = ':\n\n'

/** Makes a source of events that are known already. */
export function fixedFrames(events: readonly object[]): FrameSource {
  let left: string | undefined = events.map((event) => frame(JSON.stringify(event))).join('')
  return {
    ask(taker) {
      const given = left
      left = undefined
      taker.take(given === '' ? undefined : given)
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

  /** @param untilMs The deadline, on the clock of `performance.now`. */
  constructor(untilMs: number, giveUp: () => void) {
    this.#untilMs = untilMs
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
  const patience = new Patience(performance.now() + deadlineMs, () => giveUp())
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
        const frames = await new Promise<string | undefined>((resolve) =>
          source.ask({ take: resolve }),
        )
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
 * Writes frames to a node:http response, whose head is written, until they end or the client is gone.
 *
 * @param leave Called when the client has all of them, or is gone.
 */
export function writeFrames(
  source: FrameSource,
  response: ServerResponse,
  leave: () => void,
  terms: NodeTerms,
): void {
  // A connection that closed before this sends no further 'close' event.
  if (response.destroyed) {
    leave()
    void source.cancel().catch(terms.report)
  } else source.ask(new StreamWriter(source, response, leave, terms))
}

/**
 * Asks for frames as the client reads them. What only a slow client needs is made when there is one:
 * thousands of streams wait at once, and most frames are one word.
 */
class StreamWriter implements FrameTaker, Beating {
  readonly #source: FrameSource
  readonly #response: ServerResponse
  readonly #terms: NodeTerms
  /** The deadline, in whole milliseconds on the clock of `performance.now`. */
  readonly #untilMs: number
  #part: Set<Beating> | undefined
  #patience: Patience | undefined
  #isGone = false

  constructor(source: FrameSource, response: ServerResponse, leave: () => void, terms: NodeTerms) {
    this.#source = source
    this.#response = response
    this.#terms = terms
    this.#untilMs = Math.ceil(performance.now() + terms.deadlineMs)
    this.#part = terms.heartbeats?.enter(this)
    // Not when everything is written: what a slow client has not read is in our memory.
    response.on('close', () => {
      this.#isGone = true
      leave()
      this.#patience?.end()
      this.#beatNoMore()
      void source.cancel().catch(() => {})
    })
  }

  take(frames: string | undefined): void {
    try {
      if (frames === undefined || this.#isGone) this.#end()
      else if (this.#response.write(frames)) this.#source.ask(this)
      else this.#waitForClient()
    } catch (error) {
      this.#terms.report(error)
      this.#response.destroy()
    }
  }

  /** Only to a client that waits: a slow one has enough to read. */
  beat(): void {
    if (!this.#response.writableNeedDrain) this.#response.write(HEARTBEAT)
  }

  #waitForClient(): void {
    const patience = this.#beginPatience()
    this.#response.once('drain', () => {
      patience.end()
      this.#source.ask(this)
    })
  }

  #beginPatience(): Patience {
    this.#patience ??= new Patience(this.#untilMs, () => this.#response.destroy())
    this.#patience.begin()
    return this.#patience
  }

  #beatNoMore(): void {
    const part = this.#part
    this.#part = undefined
    if (part) this.#terms.heartbeats?.leave(this, part)
  }

  #end(): void {
    this.#beatNoMore()
    // What the client has not read yet is still in memory here.
    if (!this.#isGone) this.#beginPatience()
    this.#response.end()
  }
}
