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

/**
 * Starts a server. Its process gets the flags of this one, and `flags` too.
 *
 * @param options.isSilent Whether what it prints is dropped. Default false.
 */
export async function startChild(
  file: URL,
  argument: string,
  flags: readonly string[] = [],
  { isSilent = false }: { readonly isSilent?: boolean } = {},
): Promise<Child> {
  const child = fork(file, [argument], {
    execArgv: [...inheritedFlags(process.execArgv), ...flags],
    ...(isSilent ? { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] as const } : {}),
  })
  // What it prints is read, as whoever keeps logs does, and dropped.
  child.stdout?.resume()
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

/** The Node.js flags with which a process runs code from its command line. */
const CODE_FLAGS: ReadonlySet<string> = new Set([
  '-e',
  '--eval',
  '-p',
  '-pe',
  '--print',
  '--input-type',
])

/**
 * Gives the flags of this process without those that run code from the command line, and without
 * their values. With them, a child runs that code instead of its file: a bench that `node -e`
 * drives starts itself again and again.
 */
function inheritedFlags(flags: readonly string[]): readonly string[] {
  const isCode = (flag: string | undefined) => flag !== undefined && CODE_FLAGS.has(nameOf(flag))
  return flags.filter((flag, at) => {
    if (isCode(flag)) return false
    const before = flags[at - 1]
    return !isCode(before) || before?.includes('=') || flag.startsWith('-')
  })
}

/** `--name=value` is a flag with its value. */
function nameOf(flag: string): string {
  return flag.split('=', 1)[0] ?? flag
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
