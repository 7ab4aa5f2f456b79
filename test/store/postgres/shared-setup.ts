// Vitest's global setup: one PostgreSQL for all test files of a run. It starts when the first test
// file asks for it (`shared.ts`), so that a run without PostgreSQL does not wait for one.

import { createServer, type Server } from 'node:net'
import type { TestProject } from 'vitest/node'
import { type PostgresServer, startPostgres } from './server.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** A loopback port. Whoever connects is told, in JSON, where the PostgreSQL is. */
    readonly postgresPort: number
  }
}

let started: Promise<PostgresServer> | undefined
let door: Server | undefined

export async function setup(project: TestProject): Promise<void> {
  const server = createServer((socket) => {
    socket.on('error', () => {})
    // Many test files, on a machine with many cores, share its connections.
    started ??= startPostgres({ maxConnections: 400 })
    started.then(
      ({ host, port, user }) => socket.end(JSON.stringify({ host, port, user })),
      (error) => socket.end(JSON.stringify({ error: String(error) })),
    )
  })
  door = server
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (!address || typeof address === 'string') throw new Error('The door has no port')
  project.provide('postgresPort', address.port)
}

export async function teardown(): Promise<void> {
  door?.close()
  const server = await started?.catch(() => undefined)
  await server?.close()
}
