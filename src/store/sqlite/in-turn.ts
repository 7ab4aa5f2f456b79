// Runs work on a file that another process may have locked. Work that meets a lock waits with a
// timer and is tried again, so that this process goes on with everything else.

import { isLocked, SqliteLockedError } from './locked.ts'

/** How long to wait between two tries, in milliseconds: short at first, because locks are short. */
const FIRST_DELAY_MS = 1
const LONGEST_DELAY_MS = 50

/** The most calls that wait at once. Further ones are refused, so that they cannot fill memory. */
const MAX_WAITING = 10_000

/** A queue of work on one file. */
export interface InTurn {
  /**
   * Runs a piece of work, which has its whole effect or throws. When no lock is in its way, its
   * result comes without a promise.
   *
   * @throws SqliteLockedError when the file stayed locked for too long, and what the work throws.
   */
  run<T>(work: () => T): T | Promise<T>
  /** Refuses what waits, and everything from now on. */
  close(): void
}

interface Waiting {
  readonly work: () => unknown
  /** On the clock of `performance.now`. */
  readonly untilMs: number
  readonly resolve: (value: unknown) => void
  readonly reject: (error: unknown) => void
}

/**
 * Makes a queue. Its work runs in the order in which it came: a later one never overtakes one that
 * waits for a lock.
 *
 * @param path The file, for the message.
 * @param patienceMs How long each piece of work waits at most.
 */
export function inTurn(path: string, patienceMs: number): InTurn {
  const waiting: Waiting[] = []
  let tries = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  let soon: NodeJS.Immediate | undefined
  let isClosed = false

  function run<T>(work: () => T): T | Promise<T> {
    if (waiting.length === 0) {
      try {
        return work()
      } catch (error) {
        if (!isLocked(error)) throw error
      }
    }
    if (isClosed) throw closedError()
    if (waiting.length >= MAX_WAITING || patienceMs === 0) throw new SqliteLockedError(path, 0)
    return new Promise<T>((resolve, reject) => {
      const untilMs = performance.now() + patienceMs
      // Whoever resolves it gives what `work` gave.
      waiting.push({ work, untilMs, resolve: resolve as (value: unknown) => void, reject })
      if (waiting.length === 1) tryLater(FIRST_DELAY_MS)
    })
  }

  function tryLater(delayMs: number): void {
    timer = setTimeout(tryFirst, delayMs)
  }

  function tryFirst(): void {
    const [first] = waiting
    if (!first) return
    if (!tryOne(first)) {
      tries += 1
      refuseLate()
      if (waiting.length > 0) tryLater(Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** tries))
      return
    }
    tries = 0
    waiting.shift()
    // One at a time: a long queue must not stop the process, either.
    if (waiting.length > 0) soon = setImmediate(tryFirst)
  }

  /** Whether the work is settled. False: the file is still locked. */
  function tryOne({ work, resolve, reject }: Waiting): boolean {
    try {
      resolve(work())
    } catch (error) {
      if (isLocked(error)) return false
      reject(error)
    }
    return true
  }

  /** Refuses what has waited for as long as it may. What waits longest comes first. */
  function refuseLate(): void {
    const nowMs = performance.now()
    for (let [first] = waiting; first && first.untilMs <= nowMs; [first] = waiting) {
      waiting.shift()
      first.reject(new SqliteLockedError(path, patienceMs))
    }
  }

  return {
    run,
    close(): void {
      isClosed = true
      clearTimeout(timer)
      clearImmediate(soon)
      for (const { reject } of waiting.splice(0)) reject(closedError())
    },
  }
}

function closedError(): Error {
  return new Error('The database is closed')
}
