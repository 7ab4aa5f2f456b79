// The check of the setting `process` of a binding.

import type { ChildProcess } from './binding.ts'
import type { Problem } from './placement/problem.ts'
import { isVariableName } from './placement/process.ts'

/** Timers treat a longer time as 1 ms. */
const MAX_TIMER_MS = 2 ** 31 - 1

/** What is wrong with a process; undefined when nothing is, or when there is none. */
export function processProblem(process: ChildProcess | undefined, stdio: boolean): Problem {
  if (process === undefined) return undefined
  if (!stdio) return ['process', 'is for a stdio server: write the url as "stdio:" and a name']
  const { command, args = [], cwd, maxProcesses = 1, idleMs = 0, maxMemoryMb = 1 } = process
  if (!isText(command) || command === '') return ['process.command', 'must name a program']
  if (!Array.isArray(args) || !args.every(isText))
    return ['process.args', 'must be a list of texts']
  if (cwd !== undefined && (!isText(cwd) || cwd === '')) return ['process.cwd', 'must be a folder']
  if (!isCount(maxProcesses)) return ['process.maxProcesses', 'must be a number from 1']
  if (!isCount(maxMemoryMb)) return ['process.maxMemoryMb', 'must be a number of megabytes, from 1']
  if (!(Number.isInteger(idleMs) && idleMs >= 0 && idleMs <= MAX_TIMER_MS))
    return ['process.idleMs', 'must be a number of milliseconds, from 0 to 2147483647']
  return envProblem(process.env)
}

function envProblem(env: ChildProcess['env']): Problem {
  if (env === undefined) return undefined
  if (Array.isArray(env))
    return env.every(isVariableName)
      ? undefined
      : ['process.env', "must list names of variables, such as ['PATH', 'HOME']"]
  const isFine =
    typeof env === 'object' &&
    env !== null &&
    Object.entries(env).every(([name, value]) => isVariableName(name) && isText(value))
  return isFine
    ? undefined
    : ['process.env', "must be names of variables, or an object such as { LANG: 'C' }"]
}

/** No program can be given half a text. */
function isText(value: unknown): value is string {
  return typeof value === 'string' && !value.includes('\0')
}

function isCount(value: unknown): boolean {
  return Number.isInteger(value) && Number(value) > 0
}
