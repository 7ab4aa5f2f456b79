// Tries work on a SQLite file again while another process has the file locked. SQLite would wait by
// itself, but then this whole process stands still, for everybody.

import { setTimeout } from 'node:timers/promises'

const PATIENCE_MS = 5000
const DELAY_MS = 10
/** The low byte of SQLite's code for a lock of somebody else. */
const SQLITE_BUSY = 5

/** Gives what the work gives, or throws what it throws. Another process is given five seconds. */
export async function patiently<T>(work: () => T | Promise<T>): Promise<T> {
  const untilMs = performance.now() + PATIENCE_MS
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (!isLocked(error) || performance.now() >= untilMs) throw error
      await setTimeout(DELAY_MS)
    }
  }
}

function isLocked(error: unknown): boolean {
  return (
    error instanceof Error &&
    'errcode' in error &&
    typeof error.errcode === 'number' &&
    (error.errcode & 0xff) === SQLITE_BUSY
  )
}
