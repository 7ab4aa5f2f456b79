// Reads the log of a run: its events in order, to its end. When this instance writes it, they come
// from memory.

import { type FrameSource, type FrameTaker, frame } from '../http/frames.ts'
import type { ErrorEvent, ItemUpdate } from '../protocol/event.ts'
import type { Item } from '../protocol/item.ts'
import { FAILED, GONE, INTERRUPTED } from './error-event.ts'
import type { LogEnding, LogTail } from './log-tail.ts'
import { isAlive, type NewRun, type RunStore, type StoredRun } from './run-store.ts'

/** What reading needs. */
export interface LogParts {
  readonly store: RunStore
  /** The newest run of a thread, as it stands now. */
  readonly latest: (owner: string, threadId: string) => Promise<StoredRun | undefined>
  /** Milliseconds of silence after which the reader looks whether the run is dead. */
  readonly leaseMs: number
  readonly onError: (error: unknown, threadId: string) => void
}

/** Events that are read at once. */
const PAGE_EVENTS = 256

/**
 * Characters that a client is given at once. A reader holds no more of them, however slow it is;
 * only a single event may be longer.
 */
const MAX_PIECE_CHARS = 64 * 1024

/**
 * Gives the events of a run from the one after number `after`, then those to come, then its end.
 *
 * @param tail The newest events, when this instance writes the log.
 */
export function readRun(
  run: NewRun,
  after: number,
  tail: LogTail | undefined,
  parts: LogParts,
): FrameSource {
  return new LogReader(run, after, tail, parts)
}

/** What a look at the log found. */
interface Found {
  readonly events: readonly string[]
  /** How the log ended; undefined while more may come. */
  readonly ending: LogEnding | undefined
}

/** Callbacks and not async functions, for the same reasons as the answer: time and memory. */
class LogReader implements FrameSource {
  readonly #run: NewRun
  readonly #parts: LogParts
  readonly #tail: LogTail | undefined
  readonly #unwatch: () => void
  /** Number of the last event that was given. */
  #seen: number
  #page = PAGE_EVENTS
  /** Who asked for frames. */
  #taker: FrameTaker | undefined
  #isOver = false
  #hasNews = true
  #isLooking = false
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(run: NewRun, after: number, tail: LogTail | undefined, parts: LogParts) {
    this.#run = run
    this.#seen = after
    this.#tail = tail
    this.#parts = parts
    this.#unwatch = tail ? tail.follow(this.#onNews) : parts.store.watch(run.id, this.#onNews)
  }

  ask(taker: FrameTaker): void {
    this.#taker = taker
    this.#goOn()
  }

  async cancel(): Promise<void> {
    this.#end()
    this.#goOn()
  }

