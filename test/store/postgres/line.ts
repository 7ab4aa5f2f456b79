// A TCP line to a server that a test can freeze. While it is frozen, nothing that is sent arrives,
// and neither side is told. So a test can see what a lost network does.

import { connect, createServer, type Socket } from 'node:net'

/** The line. */
export interface Line {
  readonly port: number
  /** From now on nothing passes, in either direction; what connects is taken and hears nothing. */
  freeze(): void
  /** What connects from now on is served again. What was frozen stays so. */
  thaw(): void
  close(): Promise<void>
}

/** Opens a line to a port of this machine. */
export async function openLine(target: number): Promise<Line> {
  let isFrozen = false
  const sockets = new Set<Socket>()
  const keep = (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => socket.destroy())
    socket.on('close', () => sockets.delete(socket))
  }
  const server = createServer((here) => {
    keep(here)
    if (isFrozen) return
    const there = connect(target, '127.0.0.1')
    keep(there)
    here.pipe(there)
    there.pipe(here)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (!address || typeof address === 'string') throw new Error('The line has no port')
  return {
    port: address.port,
    freeze(): void {
      isFrozen = true
      for (const socket of sockets) socket.unpipe().pause()
    },
    thaw(): void {
      isFrozen = false
    },
    close(): Promise<void> {
      for (const socket of sockets) socket.destroy()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}
