// Events that occur beside a stream, given out while the stream is quiet.

/** Events from elsewhere. */
export interface SideEvents<S> {
  push(event: S): void
  /** What was pushed since it was last asked. */
  take(): readonly S[]
  /** Settles at the next push, or at once when something waits. */
  next(): Promise<void>
}

/** Makes an empty queue. */
export function sideEvents<S>(): SideEvents<S> {
  let waiting: S[] = []
  let wake: () => void = () => undefined
  return {
    push(event) {
      waiting.push(event)
      wake()
    },
    take() {
      const taken = waiting
      waiting = []
      return taken
    },
    next: () =>
      new Promise((resolve) => {
        wake = resolve
        if (waiting.length > 0) resolve()
      }),
  }
}

/** The elements of a stream, and the events beside it as soon as they occur. */
export async function* interleave<T, S>(
  stream: AsyncIterable<T>,
  side: SideEvents<S>,
): AsyncGenerator<{ readonly main: T } | { readonly side: S }, void, undefined> {
  const reader = stream[Symbol.asyncIterator]()
  let isOver = false
  try {
    let pending = reader.next()
    for (;;) {
      const first = await Promise.race([pending, side.next()])
      for (const event of side.take()) yield { side: event }
      if (!first) continue
      if (first.done === true) {
        isOver = true
        return
      }
      yield { main: first.value }
      pending = reader.next()
    }
  } catch (error) {
    isOver = true
    throw error
  } finally {
    if (!isOver) await reader.return?.()
  }
}
