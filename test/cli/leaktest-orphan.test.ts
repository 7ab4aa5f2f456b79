// What `onbehalf leaktest` starts does not outlive it, also when it is killed.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, it } from 'vitest'

const PROGRAM = fileURLToPath(new URL('../../src/cli/leaktest/drive/program.ts', import.meta.url))

/** A target that does not end when it is asked to, nor do its children. Each holds a connection. */
const STUBBORN = `
process.on('SIGTERM', () => {})
require('node:net').connect(process.env.PORT, '127.0.0.1')
if (!process.env.CHILD) {
  require('node:child_process')
    .spawn(process.execPath, ['-e', process.env.CODE], { env: { ...process.env, CHILD: '1' } })
  console.log('ready')
}`

const started: ChildProcess[] = []
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL')
})

it.skipIf(process.platform === 'win32')(
  'a target and its children end when the test of it is killed',
  { timeout: 60_000 },
  async () => {
    const server = createServer()
    const held: Socket[] = []
    const bothCame = new Promise<void>((resolve) =>
      server.on('connection', (socket) => {
        if (held.push(socket) === 2) resolve()
      }),
    )
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    const port = typeof address === 'object' && address ? String(address.port) : ''
    const options = {
      command: [process.execPath, '-e', STUBBORN],
      env: { PORT: port, CODE: STUBBORN },
      cwd: '/',
      ready: { line: 'ready' },
      seconds: 30,
    }
    const code = `
      const { startProgram } = await import(${JSON.stringify(PROGRAM)})
      const signal = new AbortController().signal
      await startProgram({ ...${JSON.stringify(options)}, signal, onOutput() {} })
      setInterval(() => {}, 60_000)`
    const tester = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: 'ignore' })
    started.push(tester)
    await bothCame
    const gone = held.map((socket) => {
      socket.on('error', () => {})
      socket.resume()
      return once(socket, 'close')
    })
    tester.kill('SIGKILL')
    expect(await Promise.all(gone)).toHaveLength(2)
    server.close()
  },
)
