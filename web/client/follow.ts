// Follows a run to its end. It reads the stream, and after a break goes on from the last event
// seen. It does not know what the events mean.

import { type Clock, pause } from './clock.ts'
import { Refused } from './refused.ts'
import type { SseEvent } from './sse.ts'
import type { OpenStream } from './wire.ts'

/** What happens while a run is followed. */
export type Followed =
  | { readonly kind: 'opened'; readonly trace: string | undefined }
  | { readonly kind: 'data'; readonly data: string; readonly resumable: boolean }
  /** The connection is lost. It is tried again. */
  | { readonly kind: 'lost' }

/**
 * How a run ended. `over`: the server ended it. `broken`: the network broke, or the server refused
 * for good.
 */
export type FollowEnd =
  | { readonly kind: 'over' }
  | { readonly kind: 'broken'; readonly last: string | undefined; readonly error: unknown }

/**
 * Tells when to check the connection at once: the network is back, or the person sees the page
 * again. Returns a function that stops this.
 */
export type Waker = (wake: (certain: boolean) => void) => () => void

/** What following needs. */
export interface FollowParts {
  /** The request that starts the run. */
  readonly first: (signal: AbortSignal, onBytes: () => void) => Promise<OpenStream>
  /** The request that goes on after the last event seen. */
  readonly again: (
    after: string | undefined,
    signal: AbortSignal,
    onBytes: () => void,
  ) => Promise<OpenStream>
  /** Whether the first request goes on with a run already, so that it may be repeated. */
  readonly joining: boolean
  /**
   * Whether everything that started has ended. If the stream closes before that, a proxy may have
   * cut it.
   */
  readonly settled: () => boolean
  readonly signal: AbortSignal
  readonly clock: Clock
  readonly waker: Waker
}

/**
 * Milliseconds before each further attempt, about three minutes in all. Then the person is asked.
 */
const ATTEMPTS_AFTER_MS = [
  250, 1000, 2000, 4000, 8000, 15_000, 15_000, 30_000, 30_000, 30_000, 30_000,
]

/** A stream that is silent for so long is requested again: its server may be gone. */
const SILENT_MS = 45_000
/**
 * When the person sees the page again and nothing came for so long, the connection is checked at
 * once.
 */
const STALE_MS = 10_000

/**
 * A stream that ends so long after its last byte is requested again, like one that ends too early.
 */
const PROMPT_MS = 5000

/**
 * Follows a run.
 *
 * @throws Refused or Unreachable when the first request gets no stream; the signal's reason when
 * the signal is aborted.
 */
export async function* follow(parts: FollowParts): AsyncGenerator<Followed, FollowEnd> {
  const { signal, clock, waker } = parts
  let last: string | undefined
  let begun = false
  let attempt = 0
  /** A clean end that may not be the real end is checked once. */
  let asked = false
  for (;;) {
    const connection = watched(parts, () => last !== undefined || parts.joining)
    let error: unknown
    try {
      const stream =
        begun || attempt > 0
          ? parts.again(last, connection.signal, connection.alive)
          : parts.first(connection.signal, connection.alive)
      const { trace, frames } = await stream
      begun = true
      yield { kind: 'opened', trace }
      for await (const frame of frames) {
        if (!isNews(frame, last)) continue
        last = frame.id ?? last
        attempt = 0
        yield { kind: 'data', data: frame.data, resumable: frame.id !== undefined }
      }
      // A server ends a stream when it has said the last thing. If the end comes later, a proxy
      // caused it.
      if (last === undefined || asked || (parts.settled() && connection.silence() < PROMPT_MS))
        return { kind: 'over' }
      asked = true
      continue
    } catch (thrown) {
      signal.throwIfAborted()
      error = thrown
    } finally {
      connection.end()
    }
    const lasting = error instanceof Refused && error.status !== 503 && error.status !== 429
    if (!begun && !parts.joining) throw error
    const wait = ATTEMPTS_AFTER_MS[attempt++]
    if ((last === undefined && !parts.joining) || lasting || wait === undefined)
      return { kind: 'broken', last, error }
    asked = false
    yield { kind: 'lost' }
    await pauseOrWake(
      connection.woken ? 0 : Math.max(wait, secondsOf(error) * 1000),
      clock,
      waker,
      signal,
    )
    signal.throwIfAborted()
  }
}

/** Drops an event that was seen already: the ids of one run count upwards. */
function isNews({ id }: SseEvent, last: string | undefined): boolean {
  if (id === undefined || last === undefined) return true
  const [run, number] = split(id)
  const [lastRun, lastNumber] = split(last)
  return run !== lastRun || !(number <= lastNumber)
}

function split(id: string): readonly [string, number] {
  const dot = id.lastIndexOf('.')
  return [id.slice(0, dot), Number(id.slice(dot + 1))]
}

function secondsOf(error: unknown): number {
  return error instanceof Refused ? Math.min(error.retryAfter ?? 0, 60) : 0
}

/**
 * The signal of one connection. It aborts when the connection is silent for too long, or when the
 * network came back and the connection is probably dead.
 */
function watched({ clock, waker, signal }: FollowParts, mayGoOn: () => boolean) {
  const controller = new AbortController()
  let heard = clock.now()
  let woken = false
  let cancel = clock.after(SILENT_MS, look)
  const stop = waker((certain) => {
    if (mayGoOn() && (certain || clock.now() - heard > STALE_MS)) abandon()
  })
  const forward = () => controller.abort(signal.reason)
  signal.addEventListener('abort', forward, { once: true })
  if (signal.aborted) forward()

  function look(): void {
    const silent = clock.now() - heard
    if (silent >= SILENT_MS && mayGoOn()) abandon()
    else cancel = clock.after(Math.max(SILENT_MS - silent, 1000), look)
  }
  function abandon(): void {
    woken = true
    controller.abort()
  }

  return {
    signal: controller.signal,
    alive: () => {
      heard = clock.now()
    },
    /** Milliseconds since the last chunk. */
    silence: () => clock.now() - heard,
    get woken() {
      return woken
    },
    end() {
      cancel()
      stop()
      signal.removeEventListener('abort', forward)
      controller.abort()
    },
  }
}

async function pauseOrWake(
  ms: number,
  clock: Clock,
  waker: Waker,
  signal: AbortSignal,
): Promise<void> {
  const early = new AbortController()
  const stop = waker(() => early.abort())
  await pause(clock, ms, AbortSignal.any([signal, early.signal]))
  stop()
}
