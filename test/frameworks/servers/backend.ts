// The backend behind the servers: it listens on loopback, keeps each request, and answers with JSON.
// It can also stand in front of a server that has no backend, and then it keeps what passes.

import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import type { Recorded } from './server.ts'

/** A backend that listens. */
export interface Backend {
  readonly origin: string
  readonly requests: readonly Recorded[]
  stop(): Promise<void>
}

/** Starts a backend with these answers. */
export function backendWith(
  answer: (request: Recorded, echo: string) => unknown,
): Promise<Backend> {
  return listen(async (recorded, response) => {
    const text = JSON.stringify(answer(recorded, echoOf(recorded)))
    response.writeHead(200, { 'content-type': 'application/json' }).end(text)
  })
}

/** Starts one that passes all on to a port, and the answers back as they come. */
export function recorderBefore(port: number): Promise<Backend> {
  return listen(async ({ method, url, body }, response, { headers }) => {
    const passed = request({ port, host: '127.0.0.1', method, path: url, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    passed.on('error', () => response.destroy())
    response.on('close', () => passed.destroy())
    passed.end(body)
  })
}

function echoOf({ method, url, headers, body }: Recorded): string {
  return [method, url, ...Object.values(headers), body].join(' ')
}

async function listen(
  handle: (recorded: Recorded, response: ServerResponse, raw: IncomingMessage) => Promise<void>,
): Promise<Backend> {
  const requests: Recorded[] = []
  const server = createServer(async (raw, response) => {
    const recorded: Recorded = {
      method: raw.method ?? '',
      url: raw.url ?? '',
      headers: Object.fromEntries(
        Object.entries(raw.headers).map(([name, value]) => [name, String(value)]),
      ),
      body: (await buffer(raw)).toString('utf8'),
    }
    requests.push(recorded)
    await handle(recorded, response, raw)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  }
}
