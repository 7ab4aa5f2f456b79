// Runs a server in its own process and controls it by messages, so that its CPU time and memory do
// not mix with those of the client.

import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { z } from 'zod'

const started = z.object({ port: z.number() })
const figures = z.object({ cpu: z.number(), rss: z.number(), heap: z.number() })

/** What a process uses: CPU microseconds since its start (user and system), and bytes of memory. */
export type Figures = z.output<typeof figures>

/** A server in its own process. */
export interface Child {
  readonly port: number
  /** Gives the CPU microseconds since the start. */
  cpu(): Promise<number>
  /** Collects garbage and gives the figures then. */
  memory(): Promise<Figures>
  end(): Promise<void>
}

/** Starts a server. Its process gets the flags of this one, and `flags` too. */
export async function startChild(
  file: URL,
  argument: string,
  flags: readonly string[] = [],
): Promise<Child> {
  const child = fork(file, [argument], { execArgv: [...process.execArgv, ...flags] })
  const { port } = started.parse(await answerOf(child))
  const ask = async (which: 'cpu' | 'memory'): Promise<Figures> => {
    const answer = answerOf(child)
    child.send(which)
    return figures.parse(await answer)
  }
  return {
    port,
    cpu: async () => (await ask('cpu')).cpu,
    memory: () => ask('memory'),
    async end(): Promise<void> {
      const gone = once(child, 'exit')
      child.disconnect()
      await gone
    },
  }
}

async function answerOf(child: ChildProcess): Promise<unknown> {
  const ending = new AbortController()
  try {
    const ended = once(child, 'exit', { signal: ending.signal }).then(() =>
      Promise.reject(new Error('The measured process ended')),
    )
    const [message]: unknown[] = await Promise.race([
      once(child, 'message', { signal: ending.signal }),
      ended,
    ])
    return message
  } finally {
    ending.abort()
  }
}
