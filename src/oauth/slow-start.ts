// Lets callers through a few at a time after an outage, and more with each one that is done. All at
// once would bring down a server that has just come back.

/** Who may be under way. */
export interface SlowStart {
  /** From now on a few may be under way. */
  open(): void
  /** Nobody waits any more, and everybody may be under way: something else stops them. */
  close(): void
  /**
   * Waits for a turn. Each one that got it must {@link leave}.
   *
   * @returns False when there is none: too many wait, the gate was closed, or the signal fired.
   */
  enter(signal?: AbortSignal): Promise<boolean>
  leave(): void
}

/** How many may be under way at first. Each one that is done makes room for one more. */
const FIRST = 2

/** When so many have room, everybody has. */
const ENOUGH = 64

/** A longer queue would wait for longer than its callers do. */
const MAX_WAITING = 1000

/** Makes a gate that lets everybody through until it is opened after an outage. */
export function slowStart(): SlowStart {
  let room = Number.POSITIVE_INFINITY
  let underWay = 0
  const waiting = new Set<(isTurn: boolean) => void>()

  function letIn(): void {
    for (const go of waiting) {
      if (underWay >= room) return
      underWay++
      go(true)
    }
  }

  return {
    open() {
      room = FIRST
    },
    close() {
      room = Number.POSITIVE_INFINITY
      for (const go of waiting) go(false)
    },
    async enter(signal) {
      if (signal?.aborted) return false
      if (underWay < room) {
        underWay++
        return true
      }
      return waiting.size < MAX_WAITING && turn(waiting, signal)
    },
    leave() {
      underWay--
      room = room + 1 > ENOUGH ? Number.POSITIVE_INFINITY : room + 1
      letIn()
    },
  }
}

/** Waits until somebody calls it, or the signal fires. */
function turn(
  waiting: Set<(isTurn: boolean) => void>,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  return new Promise((resolve) => {
    const go = (isTurn: boolean): void => {
      waiting.delete(go)
      signal?.removeEventListener('abort', cancel)
      resolve(isTurn)
    }
    const cancel = (): void => go(false)
    waiting.add(go)
    signal?.addEventListener('abort', cancel, { once: true })
  })
}
