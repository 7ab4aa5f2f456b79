// Runs TaskFlow as a user does: a process of its own, with its output and its end.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import type { TaskflowUrls } from '../../examples/taskflow/urls.ts'

/** The repository's folder. */
const ROOT = fileURLToPath(new URL('../..', import.meta.url))

const RUNNER = fileURLToPath(new URL('../../scripts/run.mjs', import.meta.url))

/** A program that runs. */
export interface Program {
  readonly child: ChildProcess
  /** All of its standard output so far. */
  readonly out: () => string
  readonly err: () => string
  /** The first line of its standard output; rejects when it ends without one. */
  readonly firstLine: Promise<string>
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>
}

export interface ProgramOptions {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string | undefined>>
}

/** Variables that choose the model. A test must not depend on the environment that it runs in. */
const NEUTRAL = {
  OPENAI_API_KEY: '',
  OPENAI_BASE_URL: '',
  OPENAI_MODEL: '',
  LOG_LEVEL: 'info',
  INIT_CWD: undefined,
}

/** Starts a program. */
export function start(
  command: string,
  args: readonly string[],
  options: ProgramOptions = {},
): Program {
  const { cwd = ROOT, env = {} } = options
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...NEUTRAL, ...env },
    // It leads a process group, as in a terminal: a signal to the group reaches what it starts.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let out = ''
  let err = ''
  child.stdout.setEncoding('utf8').on('data', (text) => (out += text))
  child.stderr.setEncoding('utf8').on('data', (text) => (err += text))
  const ended = once(child, 'close').then(([code, signal]) => ({ code, signal }))
  const firstLine = new Promise<string>((resolve, reject) => {
    child.stdout.on('data', () => out.includes('\n') && resolve(out.slice(0, out.indexOf('\n'))))
    ended.then(() => reject(new Error(`The program ended without a line: ${err}`)), reject)
  })
  firstLine.catch(() => {})
  return { child, out: () => out, err: () => err, firstLine, ended }
}

/** Starts a script as `npm run <name> -- <args>` does, without npm. */
export function runScript(
  name: 'start' | 'token',
  args: readonly string[],
  options?: ProgramOptions,
): Program {
  return start(process.execPath, [RUNNER, name, ...args], options)
}

const urls = z.strictObject({
  web: z.url(),
  chatkit: z.url(),
  mcp: z.url(),
  gateway: z.url(),
  api: z.url(),
  issuer: z.url(),
})

/** Resolves with the URLs that `--json` prints when everything is ready. */
export async function ready(program: Program): Promise<TaskflowUrls> {
  return urls.parse(JSON.parse(await program.firstLine))
}

/** Ends the program and everything that it started. */
export async function kill({ child, ended }: Program): Promise<void> {
  // A program without a process id never started. The id 0 would be the test's own group.
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch {
    // The whole group has ended already.
  }
  await ended
}
