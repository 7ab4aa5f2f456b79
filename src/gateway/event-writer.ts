// A stream of events that the gateway writes itself (the HTML standard, server-sent events).

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
      headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store' },
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

/** JSON has no line ends of its own. */
function eventText(message: object): string {
  return `event: message\ndata: ${JSON.stringify(message)}\n\n`
}
