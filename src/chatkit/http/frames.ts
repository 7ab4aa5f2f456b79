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
 * Makes a web body. It asks for the next frames only when the client has read the ones before. It
 * calls `left` at its end.
 */
export function bodyOf(
  source: FrameSource,
  heartbeat: number | undefined,
  left: () => void,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const encoder = new TextEncoder()
  let timer: ReturnType<typeof setInterval> | undefined
  return new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      start(controller) {
        if (heartbeat === undefined) return
        timer = setInterval(() => {
          // Only to a client that waits: a slow one has enough to read.
          if ((controller.desiredSize ?? 0) >= 0) controller.enqueue(encoder.encode(HEARTBEAT))
        }, heartbeat)
      },
      async pull(controller) {
        const frames = await source.next()
        if (frames !== undefined) return controller.enqueue(encoder.encode(frames))
        clearInterval(timer)
        left()
        controller.close()
      },
      async cancel() {
        clearInterval(timer)
        left()
        await source.cancel()
      },
    },
    { highWaterMark: 0 },
  )
}

/** Writes frames to a node:http response until they end or the client is gone. */
export async function writeFrames(
  source: FrameSource,
  response: ServerResponse,
  heartbeat: number | undefined,
): Promise<void> {
  let drained: (() => void) | undefined
  // A connection that closed before this sends no further 'close' event.
  if (response.destroyed) return source.cancel()
  let gone = false
  response.on('drain', () => drained?.())
  response.on('close', () => {
    gone = true
    drained?.()
    void source.cancel().catch(() => {})
  })
  const timer =
    heartbeat === undefined
      ? undefined
      : setInterval(() => response.writableNeedDrain || response.write(HEARTBEAT), heartbeat)
  try {
    for (;;) {
      const frames = await source.next()
      if (frames === undefined || gone) break
      if (response.write(frames)) continue
      await new Promise<void>((resolve) => {
        drained = resolve
      })
      if (gone) break
    }
  } finally {
    clearInterval(timer)
    response.end()
  }
}
