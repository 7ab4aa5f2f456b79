// Waits that end: with the result, at the deadline, or when the caller gives up, whichever comes
// first.

import { granted, type Result, refused } from '../errors.ts'
import { type Eventual, isToCome } from '../eventual.ts'

/**
 * Runs work under a deadline and the caller's signal. It ends in time even when the work ignores
 * its own signal.
 *
 * @returns What the work gave; `issuer_unavailable` when it threw or took too long; `cancelled`
 *   when the caller's signal fired. What the work threw is dropped: foreign errors quote what they
 *   were sent.
 */
export async function withDeadline<T>(
  deadlineMs: number,
  signal: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<Result<T>> {
  if (signal?.aborted) return refused('cancelled')
  const controller = new AbortController()
  let end = (_: Result<T>): void => {}
  const ended = new Promise<Result<T>>((resolve) => {
    end = resolve
  })
  const stop = (result: Result<T>): void => {
    end(result)
    controller.abort()
  }
  const timer = setTimeout(() => stop(refused('issuer_unavailable')), deadlineMs)
  const cancel = (): void => stop(refused('cancelled'))
  signal?.addEventListener('abort', cancel, { once: true })
  try {
    return await Promise.race([ended, attempt(() => work(controller.signal))])
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', cancel)
  }
}

/** Waits for work that others wait for too: the caller's signal ends this wait, not the work. */
export function waitFor<T>(
  work: Promise<Result<T>>,
  signal: AbortSignal | undefined,
): Promise<Result<T>> {
  if (!signal) return work
  return new Promise((resolve) => {
    const cancel = (): void => resolve(refused('cancelled'))
    if (signal.aborted) cancel()
    signal.addEventListener('abort', cancel, { once: true })
    const end = (result: Result<T>): void => {
      signal.removeEventListener('abort', cancel)
      resolve(result)
    }
    // This stands after an abort too: a rejection that nobody handles would end the process.
    work.then(end, () => end(refused('issuer_unavailable')))
  })
}

/**
 * Waits for one step after another under one signal. There is a single listener for all steps: a
 * listener for each would cost more than most steps do.
 */
export interface Waits {
  /** Waits as {@link waitFor} does. A result that is there already is given at once. */
  readonly wait: <T>(work: Eventual<Result<T>>) => Eventual<Result<T>>
  /** Removes the listener. */
  readonly end: () => void
}

/**
 * Begins to listen. Whoever calls this must call `end`.
 *
 * @param onAbort Has a function called when the signal has fired, and gives what ends that. Default:
 *   a listener. Whoever fires the signal knows of it without one, at less cost.
 */
export function beginWaits(
  signal: AbortSignal,
  onAbort: (fired: () => void) => () => void = (fired) => listener(signal, fired),
): Waits {
  const waiting = new Set<(result: Result<never>) => void>()
  function cancel(): void {
    for (const end of waiting) end(refused('cancelled'))
  }
  const end = onAbort(cancel)
  return {
    wait<T>(work: Eventual<Result<T>>) {
      if (!isToCome(work)) return signal.aborted ? refused('cancelled') : work
      return new Promise<Result<T>>((resolve) => {
        function end(result: Result<T>): void {
          waiting.delete(end)
          resolve(result)
        }
        if (signal.aborted) end(refused('cancelled'))
        else waiting.add(end)
        // This stands after an abort too: a rejection that nobody handles would end the process.
        work.then(end, () => end(refused('issuer_unavailable')))
      })
    },
    end,
  }
}

function listener(signal: AbortSignal, fired: () => void): () => void {
  signal.addEventListener('abort', fired, { once: true })
  return () => signal.removeEventListener('abort', fired)
}

async function attempt<T>(work: () => Promise<T>): Promise<Result<T>> {
  try {
    return granted(await work())
  } catch {
    return refused('issuer_unavailable')
  }
}
