// A loopback HTTP listener around a fetch handler or a node:http one, and where to find free ports.

import { createServer, type RequestListener, type Server } from 'node:http'
import { getRequestListener } from '@hono/node-server'

/** A listener that is up. */
export interface Listener {
  /**
   * Stops listening and ends what is open, at once for idle connections and after `grace`
   * milliseconds for busy ones.
   */
  close(grace: number): Promise<void>
}

/** The node:http form of a fetch handler. */
export function nodeListener(handler: (request: Request) => Promise<Response>): RequestListener {
  return getRequestListener(handler, { overrideGlobalObjects: false })
}

/**
 * Listens on 127.0.0.1.
 *
 * @throws Error that names the port and what to do, when it is taken.
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
    async close(grace) {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeIdleConnections()
      const timer = setTimeout(() => server.closeAllConnections(), grace)
      await closed
      clearTimeout(timer)
    },
  }
}

/** The first of `count` ports in a row that are free now. */
export async function freePorts(count: number): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt++) {
    // Below the ports that systems give to outgoing connections, which come and go.
    const first = 20_000 + Math.floor(Math.random() * 12_000)
    if ((await takenPorts(first, count)).length === 0) return first
  }
  throw new Error(`No ${count} free ports in a row were found`)
}

/** Those of `count` ports from `first` on that are taken now. */
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
