// Starts one program and ends it, with all that it started. It opens the credentials that go into
// its environment and its arguments, and knows nothing of what is said with it.

import { type ChildProcess as Child, spawn } from 'node:child_process'
import { Socket } from 'node:net'
import type { Writable } from 'node:stream'
import type { ChildProcess } from '../core/binding.ts'
import type { ProcessStart } from '../core/carry/child-processes.ts'
import { findProgram } from './find-program.ts'
import { type Guardian, killGroup } from './guardian.ts'

/** Who hears of a process. */
export interface ProcessListeners {
  output(chunk: Buffer): void
  error(chunk: Buffer): void
  /** It has ended, and everything that it wrote was read. Called once. */
  ended(how: string): void
}

/** A program that runs. */
export interface StartedProcess {
  /** Its process group, which has the number of its first process. */
  readonly group: number
  /** Writes to its standard input, as fast as it reads. */
  write(text: string): Promise<void>
  /**
   * Ends it and what it started: its input is closed, then it is asked by a signal, then killed.
   *
   * @param atOnce Whether the signal comes at once. Default: it has a moment to end by itself.
   */
  end(atOnce?: boolean): void
  /** Whether it keeps this process alive: it does while somebody uses it. */
  keepsAlive(does: boolean): void
}

/** What a process may leave unread. With more, it is ended. */
const MAX_UNREAD_BYTES = 32 * 1024 * 1024
/** How long a server may take to end by itself, and then to end when it is asked. */
const GRACE_MS = 2_000

/**
 * Starts a program, without a shell, in a process group of its own.
 *
 * @returns Undefined when it could not be started. The platform's error quotes arguments, so it is
 *   dropped.
 */
export async function startProcess(
  settings: ChildProcess,
  start: ProcessStart,
  guardian: Guardian,
  listeners: ProcessListeners,
): Promise<StartedProcess | undefined> {
  const child = spawnProgram(settings, start)
  const group = await startOf(child)
  if (group === undefined || !child?.stdin) return undefined
  guardian.add(group)
  const { stdin } = child
  // What is written to a process that has ended is told by its end.
  stdin.on('error', () => {})
  child.stdout?.on('data', (chunk: Buffer) => listeners.output(chunk))
  child.stderr?.on('data', (chunk: Buffer) => listeners.error(chunk))
  let timer: ReturnType<typeof setTimeout> | undefined
  child.once('exit', () => {
    clearTimeout(timer)
    // What it started must not outlive it, nor hold its output open.
    killGroup(group, 'SIGKILL')
    guardian.remove(group)
    timer = later(() => child.stdout?.destroy())
  })
  child.once('close', (code, signal) => {
    clearTimeout(timer)
    listeners.ended(signal === null ? `code ${code}` : `signal ${signal}`)
  })

  function kill(signals: readonly NodeJS.Signals[]): void {
    const [signal, ...others] = signals
    if (signal === undefined || child?.exitCode !== null || child.signalCode !== null) return
    killGroup(group ?? 0, signal)
    timer = later(() => kill(others))
  }

  return {
    group,
    write(text) {
      // It may ask without end and never read our answers, which wait in our memory.
      if (stdin.writableLength > MAX_UNREAD_BYTES) {
        stdin.destroy()
        kill(['SIGKILL'])
      }
      return written(stdin, text)
    },
    end(atOnce = false) {
      clearTimeout(timer)
      stdin.end()
      if (atOnce) kill(['SIGTERM', 'SIGKILL'])
      else timer = later(() => kill(['SIGTERM', 'SIGKILL']))
    },
    keepsAlive(does) {
      const change = does ? 'ref' : 'unref'
      child?.[change]()
      for (const pipe of child?.stdio ?? []) if (pipe instanceof Socket) pipe[change]()
    },
  }
}

function later(work: () => void): ReturnType<typeof setTimeout> {
  // When this process ends before, the guardian does the work.
  return setTimeout(work, GRACE_MS).unref()
}

function spawnProgram(settings: ChildProcess, start: ProcessStart): Child | undefined {
  const { command, args = [], cwd } = settings
  try {
    return spawn(findProgram(command), [...args, ...start.args.map((arg) => arg.reveal())], {
      env: { ...namedVariables(settings), ...revealed(start.env) },
      ...(cwd === undefined ? {} : { cwd }),
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: process.platform !== 'win32',
      windowsHide: true,
    })
  } catch {
    return undefined
  }
}

/** The environment that the operator named, and nothing else of this process's. */
function namedVariables({ env = [] }: ChildProcess): Readonly<Record<string, string>> {
  if (!isNames(env)) return env
  const named = env.map((name) => [name, process.env[name]] as const)
  return Object.fromEntries(named.flatMap(([name, value]) => (value ? [[name, value]] : [])))
}

function isNames(env: NonNullable<ChildProcess['env']>): env is readonly string[] {
  return Array.isArray(env)
}

function revealed(env: ProcessStart['env']): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(env).map(([name, value]) => [name, value.reveal()]))
}

/** The number of the process, once it runs; undefined when it does not. */
function startOf(child: Child | undefined): Promise<number | undefined> {
  return new Promise((resolve) => {
    if (!child) return resolve(undefined)
    child.once('spawn', () => resolve(child.pid))
    child.once('error', () => resolve(undefined))
  })
}

function written(stdin: Writable, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    stdin.write(text, (error) => (error ? reject(new Error('The process has ended')) : resolve()))
  })
}

/** Whether two starts give a process the same values. */
export function isSameStart(one: ProcessStart, other: ProcessStart): boolean {
  const valuesOf = ({ env, args }: ProcessStart) =>
    JSON.stringify([Object.entries(revealed(env)).sort(), args.map((arg) => arg.reveal())])
  return valuesOf(one) === valuesOf(other)
}
