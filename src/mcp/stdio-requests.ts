// Requests to a server that is a child process, and their answers, matched by id: a `fetch` over a
// transport, so that each request goes through the same rules as one over HTTP.

import { isObject, parseJson, type UnknownObject } from '../core/json.ts'

/** The requests of one process that are not answered yet. */
export interface StdioRequests {
  /** Sends the message in a body, and waits for its answer; 202 for a message that gets none. */
  ask(init: RequestInit): Promise<Response>
  /** Whether the server was asked, and has not answered. */
  isPending(id: unknown): boolean
  /**
   * Hands an answer to whoever waits for it. One that nobody waits for is late, or made up: it is
   * dropped.
   */
  answer(message: UnknownObject): void
  /** Fails all of them. Gives their ids. */
  failAll(): readonly unknown[]
}

interface Pending {
  answer(message: UnknownObject): void
  fail(): void
}

/**
 * Makes the requests of one process.
 *
 * @param send Writes a message to the process.
 */
export function stdioRequests(send: (message: UnknownObject) => Promise<void>): StdioRequests {
  const pending = new Map<unknown, Pending>()
  return {
    async ask(init) {
      const message = parseJson(typeof init.body === 'string' ? init.body : '')
      if (!isObject(message)) throw new TypeError('The body is no JSON-RPC message')
      if (!isRequest(message)) {
        await send(message)
        return new Response(null, { status: 202 })
      }
      const { id } = message
      try {
        const answer = await new Promise<UnknownObject>((resolve, reject) => {
          const fail = () => reject(new Error('The server did not answer'))
          pending.set(id, { answer: resolve, fail })
          init.signal?.addEventListener('abort', fail, { once: true })
          if (init.signal?.aborted) fail()
          else send(message).catch(reject)
        })
        return Response.json(answer)
      } finally {
        pending.delete(id)
      }
    },
    isPending: (id) => pending.has(id),
    answer: (message) => pending.get(message.id)?.answer(message),
    failAll: () =>
      [...pending].map(([id, { fail }]) => {
        fail()
        return id
      }),
  }
}

/** Whether a message asks for an answer. */
export function isRequest(message: UnknownObject): boolean {
  return typeof message.method === 'string' && 'id' in message
}
