// A server that speaks HTTP+SSE (MCP 2024-11-05) in a few lines, for the tests of that transport. It
// holds no test.

import type { ServerResponse } from 'node:http'
import { type Loopback, loopback } from './loopback.ts'

type Message = Readonly<Record<string, unknown>> & {
  readonly id?: unknown
  readonly method?: string
  readonly params?: { readonly name?: string; readonly arguments?: Record<string, unknown> }
}

export interface LegacyServer extends Loopback {
  /** The messages that were posted. */
  readonly posted: Message[]
  /** Writes an event into the stream that was opened last. */
  say(data: unknown, event?: string): void
  /** Ends that stream. */
  hangUp(): void
}

/** What a call is answered with; undefined for no answer. */
export type Answering = (message: Message) => object | undefined

export interface LegacyOptions {
  readonly tools?: readonly object[]
  readonly call?: Answering
  /** What the first event says, by the number of the stream. */
  readonly endpoint?: (stream: number) => string
  /** The status of a POST. Default 202. */
  readonly post?: number
}

/** Starts it. */
export async function legacyServer(options: LegacyOptions = {}): Promise<LegacyServer> {
  const { tools = [], endpoint = (n) => `/message?sessionId=session-number-00000000${n}` } = options
  const streams: ServerResponse[] = []
  const posted: Message[] = []
  const say = (data: unknown, event = 'message') => {
    const text = typeof data === 'string' ? data : JSON.stringify(data)
    streams.at(-1)?.write(`event: ${event}\ndata: ${text}\n\n`)
  }
  const results: Record<string, Answering> = {
    initialize: () => ({
      protocolVersion: '2024-11-05',
      capabilities: { tools: {} },
      serverInfo: { name: 'legacy', version: '1' },
    }),
    'tools/list': () => ({ tools }),
    'tools/call': options.call ?? (() => ({ content: [{ type: 'text', text: 'done' }] })),
  }
  const server = await loopback((received, response) => {
    if (received.method === 'GET') {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      streams.push(response)
      say(endpoint(streams.length), 'endpoint')
      return
    }
    response.writeHead(options.post ?? 202).end('Accepted')
    const message = JSON.parse(received.body) as Message
    posted.push(message)
    const result = results[message.method ?? '']?.(message)
    if (result) say({ jsonrpc: '2.0', id: message.id, result })
  })
  return Object.assign(server, { posted, say, hangUp: () => void streams.at(-1)?.end() })
}
