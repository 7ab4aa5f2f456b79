// The transport HTTP+SSE (MCP 2024-11-05) of a server that leaktest brings: a GET of `/sse` opens a
// stream, messages are posted to the address that it names, and answers come over it.

import type { ServerResponse } from 'node:http'
import type { Reply } from './attacks.ts'
import type { Arrival } from './listen.ts'

/** The streams of one server that are open. */
export class LegacyStreams {
  readonly #open = new Map<string, ServerResponse>()
  #count = 0

  /** Opens a stream, if that is what is asked for. */
  opens({ method, target }: Arrival, response: ServerResponse): boolean {
    if (method !== 'GET' || target !== '/sse') return false
    const address = `/message?stream=${++this.#count}`
    this.#open.set(address, response)
    response.on('close', () => this.#open.delete(address))
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(`event: endpoint\ndata: ${address}\n\n`)
    return true
  }

  /**
   * Sends a reply over the stream that a message was posted for. Gives what is left to answer the POST
   * with; undefined when this was no such message.
   */
  send({ target }: Arrival, reply: Reply, id: unknown): Reply | undefined {
    const stream = this.#open.get(target)
    if (!stream) return undefined
    if ('result' in reply) {
      const message = JSON.stringify({ jsonrpc: '2.0', id, result: reply.result })
      stream.write(`event: message\ndata: ${message}\n\n`)
    } else if ('frames' in reply) for (const frame of reply.frames) stream.write(frame)
    else return reply
    return { status: 202, body: '' }
  }
}
