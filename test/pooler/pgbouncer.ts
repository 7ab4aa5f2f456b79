// Starts a real PgBouncer in front of a PostgreSQL, on a free loopback port. It holds no test.

import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/** A running PgBouncer. */
export interface PgBouncer {
  readonly port: number
  close(): Promise<void>
}

/** It does not run as root, so it gets the user `nobody`. */
const NOBODY = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : undefined

/** Starts one. Few connections to the server, so that many clients share them. */
export async function startPgBouncer(
  program: string,
  mode: 'session' | 'transaction',
  server: { readonly host: string; readonly port: number; readonly user: string },
): Promise<PgBouncer> {
  const folder = mkdtempSync(join(tmpdir(), 'onbehalf-pgbouncer-'))
  const port = await freePort()
  const file = join(folder, 'pgbouncer.ini')
  writeFileSync(
    file,
    `[databases]
* = host=${server.host} port=${server.port} user=${server.user}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = ${mode}
default_pool_size = ${mode === 'session' ? 40 : 3}
max_client_conn = 400
`,
  )
  if (NOBODY) {
    chmodSync(folder, 0o755)
    chownSync(folder, NOBODY.uid, NOBODY.gid)
  }
  const child = spawn(program, [file], {
    ...NOBODY,
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  await ready(child)
  return {
    port,
    async close(): Promise<void> {
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGKILL')
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function ready(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    const said: string[] = []
    const lines = createInterface({ input: child.stderr ?? process.stdin })
    lines.on('line', (line) => {
      said.push(line)
      if (line.includes('process up')) resolve()
    })
    child.once('exit', () => reject(new Error(`PgBouncer ended:\n${said.join('\n')}`)))
    child.once('error', reject)
  })
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      const port = typeof address === 'object' && address ? address.port : 0
      probe.close(() => resolve(port))
    })
  })
}
