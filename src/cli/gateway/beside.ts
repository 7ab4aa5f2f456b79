// Runs a command while the gateway is up. It gets the gateway's address, and none of its secrets.

import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { CommandError, type Terminal } from '../command.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** An environment that knows which of its variables were read. */
export interface WatchedEnvironment {
  readonly env: Environment
  /** The same without the variables that were read. */
  withoutRead(): Record<string, string | undefined>
}

/** The variable in which the command finds the gateway's address. */
export const ADDRESS_VARIABLE = 'ONBEHALF_GATEWAY_URL'
/** Milliseconds between SIGTERM and SIGKILL for a command that does not end. */
const KILL_AFTER_MS = 3_000

/** Watches an environment. What the gateway's file refers to is a secret of the gateway alone. */
export function watchEnvironment(env: Environment): WatchedEnvironment {
  const read = new Set<string>()
  return {
    env: new Proxy(env, {
      get(target, name) {
        if (typeof name !== 'string') return undefined
        read.add(name)
        return target[name]
      },
    }),
    withoutRead: () => Object.fromEntries(Object.entries(env).filter(([name]) => !read.has(name))),
  }
}

/**
 * Runs a command, with this process's input and outputs, until it ends. When the person wants to stop,
 * the command gets SIGTERM, and SIGKILL 3 seconds later.
 *
 * @returns Its exit code; for one that a signal ended, 128 and the signal's number, as shells do.
 * @throws CommandError when it cannot be started.
 */
export function runCommand(
  [program = '', ...args]: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  { signal }: Pick<Terminal, 'signal'>,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: 'inherit', env: { ...env } })
    let timer: NodeJS.Timeout | undefined
    const stop = () => {
      child.kill('SIGTERM')
      timer = setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS)
    }
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, { once: true })
    const over = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', stop)
    }
    child.once('error', (error) => {
      over()
      const code = 'code' in error ? ` (${String(error.code)})` : ''
      reject(new CommandError(`it cannot start the command after --${code}`))
    })
    child.once('exit', (code, endedBy) => {
      over()
      resolve(code ?? 128 + (endedBy ? constants.signals[endedBy] : 0))
    })
  })
}
