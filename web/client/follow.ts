// Follows a run to its end: reads its stream, and after a cut goes on from the last event seen. It does not know what the events mean.

import { type Clock, pause } from './clock.ts'
import { Refused } from './refused.ts'
import type { SseEvent } from './sse.ts'
import type { OpenStream } from './wire.ts'

/** What happens while a run is followed. */
export type Followed =
  | { readonly kind: 'opened'; readonly trace: string | undefined }
  | { readonly kind: 'data'; readonly data: string; readonly resumable: boolean }
  /** The connection is gone; it is tried again. */
  | { readonly kind: 'lost' }

/** How it ended: `over` by the server, `broken` by the network or a refusal that no repetition mends. */
export type FollowEnd =
  | { readonly kind: 'over' }
  | { readonly kind: 'broken'; readonly last: string | undefined; readonly error: unknown }

/** Tells when to look after the connection at once: the network is back, or the page is seen again. Returns how to stop telling. */
export type Waker = (wake: (certain: boolean) => void) => () => void

/** What following needs. */
export interface FollowParts {
  /** The request that begins. */
  readonly first: (signal: AbortSignal, onBytes: () => void) => Promise<OpenStream>
  /** The request that goes on after the last event seen. */
  readonly again: (
    after: string | undefined,
    signal: AbortSignal,
    onBytes: () => void,
  ) => Promise<OpenStream>
  /** Whether the first request is one that goes on already, so that it may be repeated. */
  readonly joining: boolean
  /** Whether all that began has ended: a stream that closes before may have been cut by a proxy. */
  readonly settled: () => boolean
  readonly signal: AbortSignal
  readonly clock: Clock
  readonly waker: Waker
}

/** Milliseconds before each further attempt; then it is given up, and the person is asked. About three minutes in all. */
const ATTEMPTS_AFTER_MS = [
  250, 1000, 2000, 4000, 8000, 15_000, 15_000, 30_000, 30_000, 30_000, 30_000,
]

/** A stream that is silent for so long is asked for again: it may be one whose far end is gone. */
const SILENT_MS = 45_000
/** A page that is seen again after a while looks at once, if nothing came for so long. */
const STALE_MS = 10_000

/** A stream that ends so long after its last byte is asked about, like one that ends before what it began. */
const PROMPT_MS = 5000

/**
 * Follows a run.
 *
 * @throws Refused or Unreachable when the first request gets no stream; the signal's reason when that is aborted.
 */
export async function* follow(parts: FollowParts): AsyncGenerator<Followed, FollowEnd> {
  const { signal, clock, waker } = parts
  let last: string | undefined
  let begun = false
  let attempt = 0
  /** A clean end that may be none is asked about once. */
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
      // A server ends a stream when it has said the last thing; one that ends later was ended by something between.
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

/** An event that was seen already is dropped: ids of one run count upwards. */
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

/** The signal of one connection, which ends when it is silent for too long, or when the network came back and it is likely dead. */
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
    /** Milliseconds since the last sign of life. */
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
