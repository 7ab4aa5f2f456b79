// One POST whose answer comes from a process: JSON when the answer is all that comes, and a stream of
// events when the process says something before it (MCP 2025-11-25, Streamable HTTP).

import { type EventWriter, eventWriter } from '../event-writer.ts'

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
