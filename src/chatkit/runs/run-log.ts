// Reads the log of a run: its events in order, to its end. When this instance writes it, they come
// from memory.

import { type FrameSource, frame } from '../http/frames.ts'
import type { ErrorEvent, ItemUpdate } from '../protocol/event.ts'
import type { Item } from '../protocol/item.ts'
import { FAILED, GONE, INTERRUPTED } from './error-event.ts'
import type { LogEnding, LogTail } from './log-tail.ts'
import { isAlive, type NewRun, type RunStore, type StoredRun } from './run-store.ts'

/** What reading needs. */
export interface LogParts {
  readonly store: RunStore
  /** The newest events, when this instance writes the log. */
  readonly tail: LogTail | undefined
  /** The newest run of a thread, as it stands now. */
  readonly latest: (owner: string, threadId: string) => Promise<StoredRun | undefined>
  /** Milliseconds of silence after which the reader looks whether the run is dead. */
  readonly leaseMs: number
  readonly onError: (error: unknown) => void
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
 */
export function readRun(run: NewRun, after: number, parts: LogParts): FrameSource {
  return new LogReader(run, after, parts)
}

/** What a look at the log found. */
interface Found {
  readonly events: readonly string[]
  /** How the log ended; undefined while more may come. */
  readonly ending: LogEnding | undefined
}

class LogReader implements FrameSource {
  readonly #run: NewRun
  readonly #parts: LogParts
  readonly #unwatch: () => void
  /** Number of the last event that was given. */
  #seen: number
  #page = PAGE_EVENTS
  #isOver = false
  #hasNews = true
  #wake = () => {}

  constructor(run: NewRun, after: number, parts: LogParts) {
    this.#run = run
    this.#seen = after
    this.#parts = parts
    this.#unwatch = parts.tail
      ? parts.tail.follow(this.#onNews)
      : parts.store.watch(run.id, this.#onNews)
  }

  readonly #onNews = (): void => {
    this.#hasNews = true
    this.#wake()
  }

  async next(): Promise<string | undefined> {
    try {
      return await this.#readOn()
    } catch (error) {
      this.#parts.onError(error)
      this.#end()
      return frame(JSON.stringify(FAILED))
    }
  }

  async cancel(): Promise<void> {
    this.#end()
  }

  async #readOn(): Promise<string | undefined> {
    const { tail } = this.#parts
    for (;;) {
      while (!this.#hasNews && !this.#isOver) await this.#waitForNews()
      if (this.#isOver) return undefined
      this.#hasNews = false
      const found = tail ? this.#lookInTail(tail) : this.#lookInStore()
      const { events, ending } = found instanceof Promise ? await found : found
      if (events.length > 0) return this.#takePiece(events, ending)
      if (!ending) continue
      this.#end()
      return ending.word && frame(JSON.stringify(ending.word))
    }
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
    const last = this.#parts.tail?.last ?? 0
    this.#hasNews ||=
      ending !== undefined ||
      events.length === this.#page ||
      isCut ||
      this.#seen + piece.length < last
    // Large events tend to follow large ones: read a smaller page next.
    this.#page = isCut ? piece.length : Math.min(2 * this.#page, PAGE_EVENTS)
    return piece.map((event) => frame(event, `${this.#run.id}.${++this.#seen}`)).join('')
  }

  /** Waits for news. The store of another instance's run is also asked after one lease. */
  async #waitForNews(): Promise<void> {
    const { tail, leaseMs } = this.#parts
    const timer = tail ? undefined : setTimeout(this.#onNews, leaseMs)
    await new Promise<void>((resolve) => {
      this.#wake = resolve
    })
    clearTimeout(timer)
  }

  #end(): void {
    this.#isOver = true
    this.#unwatch()
    this.#wake()
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
