// Runs the programs of other people: installers to their end, servers until they are stopped. All
// that is started is ended with this process.

import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { NotAvailable } from './tally.ts'

/** How a program is started. */
export interface Start {
  readonly command: string
  readonly args: readonly string[]
  readonly cwd: string
  readonly env?: Readonly<Record<string, string>>
  /** The file that gets its output. */
  readonly log: string
}

const running = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of running) end(child, 'SIGKILL')
})

/** Runs an installer to its end. It gets ten minutes. */
export async function install(what: string, start: Start): Promise<void> {
  const child = begin(start)
  const timer = setTimeout(() => end(child, 'SIGKILL'), 600_000)
  const code = await ended(child)
  clearTimeout(timer)
  if (code !== 0)
    throw new NotAvailable(
      `${what} (${start.command} ended with ${code}: ${lastLineOf(start.log)})`,
    )
}

/** Runs a program to its end, and gives what it said. It gets two minutes. */
export async function outputOf({
  command,
  args,
  env,
}: Pick<Start, 'command' | 'args' | 'env'>): Promise<{ code: number; output: string }> {
  const child = spawn(command, args, { env: { ...process.env, ...env }, timeout: 120_000 })
  running.add(child)
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      output += chunk
    })
  return { code: await ended(child), output }
}

/** A server that runs. */
export interface Server {
  /** Ends it, and waits until it has ended. */
  stop(): Promise<void>
}

/** Starts a server, and waits until `isReady`. It gets ten minutes: the machine may be busy. */
export async function serve(start: Start, isReady: () => Promise<boolean>): Promise<Server> {
  const child = begin(start)
  const gone = ended(child)
  let code: number | undefined
  void gone.then((value) => (code = value))
  const deadline = performance.now() + 600_000
  while (!(await isReady().catch(() => false))) {
    if (code !== undefined || performance.now() > deadline) {
      end(child, 'SIGKILL')
      throw new Error(`${start.command} does not serve: ${lastLineOf(start.log)}`)
    }
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  return {
    async stop() {
      end(child, 'SIGTERM')
      const timer = setTimeout(() => end(child, 'SIGKILL'), 20_000)
      await gone
      clearTimeout(timer)
    },
  }
}

/** A port of this machine that is free now. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** Starts a program in a group of its own, behind everything else on the machine. */
function begin({ command, args, cwd, env = {}, log }: Start): ChildProcess {
  const output = openSync(log, 'w')
  const nice = process.platform === 'win32' ? [] : ['nice', '-n', '19']
  const [program = command, ...rest] = [...nice, command, ...args]
  const child = spawn(program, rest, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', output, output],
    detached: true,
  })
  closeSync(output)
  running.add(child)
  return child
}

function ended(child: ChildProcess): Promise<number> {
  return new Promise((resolve) => {
    const end = (code: number) => {
      running.delete(child)
      resolve(code)
    }
    child.on('error', () => end(127))
    child.on('exit', (code) => end(code ?? 143))
  })
}

/** Signals the whole group: a shell script does not pass signals on. */
function end({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, signal)
  } catch {
    // It has ended already.
  }
}

function lastLineOf(log: string): string {
  return readFileSync(log, 'utf8').trim().split('\n').slice(-3).join(' | ').slice(-500)
}
