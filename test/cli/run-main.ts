// Runs a command of `onbehalf` in this process, and gives what it printed. It holds no test.

import { main } from '../../src/cli/main.ts'

/** How a command ended. */
export interface Told {
  readonly code: number
  /** What another program may read. */
  readonly out: string
  /** What is for people. */
  readonly note: string
}

/** Runs a command, until the signal tells it to end. Default: nothing does. */
export async function runMain(
  args: readonly string[],
  signal: AbortSignal = new AbortController().signal,
): Promise<Told> {
  let [out, note] = ['', '']
  const code = await main(args, {
    out: (line) => {
      out += `${line}\n`
    },
    note: (line) => {
      note += `${line}\n`
    },
    signal,
  })
  return { code, out, note }
}
