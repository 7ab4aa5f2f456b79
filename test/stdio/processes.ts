// Whether processes run, for the tests of their ends. No test lives here.

import { readFileSync } from 'node:fs'
import { expect } from 'vitest'

/** Waits until a process is gone. */
export async function isGone(pid: unknown): Promise<void> {
  await expect.poll(() => runs(Number(pid)), { timeout: 10_000 }).toBe(false)
}

/** Whether a process runs. One that has ended and was not collected does not. */
export function runs(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch {
    return false
  }
  return !isZombie(pid)
}

function isZombie(pid: number): boolean {
  try {
    return /^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'latin1'))
  } catch {
    return false
  }
}
