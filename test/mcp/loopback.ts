// A real HTTP server on the loopback address for one test, which records what reached it. It holds
// no test.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** One request as it came over the wire; `raw` has each header as often as it was sent. */
export interface Received {
  readonly method: string
  readonly url: string
  readonly raw: readonly (readonly [name: string, value: string])[]
  readonly body: string
}

export interface Loopback extends AsyncDisposable {
  readonly url: string
  readonly port: number
  readonly received: Received[]
  /** Header values of a request by lower-case name. */
  values(index: number, name: string): string[]
}

type Answer = (request: Received, response: ServerResponse) => void

/** Starts a server; `await using` ends it, with whatever connections hang. */
export async function loopback(answer: Answer): Promise<Loopback> {
  const received: Received[] = []
  const server = createServer((message, response) => {
    void read(message).then((request) => {
      received.push(request)
      answer(request, response)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/mcp`,
    port,
    received,
    values: (index, name) =>
      (received[index]?.raw ?? []).filter(([key]) => key === name).map(([, value]) => value),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Answers with JSON. */
export function json(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response
    .writeHead(status, { 'content-type': 'application/json', ...headers })
    .end(JSON.stringify(body))
}

async function read(message: IncomingMessage): Promise<Received> {
  const chunks: Buffer[] = []
  for await (const chunk of message) chunks.push(chunk as Buffer)
  const raw: [string, string][] = []
  for (let index = 0; index < message.rawHeaders.length; index += 2)
    raw.push([(message.rawHeaders[index] ?? '').toLowerCase(), message.rawHeaders[index + 1] ?? ''])
  return {
    method: message.method ?? '',
    url: message.url ?? '',
    raw,
    body: Buffer.concat(chunks).toString(),
  }
}
