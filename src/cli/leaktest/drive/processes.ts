// Looks at the command lines and environments of the processes that a target starts for itself, where the
// system shows them (/proc).

import { readdir, readFile } from 'node:fs/promises'
import type { Tape } from '../house/tape.ts'

/** Watches the processes below one. */
export interface ProcessWatch {
  /** Records what is new since the last look. */
  look(): Promise<void>
  /** Whether the system shows processes at all. */
  readonly possible: boolean
}

/** What a process shows of itself. */
interface Shown {
  readonly pid: number
  readonly parent: number
}

/**
 * Begins to watch. What runs already was handed its secrets by whoever started the target; what is
 * started from now on, the target handed them.
 */
export async function watchProcesses(root: number, tape: Tape): Promise<ProcessWatch> {
  const known = new Set<number>(await below(root))
  return {
    possible: known.size > 0,
    async look() {
      for (const pid of await below(root)) {
        if (known.has(pid)) continue
        known.add(pid)
        const command = await bytesOf(`/proc/${pid}/cmdline`)
        const environment = await bytesOf(`/proc/${pid}/environ`)
        const name = command.toString('utf8').split('\0')[0]?.split('/').at(-1) ?? ''
        const place = `process ${name}`
        tape.note({ sink: 'environment', place, body: Buffer.concat([command, environment]) })
      }
    },
  }
}

/** The process and all that it has started, or nothing where it cannot be seen. */
async function below(root: number): Promise<readonly number[]> {
  const names = await readdir('/proc').catch(() => [])
  const shown = (await Promise.all(names.filter((name) => /^\d+$/.test(name)).map(show))).flat()
  const found = new Set([root])
  // Parents may have higher numbers than their children.
  for (let size = 0; size !== found.size; ) {
    size = found.size
    for (const { pid, parent } of shown) if (found.has(parent)) found.add(pid)
  }
  return shown.some(({ pid }) => pid === root) ? [...found] : []
}

async function show(name: string): Promise<readonly Shown[]> {
  const stat = (await bytesOf(`/proc/${name}/stat`)).toString('latin1')
  const parent = /\) \S (\d+) /.exec(stat)?.[1]
  return parent === undefined ? [] : [{ pid: Number(name), parent: Number(parent) }]
}

function bytesOf(path: string): Promise<Buffer> {
  return readFile(path).catch(() => Buffer.alloc(0))
}
