// Starts the program of a target, records what it prints, and ends it with everything that it started.

import { type ChildProcess, spawn } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import { CommandError } from '../../command.ts'
import { visit } from './visit.ts'

/** A program to start, its placeholders filled. */
export interface ProgramOptions {
  readonly command: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly cwd: string
  readonly ready: { readonly url: string } | { readonly line: string }
  readonly seconds: number
  readonly signal: AbortSignal
  /** Gets what it prints. */
  readonly onOutput: (stream: 'stdout' | 'stderr', bytes: Buffer) => void
}

/** A running program. */
export interface Program {
  readonly pid: number
  /** Whether it has ended by itself. */
  ended(): boolean
  /** Makes it crash as a fault would, after asking for a report. */
  crash(): Promise<void>
  /** Ends it and its children. */
  end(): Promise<void>
}

/** Milliseconds between two looks. */
const PAUSE_MS = 50
/** Milliseconds that a program has to end by itself. */
const END_MS = 5000
/** Lines of output that are shown when a program does not become ready. */
const SHOWN_LINES = 8

/** What of our own environment a program gets: enough to find other programs. */
export function smallEnvironment(): Record<string, string> {
  const names = ['PATH', 'HOME', 'LANG', 'TMPDIR', 'SystemRoot', 'TEMP']
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = process.env[name]
      return value === undefined ? [] : [[name, value]]
    }),
  )
}

/**
 * Starts a program and waits until it is ready.
 *
 * @throws CommandError when it ends before, or is not ready in time. The last lines that it printed
 *   are in the message: all secrets of a run are made up.
 */
export async function startProgram(options: ProgramOptions): Promise<Program> {
  const [name = '', ...args] = options.command
  const child = spawn(name, args, {
    cwd: options.cwd,
    env: { ...smallEnvironment(), ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, so that what it starts ends with it.
    detached: process.platform !== 'win32',
  })
  const printed = recordOutput(child, options.onOutput)
  const program = programOf(child, guardGroup(child))
  try {
    await untilReady(child, options, printed)
  } catch (error) {
    await program.end()
    throw error
  }
  return program
}

function recordOutput(child: ChildProcess, onOutput: ProgramOptions['onOutput']): () => string {
  let printed = ''
  for (const stream of ['stdout', 'stderr'] as const)
    child[stream]?.on('data', (bytes: Buffer) => {
      printed += bytes.toString('utf8')
      onOutput(stream, bytes)
    })
  return () => printed
}

async function untilReady(
  child: ChildProcess,
  { command, ready, seconds, signal }: ProgramOptions,
  printed: () => string,
): Promise<void> {
  let problem: string | undefined
  child.on('error', (error) => {
    problem = `could not be started (${'code' in error ? error.code : error.name})`
  })
  child.on('exit', (code, by) => {
    problem ??= `ended before it was ready (${code ?? by})`
  })
  const rounds = Math.ceil((seconds * 1000) / PAUSE_MS)
  for (let round = 0; round < rounds; round++) {
    signal.throwIfAborted()
    if (problem !== undefined) break
    if ('line' in ready ? printed().includes(ready.line) : await answers(ready.url)) return
    await delay(PAUSE_MS)
  }
  const said = printed().trimEnd().split('\n').slice(-SHOWN_LINES).join('\n')
  throw new CommandError(
    `the target ${problem ?? `was not ready within ${seconds} s (${JSON.stringify(ready)})`}: ${command.join(' ')}${said === '' ? '' : `\n${said}`}`,
  )
}

async function answers(url: string): Promise<boolean> {
  try {
    await visit(url)
    return true
  } catch {
    return false
  }
}

/** Waits until its input ends, as it does when we end in any way; then ends a group of processes. */
const GUARD = 'read -r _; kill -TERM "-$1"; sleep 1; kill -KILL "-$1"'

/**
 * Ends the program's group when this process is killed, and cannot do it any more.
 *
 * @returns Ends the guard. From then on, the number of the group may be that of another.
 */
function guardGroup({ pid }: ChildProcess): () => void {
  if (pid === undefined || process.platform === 'win32') return () => {}
  const guard = spawn('sh', ['-c', GUARD, 'sh', String(pid)], {
    env: smallEnvironment(),
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  })
  // Without a shell there is no guard, as on Windows.
  guard.on('error', () => {})
  guard.stdin.on('error', () => {})
  guard.unref()
  return () => guard.kill('SIGKILL')
}

function programOf(child: ChildProcess, endGuard: () => void): Program {
  const ended = () =>
    child.exitCode !== null || child.signalCode !== null || child.pid === undefined
  const exit = new Promise<void>((resolve) => {
    if (ended()) resolve()
    child.once('exit', () => resolve())
    child.once('error', () => resolve())
  })
  const kill = (signal: NodeJS.Signals) => {
    const { pid } = child
    if (pid === undefined) return
    try {
      process.kill(process.platform === 'win32' ? pid : -pid, signal)
    } catch {
      // Everything has ended already.
    }
  }
  // A wait that is not needed any more does not hold the process.
  const within = (milliseconds: number) =>
    Promise.race([exit, delay(milliseconds, undefined, { ref: false })])
  return {
    pid: child.pid ?? 0,
    ended,
    async crash() {
      kill('SIGUSR2')
      await within(END_MS / 5)
      kill('SIGABRT')
      await within(END_MS)
      kill('SIGKILL')
    },
    async end() {
      kill('SIGTERM')
      await within(END_MS)
      kill('SIGKILL')
      await within(END_MS)
      endGuard()
    },
  }
}
