// Listens on loopback for the parts that leaktest and conformance bring.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { HeaderLines } from './tape.ts'

/** A request, read whole. */
export interface Arrival {
  readonly method: string
  /** Path and query. */
  readonly target: string
  readonly headers: HeaderLines
  /** The first value of a header. */
  header(name: string): string | undefined
  readonly body: Buffer
}

/** A running listener. */
export interface Listener {
  /** `http://127.0.0.1:PORT`. */
  readonly origin: string
  close(): Promise<void>
}

/** Starts one, on a free port unless one is named. */
export async function listen(
  answer: (arrival: Arrival, response: ServerResponse) => void | Promise<void>,
  wanted = 0,
): Promise<Listener> {
  const server = createServer({ maxHeaderSize: 1024 * 1024 }, (request, response) => {
    response.on('error', () => undefined)
    arrivalOf(request)
      .then((arrival) => answer(arrival, response))
      // A request that broke off was not read; a fault of ours shows as a closed connection.
      .catch(() => response.destroy())
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(wanted, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    origin: `http://127.0.0.1:${port}`,
    close: () => new Promise((resolve) => void server.close(() => resolve()).closeAllConnections()),
  }
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const { origin, close } = await listen(() => undefined)
  await close()
  return Number(new URL(origin).port)
}

async function arrivalOf(request: IncomingMessage): Promise<Arrival> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(Buffer.from(chunk))
  const headers = headerLines(request.rawHeaders)
  return {
    method: request.method ?? 'GET',
    target: request.url ?? '/',
    headers,
    header: (name) => headers.find(([one]) => one === name)?.[1],
    body: Buffer.concat(chunks),
  }
}

/** Node gives names and values in turn. */
export function headerLines(raw: readonly string[]): HeaderLines {
  const lines: [string, string][] = []
  for (let at = 0; at + 1 < raw.length; at += 2)
    lines.push([(raw[at] ?? '').toLowerCase(), raw[at + 1] ?? ''])
  return lines
}
