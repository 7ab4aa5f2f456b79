// The time of one carried call: how long its steps may take, and who may end it before.

import { type RefusalReason, type Result, refused } from '../errors.ts'
import { andThen, type Eventual } from '../eventual.ts'
import { beginWaits } from '../http/deadline.ts'
import { type CallSignalOptions, heldSignal, looseSignal } from './call-signal.ts'
import { whyEnded } from './running-calls.ts'

/** What ends a call. */
export interface CallDeadlineOptions extends CallSignalOptions {
  /** Whether somebody will say when the body of the answer has been read. */
  readonly isHeld: boolean
}

/** The time of one call. */
export interface CallDeadline {
  /** Fires for any of the reasons that end the call. It goes with the request. */
  readonly signal: AbortSignal
  /**
   * Waits for a step. A result that is there already is given at once.
   *
   * @param late The reason when the step took too long, by our deadline or by the caller's.
   * @returns What the step gives; `caller_ended` when the app ended the caller; `handle_refused` when
   *   the sign-in ended; `cancelled` when the caller wants no answer any more.
   */
  wait<T>(step: Eventual<Result<T>>, late: RefusalReason): Eventual<Result<T>>
  /** Waits for a step whose result changes nothing, such as the record of a failure. */
  waitAnyway(step: Eventual<Result<unknown>>): Promise<void>
  /** The call has failed, or the headers of its answer are there. Nothing is waited for any more. */
  headersCame(): void
  /** Asks at the deadline how many milliseconds more there are; 0 for none. */
  extend(moreMs: () => number): void
  /** The call is over, and its answer was read. Nothing listens to the signals any more. */
  end(): void
}

/** Starts the time of one call. Whoever starts it must end it. */
export function startCallDeadline(method: string, options: CallDeadlineOptions): CallDeadline {
  const { callers, ends } = options
  const { signal, onAbort, headersCame, extend, end } = options.isHeld
    ? heldSignal(method, options)
    : looseSignal(method, options)
  const waits = beginWaits(signal, onAbort)
  return {
    signal,
    wait(step, late) {
      return andThen(waits.wait(step), (result) => {
        if (ends?.aborted) return refused(whyEnded(ends))
        const isLate = !result.ok && result.refusal.reason === 'cancelled' && !gaveUp(callers)
        return isLate ? refused(late) : result
      })
    },
    async waitAnyway(step) {
      await waits.wait(step)
    },
    headersCame() {
      waits.end()
      headersCame()
    },
    extend,
    end() {
      waits.end()
      end()
    },
  }
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
