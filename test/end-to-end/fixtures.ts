// What the tests of a whole TaskFlow need first: a folder, a log in memory, and free ports.

import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLog } from 'onbehalf/log'

/** A line of the log. */
export type LogLine = Readonly<Record<string, unknown>>

/** An empty folder, for the test to remove. */
export async function temporaryFolder(): Promise<string> {
  return await mkdtemp(join(tmpdir(), 'taskflow-end-to-end-'))
}

/** Collects what is logged, parsed. */
export function memoryLog() {
  const lines: LogLine[] = []
  return {
    lines,
    log: createLog({
      level: 'debug',
      destination: { write: (line) => void lines.push(JSON.parse(line)) },
    }),
  }
}

/**
 * Tries a start again when another program has taken its port. Other test files look for free ports
 * at the same time.
 */
export async function retried<T>(begin: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await begin()
    } catch (error) {
      if (attempt === 5 || !(error instanceof Error && error.message.includes('is in use')))
        throw error
    }
  }
}
