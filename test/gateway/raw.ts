// A gateway on a real port, and a client that writes the bytes of HTTP itself. No test lives here.

import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import { type Limits, serveGateway } from '../../src/cli/gateway/serve.ts'
import { freePort } from '../../src/cli/leaktest/house/listen.ts'
import type { GatewayOptions } from '../../src/gateway/index.ts'
import { gatewayHouse, tokenFor } from './house.ts'

/** The gateway of the house, on a port. */
export async function listeningHouse(changes: Partial<GatewayOptions> = {}, limits?: Limits) {
  const port = await freePort()
  const host = `127.0.0.1:${port}`
  const house = gatewayHouse({ url: `http://${host}`, ...changes })
  const served = await serveGateway(house.gateway, { host: '127.0.0.1', port }, limits)
  onTestFinished(() => served.drain())

  /** A connection. What it gets is in `heard`. */
  async function dial() {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
    onTestFinished(() => void socket.destroy())
    const line = { socket, heard: '' }
    socket.setEncoding('latin1').on('data', (text) => {
      line.heard += text
    })
    socket.on('error', () => {})
    await once(socket, 'connect')
    return line
  }

  /** Sends bytes, and gives all that comes until the gateway closes the connection. */
  async function exchange(bytes: string): Promise<string> {
    const line = await dial()
    line.socket.write(bytes, 'latin1')
    await ended(line.socket)
    return line.heard
  }

  /** A whole request. The gateway closes the connection after it. */
  function requestFor(message: unknown, headers: readonly string[] = []): string {
    const body = JSON.stringify(message)
    return [
      ...head(headers),
      'Connection: close',
      `Content-Length: ${Buffer.byteLength(body)}`,
      '',
      body,
    ].join('\r\n')
  }

  /** The head of a request, without a word about its body. */
  function head(headers: readonly string[] = [], path = '/mcp/Tasks'): readonly string[] {
    return [
      `POST ${path} HTTP/1.1`,
      ...(headers.some((line) => /^host:/i.test(line)) ? [] : [`Host: ${host}`]),
      `Authorization: Bearer ${tokenFor('alice')}`,
      'Accept: application/json, text/event-stream',
      'Content-Type: application/json',
      ...headers,
    ]
  }

  return { ...house, host, port, dial, exchange, requestFor, head }
}

/** Resolves when the other side has closed. */
export async function ended(socket: Socket): Promise<void> {
  if (socket.readableEnded || socket.destroyed) return
  await new Promise<void>((resolve) => {
    for (const event of ['end', 'close', 'error']) socket.once(event, () => resolve())
  })
}

/** The status of each answer. */
export function statusesOf(heard: string): readonly number[] {
  return [...heard.matchAll(/^HTTP\/1\.1 (\d{3}) /gm)].map(([, status]) => Number(status))
}
