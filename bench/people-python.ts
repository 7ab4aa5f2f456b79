// The official ChatKit server, which is in Python, as one more server that `bench/people.ts`
// measures. It is installed in an environment that is thrown away.

import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { z } from 'zod'
import type { Child } from './child.ts'
import { treeCpuMicros } from './tree-cpu.ts'

const SERVER = fileURLToPath(new URL('./people-server.py', import.meta.url))
const PACKAGES = ['openai-chatkit==1.6.5', 'uvicorn==0.54.0', 'uvloop==0.23.0', 'httptools==0.9.0']

const run = promisify(execFile)
const started = z.object({ port: z.number() })

/** A place where the official server is installed. */
export interface Python {
  /** Starts the server, with a new file. */
  start(): Promise<Child>
  /** Removes everything. */
  remove(): void
}

/**
 * Installs the official server. Undefined where there is no Python, or its packages cannot be had.
 */
export async function installPython(report: (line: string) => void): Promise<Python | undefined> {
  const folder = mkdtempSync(join(tmpdir(), 'onbehalf-python-'))
  const remove = () => rmSync(folder, { recursive: true, force: true })
  const python = join(folder, 'venv', 'bin', 'python')
  try {
    await run('python3', ['-m', 'venv', join(folder, 'venv')])
    await run(python, ['-m', 'pip', 'install', '--quiet', ...PACKAGES])
  } catch (error) {
    remove()
    report(`no Python server here: ${error instanceof Error ? error.message : 'unknown'}`)
    return undefined
  }
  let files = 0
  return {
    start: () => {
      files += 1
      return startServer(python, join(folder, `${files}.db`))
    },
    remove,
  }
}

async function startServer(python: string, file: string): Promise<Child> {
  const child = spawn(python, [SERVER, file], { stdio: ['ignore', 'pipe', 'inherit'] })
  const { port } = started.parse(JSON.parse(await firstLineOf(child)))
  const cpu = async () => treeCpuMicros(child.pid)
  return {
    port,
    cpu,
    memory: async () => ({ cpu: await cpu(), rss: rssOf(child.pid), heap: 0 }),
    async end(): Promise<void> {
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      await gone
    },
  }
}

async function firstLineOf(child: ChildProcess): Promise<string> {
  if (!child.stdout) throw new Error('The Python server has no output')
  for await (const line of createInterface(child.stdout)) return line
  throw new Error('The Python server ended')
}

/** Resident bytes, as Linux counts them. */
function rssOf(pid: number | undefined): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return 1024 * Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1])
}
