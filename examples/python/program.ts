// One program of the example: started with an environment of its own, waited for, and ended.

import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'

/** How a program is started. */
export interface Start {
  readonly name: string
  readonly command: readonly string[]
  /** All of its environment, but where programs and the person's folder are. */
  readonly env: Readonly<Record<string, string>>
  readonly cwd: string
  /** The file that gets its output. */
  readonly log: string
  /** It has started when anything answers here. */
  readonly url: string
}

/** A program that runs. */
export interface Program {
  readonly pid: number
  readonly log: string
  /** Ends it, and waits until it has ended. */
  end(): Promise<void>
}

const START_MS = 60_000
const END_MS = 6000

/**
 * Starts a program, and waits until it answers.
 *
 * @throws Error that names its log, when it does not. It is ended then.
 */
export async function startProgram({
  name,
  command: [command = '', ...args],
  env,
  cwd,
  log,
  url,
}: Start): Promise<Program> {
  const { PATH = '', HOME = '' } = process.env
  const output = openSync(log, 'a', 0o600)
  const child: ChildProcess = spawn(command, args, {
    cwd,
    env: { PATH, HOME, PYTHONDONTWRITEBYTECODE: '1', PYTHONUNBUFFERED: '1', ...env },
    stdio: ['ignore', output, output],
  })
  closeSync(output)
  let gone = false
  const going = new Promise<void>((resolve) => {
    const end = () => {
      gone = true
      resolve()
    }
    child.once('error', end)
    child.once('exit', end)
  })
  const end = async () => {
    child.kill('SIGTERM')
    const timer = setTimeout(() => child.kill('SIGKILL'), END_MS)
    await going
    clearTimeout(timer)
  }
  const deadline = performance.now() + START_MS
  while (!(await answers(url))) {
    if (gone || performance.now() > deadline) {
      await end()
      throw new Error(`The ${name} server does not start: ${log} says why.`)
    }
    await Promise.race([going, new Promise((next) => setTimeout(next, 100))])
  }
  return { pid: child.pid ?? 0, log, end }
}

function answers(url: string): Promise<boolean> {
  return fetch(url).then(
    async (response) => {
      await response.body?.cancel()
      return true
    },
    () => false,
  )
}
