// A `fetch` over the transport of a stdio server, for a framework whose client speaks HTTP. It is one
// session of MCP (Streamable HTTP). Questions to the person are passed on; what else the server says
// unasked is dropped, and what else it asks is refused.

import { isObject, parseJson, type UnknownObject } from '../core/json.ts'

/** What the transport of a server looks like, as far as it is used here. */
export interface ServerTransport {
  start(): Promise<void>
  send(message: object): Promise<void>
  close(): Promise<void>
  onmessage?: ((message: object) => void) | undefined
  onclose?: (() => void) | undefined
}

/** Where the client believes that it sends to. Nothing is sent there. */
export const NOWHERE = 'http://stdio.invalid/mcp'

/** The client's request that waits for its answer. */
interface Waiting {
  answer(message: object): void
  /** Gives the client what the server asks meanwhile. */
  asks(message: object): void
  fail(): void
}

/** What a server may ask: a question to the person. */
const ASKABLE = 'elicitation/create'

/** Makes the `fetch` of one client. */
export function transportFetch(transport: ServerTransport): typeof globalThis.fetch {
  const waiting = new Map<unknown, Waiting>()
  const started = transport.start()
  // Its failure is told to whoever asks first. When the run ended before, nobody does.
  started.catch(() => {})
  transport.onmessage = (message) => {
    if (!isObject(message)) return
    // The server does not say to which request its question belongs.
    const newest = [...waiting.values()].at(-1)
    if (typeof message.method !== 'string') waiting.get(message.id)?.answer(message)
    else if (!('id' in message)) return
    else if (message.method === ASKABLE && newest) newest.asks(message)
    else transport.send(answerTo(message)).catch(() => {})
  }
  transport.onclose = () => {
    for (const { fail } of waiting.values()) fail()
  }

  async function ask(message: UnknownObject, signal: AbortSignal | null | undefined) {
    const { id } = message
    const answer = answerOf(signal, () => waiting.delete(id))
    waiting.set(id, answer)
    try {
      await transport.send(message)
    } catch (error) {
      answer.fail()
      throw error
    }
    return answer.response
  }

  return async (_, init = {}) => {
    await started
    if (init.method !== 'POST') return new Response(null, { status: 405 })
    const message = parseJson(String(init.body))
    if (!isObject(message)) return new Response(null, { status: 400 })
    if (typeof message.method === 'string' && 'id' in message) return ask(message, init.signal)
    await transport.send(message)
    return new Response(null, { status: 202 })
  }
}

/**
 * The answer to one request: JSON, or a stream of events when the server asks something before.
 *
 * @param onEnd Called when nothing more belongs to the request.
 */
function answerOf(
  signal: AbortSignal | null | undefined,
  onEnd: () => void,
): Waiting & { readonly response: Promise<Response> } {
  let events: ReadableStreamDefaultController<Uint8Array> | undefined
  let settle: { resolve(response: Response): void; reject(error: Error): void } | undefined
  const response = new Promise<Response>((resolve, reject) => {
    settle = { resolve, reject }
  })
  // What the transport throws says more than that nobody answered.
  response.catch(() => {})
  const end = () => {
    onEnd()
    signal?.removeEventListener('abort', fail)
  }
  const fail = () => {
    const error = new Error('The server did not answer')
    end()
    if (events) events.error(error)
    else settle?.reject(error)
  }
  const eventOf = (message: object) =>
    new TextEncoder().encode(`data: ${JSON.stringify(message)}\n\n`)
  signal?.addEventListener('abort', fail, { once: true })
  if (signal?.aborted) fail()
  return {
    response,
    answer(message) {
      end()
      if (!events) return settle?.resolve(Response.json(message))
      events.enqueue(eventOf(message))
      events.close()
    },
    asks(message) {
      if (!events) {
        const body = new ReadableStream<Uint8Array>({
          start(controller) {
            events = controller
          },
        })
        settle?.resolve(new Response(body, { headers: { 'content-type': 'text/event-stream' } }))
      }
      events?.enqueue(eventOf(message))
    },
    fail,
  }
}

/** A request of the server: without an answer it would wait, and the process could not be used again. */
function answerTo({ id, method }: UnknownObject): object {
  return method === 'ping'
    ? { jsonrpc: '2.0', id, result: {} }
    : { jsonrpc: '2.0', id, error: { code: -32601, message: 'Method not found' } }
}
