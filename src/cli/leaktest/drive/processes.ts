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
  const found: number[] = []
  const open = [root]
  for (let pid = open.pop(); pid !== undefined; pid = open.pop()) {
    const threads = await readdir(`/proc/${pid}/task`).catch(() => [])
    if (threads.length > 0) found.push(pid)
    for (const thread of threads) {
      const children = await bytesOf(`/proc/${pid}/task/${thread}/children`)
      open.push(...(children.toString('latin1').match(/\d+/g) ?? []).map(Number))
    }
  }
  return found
}

function bytesOf(path: string): Promise<Buffer> {
  return readFile(path).catch(() => Buffer.alloc(0))
}
