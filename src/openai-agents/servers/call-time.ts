// The time of one call of a tool: how long it may be quiet, and how long it may take in all. It
// stands still while the person is asked something.

/** The time of one call. Whoever starts it must end it. */
export interface CallTime {
  /** Fires when there is no time left. Its reason is a `TimeoutError`. */
  readonly signal: AbortSignal
  /** The server has reported progress. */
  progressed(): void
  /** Stops the time until the function that it gives is called. */
  hold(): () => void
  end(): void
}

/**
 * Starts the time.
 *
 * @param quietMs Milliseconds without progress.
 * @param totalMs Milliseconds in all.
 */
export function startCallTime(quietMs: number, totalMs: number): CallTime {
  const over = new AbortController()
  let leftMs = totalMs
  let startedMs = performance.now()
  let holds = 0
  let timer: ReturnType<typeof setTimeout> | undefined

  function start(): void {
    startedMs = performance.now()
    timer = setTimeout(
      () => over.abort(new DOMException('The call took too long', 'TimeoutError')),
      Math.max(0, Math.min(quietMs, leftMs)),
    )
  }

  function stop(): void {
    clearTimeout(timer)
    leftMs -= performance.now() - startedMs
  }

  start()
  return {
    signal: over.signal,
    progressed() {
      if (holds > 0 || over.signal.aborted) return
      stop()
      start()
    },
    hold() {
      if (holds++ === 0) stop()
      let isHeld = true
      return () => {
        if (!isHeld) return
        isHeld = false
        if (--holds === 0 && !over.signal.aborted) start()
      }
    },
    end() {
      clearTimeout(timer)
      // Nothing starts it again.
      holds = Number.POSITIVE_INFINITY
    },
  }
}
