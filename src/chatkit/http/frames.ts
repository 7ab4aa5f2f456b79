// A stream on the wire: frames of server-sent events, from whatever has events, to a web body or to node:http.

import type { ServerResponse } from 'node:http'

/** Gives a stream's frames, piece by piece. */
export interface FrameSource {
  /** The next frames, complete ones; undefined at the end. One call at a time. */
  next(): Promise<string | undefined>
  /** The client is gone. */
  cancel(): Promise<void>
}

/** The frame of one event. With an id a client can say what it has seen (resumable mode); the protocol itself has none. */
export function frame(event: string, id?: string): string {
  return id === undefined ? `data: ${event}\n\n` : `id: ${id}\ndata: ${event}\n\n`
}

/** A comment, which clients pass over. */
const HEARTBEAT = ':\n\n'

/** A source of frames that are all there already. */
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

/** A web body. It asks for the next frames only when the client has taken the ones before, and calls `left` at its end. */
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
          // Only to a client that waits: one that is slow has enough to read.
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
  // Who was gone before this began is not told of again.
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
