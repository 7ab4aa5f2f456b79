// Runs a fetch handler or a node:http handler on a loopback port, and finds free ports.

import { createServer, type RequestListener, type Server } from 'node:http'
import { getRequestListener } from '@hono/node-server'

/** A running listener. */
export interface Listener {
  /**
   * Stops listening. It ends idle connections at once, and busy ones after `graceMs` milliseconds.
   */
  close(graceMs: number): Promise<void>
}

/** Makes a node:http listener of a fetch handler. */
export function nodeListener(handler: (request: Request) => Promise<Response>): RequestListener {
  return getRequestListener(handler, { overrideGlobalObjects: false })
}

/**
 * Listens on 127.0.0.1.
 *
 * @throws Error that names the port and what to do, when another program uses the port.
 */
export async function listen(port: number, listener: RequestListener): Promise<Listener> {
  const server = createServer({ requestTimeout: 30_000, headersTimeout: 10_000 }, listener)
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(
        error.code === 'EADDRINUSE'
          ? new Error(`Port ${port} is in use. Choose another one with --port.`)
          : error,
      )
    })
    server.listen(port, '127.0.0.1', resolve)
  })
  return {
    async close(graceMs) {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeIdleConnections()
      const timer = setTimeout(() => server.closeAllConnections(), graceMs)
      await closed
      clearTimeout(timer)
    },
  }
}

/** Finds `count` ports in a row that are free now, and gives the first. */
export async function freePorts(count: number): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt++) {
    // These ports are below the ones that the system gives to outgoing connections.
    const first = 20_000 + Math.floor(Math.random() * 12_000)
    if ((await takenPorts(first, count)).length === 0) return first
  }
  throw new Error(`No ${count} free ports in a row were found`)
}

/** Gives those of the `count` ports from `first` on that are in use now. */
export async function takenPorts(first: number, count: number): Promise<readonly number[]> {
  const ports = Array.from({ length: count }, (_, offset) => first + offset)
  const free = await Promise.all(ports.map(isFree))
  return ports.filter((_, index) => !free[index])
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server: Server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}
