// The signal that goes with one carried request: it fires at the deadline, when the caller gives up,
// and when the sign-in ends.

/** What the signal follows. */
export interface CallSignalOptions {
  /** Milliseconds for all of a request; for a GET, until its headers come. */
  readonly deadlineMs: number
  /** The signal of whoever called `fetch`. */
  readonly callers: AbortSignal | null | undefined
  /** Fires when the sign-in is revoked or the run ends. */
  readonly ends: AbortSignal | undefined
}

/** A signal that follows others. */
export interface CallSignal {
  readonly signal: AbortSignal
  /** Has a function called when the signal has fired. Absent where only a listener hears of it. */
  onAbort?(fired: () => void): () => void
  /** A GET may be a stream that stays open, so its deadline ends when the headers come. */
  headersCame(): void
  /**
   * Asks at the deadline how many milliseconds more there are; 0 for none.
   */
  extend(moreMs: () => number): void
  /** It need not fire any more. */
  end(): void
}

/**
 * The signal of a request whose answer's end we are told of. It listens until then, and costs a
 * fraction of {@link looseSignal}.
 */
export function heldSignal(
  method: string,
  { deadlineMs, callers, ends }: CallSignalOptions,
): CallSignal {
  const controller = new AbortController()
  let moreMs = NO_MORE
  let whenFired = NOBODY
  let timer = setTimeout(late, deadlineMs)
  const callerGaveUp = () => fire(callers?.reason)
  const signInEnded = () => fire(ends?.reason)

  function late(): void {
    const leftMs = moreMs()
    if (leftMs > 0) timer = setTimeout(late, leftMs)
    else fire(new DOMException('Late', 'TimeoutError'))
  }
  function end(): void {
    clearTimeout(timer)
    callers?.removeEventListener('abort', callerGaveUp)
    ends?.removeEventListener('abort', signInEnded)
  }
  function fire(reason: unknown): void {
    end()
    controller.abort(reason)
    whenFired()
  }

  if (callers?.aborted) callerGaveUp()
  else if (ends?.aborted) signInEnded()
  else {
    callers?.addEventListener('abort', callerGaveUp)
    ends?.addEventListener('abort', signInEnded)
  }
  return {
    signal: controller.signal,
    onAbort(fired) {
      whenFired = fired
      return () => {
        whenFired = NOBODY
      }
    },
    headersCame() {
      if (method === 'GET') clearTimeout(timer)
    },
    extend(more) {
      moreMs = more
    },
    end,
  }
}

const NO_MORE = () => 0
const NOBODY = () => {}

/**
 * The signal of a request whose answer goes to a caller who does not say when it was read. The
 * platform forgets it together with the answer.
 */
export function looseSignal(
  method: string,
  { deadlineMs, callers, ends }: CallSignalOptions,
): CallSignal {
  const limit = limitFor(method, deadlineMs)
  const signals = [callers, ends, limit.signal].filter(
    (signal) => signal !== undefined && signal !== null,
  )
  return {
    signal: signals.length === 1 ? limit.signal : AbortSignal.any(signals),
    headersCame: limit.end,
    // Nobody reads the answer here, so nobody can tell of more time.
    extend: () => {},
    end: limit.end,
  }
}

function limitFor(
  method: string,
  deadlineMs: number,
): { readonly signal: AbortSignal; end(): void } {
  if (method !== 'GET') return { signal: AbortSignal.timeout(deadlineMs), end: () => {} }
  const controller = new AbortController()
  const timer = setTimeout(() => controller.abort(), deadlineMs)
  return { signal: controller.signal, end: () => clearTimeout(timer) }
}
