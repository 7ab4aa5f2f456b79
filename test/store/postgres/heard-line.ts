// A TCP line to PostgreSQL that hears what the client says, in the frontend messages of the protocol
// (PostgreSQL documentation, chapter "Frontend/Backend Protocol"). It changes nothing. It holds no
// test.

import { connect, createServer, type Socket } from 'node:net'

/** One message of a client. Of a message with a text, `text` is that text. */
export interface FrontendMessage {
  /** Which connection sent it, counted from 0. */
  readonly connection: number
  /** The type's letter; `startup` for the first message of a connection. */
  readonly type: string
  /** Of `startup`: its parameters. Of Parse (`P`): the statement's name and text. Of Query: its text. */
  readonly texts: readonly string[]
}

/** The line. */
export interface HeardLine {
  readonly port: number
  readonly heard: FrontendMessage[]
  close(): Promise<void>
}

/** Opens a line to a port of this machine. */
export async function heardLine(target: number): Promise<HeardLine> {
  const heard: FrontendMessage[] = []
  const sockets = new Set<Socket>()
  let connections = 0
  const server = createServer((here) => {
    const connection = connections++
    const there = connect(target, '127.0.0.1')
    for (const socket of [here, there]) {
      sockets.add(socket)
      socket.on('error', () => socket.destroy())
      socket.on('close', () => sockets.delete(socket))
    }
    const read = messageReader((type, body) =>
      heard.push({ connection, type, texts: textsOf(type, body) }),
    )
    here.on('data', read)
    here.pipe(there)
    there.pipe(here)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (!address || typeof address === 'string') throw new Error('The line has no port')
  return {
    port: address.port,
    heard,
    close(): Promise<void> {
      for (const socket of sockets) socket.destroy()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

/** Cuts what a client sends into messages. The first one has no type, only a length. */
function messageReader(tell: (type: string, body: Buffer) => void): (chunk: Buffer) => void {
  let waiting = Buffer.alloc(0)
  let hasStarted = false
  return (chunk) => {
    waiting = Buffer.concat([waiting, chunk])
    for (;;) {
      const at = hasStarted ? 1 : 0
      if (waiting.length < at + 4) return
      const end = at + waiting.readInt32BE(at)
      if (waiting.length < end) return
      const type = hasStarted ? String.fromCharCode(waiting[0] ?? 0) : 'startup'
      tell(type, waiting.subarray(at + 4, end))
      hasStarted = true
      waiting = waiting.subarray(end)
    }
  }
}

function textsOf(type: string, body: Buffer): readonly string[] {
  if (type === 'startup') return body.subarray(4).toString().split('\0').filter(Boolean)
  if (type === 'Q') return [body.toString().replace(/\0$/, '')]
  if (type === 'P') return body.toString().split('\0').slice(0, 2)
  return []
}
