// A listener on this machine that counts who comes: every connection, and every request with its
// bytes. No test lives here.

import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http'

export interface Arrived {
  readonly method: string
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly rawHeaders: readonly string[]
  readonly body: string
}

export interface Listener {
  readonly port: number
  readonly origin: string
  readonly requests: Arrived[]
  /** Connections that were ever opened. */
  connections: number
  stop(): Promise<void>
}

export async function listen(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<Listener> {
  const requests: Arrived[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { method = '', url = '', headers, rawHeaders } = request
      requests.push({ method, url, headers, rawHeaders, body: Buffer.concat(chunks).toString() })
      answer(request, response)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('no address')
  const listener: Listener = {
    port: address.port,
    origin: `http://127.0.0.1:${address.port}`,
    requests,
    connections: 0,
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  server.on('connection', () => listener.connections++)
  return listener
}
