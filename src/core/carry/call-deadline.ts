// The time of one carried call: how long its steps may take, and who may end it before.

import { type RefusalReason, type Result, refused } from '../errors.ts'
import { beginWaits } from '../http/deadline.ts'
import { whyEnded } from './running-calls.ts'

/** What ends a call. */
export interface CallDeadlineOptions {
  /** Milliseconds for all of a request; for a GET, until its headers come. */
  readonly deadlineMs: number
  /** The signal of whoever called `fetch`. */
  readonly callers: AbortSignal | null | undefined
  /** Fires when the sign-in is revoked or the run ends. */
  readonly ends: AbortSignal | undefined
}

/** The time of one call. */
export interface CallDeadline {
  /** Fires for any of the reasons that end the call. It goes with the request. */
  readonly signal: AbortSignal
  /**
   * Waits for a step.
   *
   * @param late The reason when the step took too long, by our deadline or by the caller's.
   * @returns What the step gives; `caller_ended` when the app ended the caller; `handle_refused` when
   *   the sign-in ended; `cancelled` when the caller wants no answer any more.
   */
  wait<T>(step: Promise<Result<T>>, late: RefusalReason): Promise<Result<T>>
  /** Waits for a step whose result changes nothing, such as the record of a failure. */
  waitAnyway(step: Promise<Result<unknown>>): Promise<void>
  /**
   * The call is over, or the headers of its answer are there. Nothing listens to the signals any
   * more.
   */
  end(): void
}

/** Starts the time of one call. Whoever starts it must end it. */
export function startCallDeadline(
  method: string,
  { deadlineMs, callers, ends }: CallDeadlineOptions,
): CallDeadline {
  const limit = limitFor(method, deadlineMs)
  const signals = [callers, ends, limit.signal].filter(
    (signal) => signal !== undefined && signal !== null,
  )
  const signal = signals.length === 1 ? limit.signal : AbortSignal.any(signals)
  const waits = beginWaits(signal)
  return {
    signal,
    async wait(step, late) {
      const result = await waits.wait(step)
      if (ends?.aborted) return refused(whyEnded(ends))
      const isLate = !result.ok && result.refusal.reason === 'cancelled' && !gaveUp(callers)
      return isLate ? refused(late) : result
    },
    async waitAnyway(step) {
      await waits.wait(step)
    },
    end() {
      waits.end()
      limit.headersCame()
    },
  }
}

/** A GET may be a stream that stays open, so its limit ends when the headers come. */
function limitFor(
  method: string,
  deadlineMs: number,
): { readonly signal: AbortSignal; headersCame(): void } {
  if (method !== 'GET') return { signal: AbortSignal.timeout(deadlineMs), headersCame: () => {} }
  const controller = new AbortController()
  const timer = setTimeout(() => controller.abort(), deadlineMs)
  return { signal: controller.signal, headersCame: () => clearTimeout(timer) }
}

/**
 * Whether the caller wants no answer any more. After an `AbortSignal.timeout` it still wants one.
 */
function gaveUp(signal: AbortSignal | null | undefined): boolean {
  return (
    signal?.aborted === true &&
    !(signal.reason instanceof DOMException && signal.reason.name === 'TimeoutError')
  )
}
