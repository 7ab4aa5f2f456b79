// A `fetch` over the transport of a stdio server, for a framework whose client speaks HTTP. It is one
// session of MCP (Streamable HTTP) whose answers are JSON; what the server says unasked is dropped, and
// what it asks is refused.

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

/** A request that waits for its answer. */
interface Waiting {
  answer(message: object): void
  fail(): void
}

/** Makes the `fetch` of one client. */
export function transportFetch(transport: ServerTransport): typeof globalThis.fetch {
  const waiting = new Map<unknown, Waiting>()
  const started = transport.start()
  // Its failure is told to whoever asks first. When the run ended before, nobody does.
  started.catch(() => {})
  transport.onmessage = (message) => {
    if (!isObject(message)) return
    if (typeof message.method !== 'string') waiting.get(message.id)?.answer(message)
    else if ('id' in message) transport.send(answerTo(message)).catch(() => {})
  }
  transport.onclose = () => {
    for (const { fail } of waiting.values()) fail()
  }

  async function ask(message: UnknownObject, signal: AbortSignal | null | undefined) {
    const { id } = message
    try {
      const answered = new Promise<object>((resolve, reject) => {
        const fail = () => reject(new Error('The server did not answer'))
        waiting.set(id, { answer: resolve, fail })
        signal?.addEventListener('abort', fail, { once: true })
        if (signal?.aborted) fail()
      })
      // What the transport throws says more than that nobody answered.
      answered.catch(() => {})
      await transport.send(message)
      return Response.json(await answered)
    } finally {
      waiting.delete(id)
    }
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

/** A request of the server: without an answer it would wait, and the process could not be used again. */
function answerTo({ id, method }: UnknownObject): object {
  return method === 'ping'
    ? { jsonrpc: '2.0', id, result: {} }
    : { jsonrpc: '2.0', id, error: { code: -32601, message: 'Method not found' } }
}
