// One POST whose answer comes from a process: JSON when the answer is all that comes, and a stream of
// events when the process says something before it (MCP 2025-11-25, Streamable HTTP).

import { EVENT_STREAM, eventText } from './event-text.ts'

/** The answer to one request, as it comes. */
export interface Exchange {
  /** Settles with the head of the answer. */
  readonly response: Promise<Response>
  /** Sends a message before the answer. Gives whether somebody reads. */
  write(message: object): boolean
  /** Sends the answer, and ends. */
  answer(message: object): void
  /** Ends without an answer. `instead` is what a stream that has begun ends with. */
  fail(error: unknown, instead: object): void
}

/** Characters that may wait for a slow reader. Beyond that the stream ends. */
const MAX_WAITING = 16 * 1024 * 1024

/** A stream of events that is written to. */
export interface EventWriter {
  readonly response: Response
  /** Gives whether the stream is still open. */
  write(message: object): boolean
  close(): void
}

/**
 * Opens a stream of events.
 *
 * @param whenGone Called when the client has gone, or reads too slowly.
 */
export function eventWriter(whenGone: () => void): EventWriter {
  let isOpen = true
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined
  const end = () => {
    isOpen = false
    whenGone()
  }
  const body = new ReadableStream<Uint8Array>(
    {
      start(given) {
        controller = given
      },
      cancel: end,
    },
    new ByteLengthQueuingStrategy({ highWaterMark: MAX_WAITING }),
  )
  return {
    response: new Response(body, {
      headers: { 'content-type': EVENT_STREAM, 'cache-control': 'no-store' },
    }),
    write(message) {
      if (!isOpen) return false
      controller?.enqueue(new TextEncoder().encode(eventText(message)))
      if ((controller?.desiredSize ?? 0) > 0) return true
      controller?.error(new Error('The reader is too slow'))
      end()
      return false
    },
    close() {
      if (isOpen) controller?.close()
      isOpen = false
    },
  }
}

/** Begins an exchange. `whenGone` is called when its client has gone. */
export function beginExchange(whenGone: () => void): Exchange {
  let resolve: (response: Response) => void = () => {}
  let reject: (error: unknown) => void = () => {}
  const response = new Promise<Response>((...settle) => {
    ;[resolve, reject] = settle
  })
  let stream: EventWriter | undefined
  let isOver = false
  return {
    response,
    write(message) {
      if (isOver) return false
      stream ??= eventWriter(whenGone)
      resolve(stream.response)
      return stream.write(message)
    },
    answer(message) {
      isOver = true
      stream?.write(message)
      stream?.close()
      if (!stream) resolve(Response.json(message, { headers: { 'cache-control': 'no-store' } }))
    },
    fail(error, instead) {
      isOver = true
      stream?.write(instead)
      stream?.close()
      if (!stream) reject(error)
    },
  }
}