  readonly #onNews = (): void => {
    this.#hasNews = true
    this.#goOn()
  }

  /** Looks into the log, if somebody waits and there may be news. */
  #goOn(): void {
    if (!this.#taker || this.#isLooking) return
    if (this.#isOver) return void this.#give(undefined)
    if (!this.#hasNews) return void this.#waitForNews()
    this.#hasNews = false
    this.#isLooking = true
    try {
      const found = this.#tail ? this.#lookInTail(this.#tail) : this.#lookInStore()
      if (found instanceof Promise)
        found.then((late) => this.#onFound(late)).catch((error) => this.#onFailed(error))
      else this.#onFound(found)
    } catch (error) {
      this.#onFailed(error)
    }
  }

  #onFound({ events, ending }: Found): void {
    this.#isLooking = false
    if (this.#isOver) return void this.#give(undefined)
    if (events.length > 0) return void this.#give(this.#takePiece(events, ending))
    if (!ending) return void this.#goOn()
    this.#end()
    this.#give(ending.word && frame(JSON.stringify(ending.word)))
  }

  #onFailed(error: unknown): void {
    this.#isLooking = false
    this.#parts.onError(error, this.#run.threadId)
    this.#end()
    this.#give(frame(JSON.stringify(FAILED)))
  }

  #give(frames: string | undefined): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const taker = this.#taker
    this.#taker = undefined
    taker?.take(frames)
  }

  #lookInTail(tail: LogTail): Found | Promise<Found> {
    const { ending } = tail
    const events = tail.after(this.#seen)
    if (events) return { events, ending }
    return this.#readPage().then((page) => ({ events: page, ending }))
  }

  async #lookInStore(): Promise<Found> {
    const { id, owner, threadId } = this.#run
    // The state is read before the events: if the run was over then, these are the last ones.
    const current = await this.#parts.latest(owner, threadId)
    const alive = current?.id === id && isAlive(current)
    return {
      events: await this.#readPage(),
      ending: alive ? undefined : { word: lastWordOf(this.#run, current) },
    }
  }

  #readPage(): Promise<readonly string[]> {
    return this.#parts.store.events(this.#run.id, this.#seen, this.#page)
  }

  #takePiece(events: readonly string[], ending: LogEnding | undefined): string {
    const piece = pieceOf(events)
    const isCut = piece.length < events.length
    const last = this.#tail?.last ?? 0
    this.#hasNews ||=
      ending !== undefined ||
      events.length === this.#page ||
      isCut ||
      this.#seen + piece.length < last
    // Large events tend to follow large ones: read a smaller page next.
    this.#page = isCut ? piece.length : Math.min(2 * this.#page, PAGE_EVENTS)
    return piece.map((event) => frame(event, `${this.#run.id}.${++this.#seen}`)).join('')
  }

  /** The store of another instance's run is also asked after one lease. */
  #waitForNews(): void {
    if (!this.#tail) this.#timer ??= setTimeout(() => this.#onTime(), this.#parts.leaseMs)
  }

  #onTime(): void {
    this.#timer = undefined
    this.#onNews()
  }

  #end(): void {
    this.#isOver = true
    this.#unwatch()
  }
}

/** As many of the events as are given at once; always the first one. */
function pieceOf(events: readonly string[]): readonly string[] {
  let chars = 0
  const end = events.findIndex((event, at) => {
    chars += event.length
    return at > 0 && chars > MAX_PIECE_CHARS
  })
  return end < 0 ? events : events.slice(0, end)
}

/** The last event of a run that did not end by itself. It has no number, as the log lacks it. */
function lastWordOf(run: NewRun, current: StoredRun | undefined): ErrorEvent | undefined {
  if (!current) return GONE
  return current.id === run.id && current.state === 'interrupted' ? INTERRUPTED : undefined
}

/** What recovery reads of an event in a log. */
export interface LoggedEvent {
  readonly type: string
  readonly item?: Item
  readonly item_id?: string
  readonly update?: ItemUpdate
}

/** All events that the log of a run has. */
export async function* loggedEvents(
  store: RunStore,
  run: NewRun,
): AsyncGenerator<LoggedEvent, void, undefined> {
  for (let seen = 0; ; ) {
    const events = await store.events(run.id, seen, PAGE_EVENTS)
    if (events.length === 0) return
    seen += events.length
    for (const event of events) yield parseLogged(event)
  }
}

/** A log has what `answer.ts` wrote, and nothing else. */
function parseLogged(event: string): LoggedEvent {
  return JSON.parse(event) as LoggedEvent
}

/** Resolves when a run has ended, whichever instance has it. */
export async function waitForEnd(
  run: NewRun,
  { store, latest }: Pick<LogParts, 'store' | 'latest'>,
): Promise<void> {
  let wake = () => {}
  const unwatch = store.watch(run.id, (news) => news !== 'events' && wake())
  try {
    for (;;) {
      const woken = new Promise<void>((resolve) => {
        wake = resolve
      })
      const current = await latest(run.owner, run.threadId)
      if (current?.id !== run.id || !isAlive(current)) return
      await woken
    }
  } finally {
    unwatch()
  }
}
