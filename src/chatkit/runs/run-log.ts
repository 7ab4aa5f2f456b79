// The log of a run as others read it: its events in order, on to its end, whichever instance writes it. Nothing is written here.

import { type FrameSource, frame } from '../http/frames.ts'
import type { ErrorEvent } from '../protocol/event.ts'
import { FAILED, GONE, INTERRUPTED } from './error-event.ts'
import type { LoggedEvent } from './recover.ts'
import { isAlive, type RunStore, type StoredRun } from './run-store.ts'

/** What reading needs. */
export interface LogParts {
  readonly store: RunStore
  /** The newest run of a thread, as it stands now. */
  readonly latest: (owner: string, threadId: string) => Promise<StoredRun | undefined>
  /** Milliseconds after which a run that is silent is looked after: it may be dead. */
  readonly lease: number
  readonly onError: (error: unknown) => void
}

/** Events that are read at once. */
const PAGE = 256

/** Characters that are given at once. A reader holds no more of them, however slow it is, but for a single event that is longer. */
const PIECE = 64 * 1024

/** The events of a run after the one with that number, then those to come, then what its end says. */
export function readRun(
  run: StoredRun,
  after: number,
  { store, latest, lease, onError }: LogParts,
): FrameSource {
  let seen = after
  let page = PAGE
  let over = false
  let news = true
  let go = () => {}
  const unwatch = store.watch(run.id, look)

  function look(): void {
    news = true
    go()
  }

  async function more(): Promise<string | undefined> {
    for (;;) {
      while (!news && !over) await silence()
      if (over) return undefined
      news = false
      // The state before the events: of a run that was over then, these are the last.
      const current = await latest(run.owner, run.threadId)
      const alive = current?.id === run.id && isAlive(current)
      const events = await store.events(run.id, seen, page)
      if (events.length > 0) {
        const piece = pieceOf(events)
        news ||= !alive || events.length === page || piece.length < events.length
        // What follows large events is likely as large, and need not be read in vain.
        page = piece.length < events.length ? piece.length : Math.min(2 * page, PAGE)
        return piece.map((event) => frame(event, `${run.id}.${++seen}`)).join('')
      }
      if (alive) continue
      end()
      const word = wordOf(run, current)
      return word && frame(JSON.stringify(word))
    }
  }

  async function silence(): Promise<void> {
    const timer = setTimeout(look, lease)
    await new Promise<void>((resolve) => {
      go = resolve
    })
    clearTimeout(timer)
  }

  function end(): void {
    over = true
    unwatch()
    go()
  }

  return {
    async next(): Promise<string | undefined> {
      try {
        return await more()
      } catch (error) {
        onError(error)
        end()
        return frame(JSON.stringify(FAILED))
      }
    },
    async cancel(): Promise<void> {
      end()
    },
  }
}

/** As many of the events as are given at once; the first one always. */
function pieceOf(events: readonly string[]): readonly string[] {
  let length = 0
  const end = events.findIndex((event, at) => {
    length += event.length
    return at > 0 && length > PIECE
  })
  return end < 0 ? events : events.slice(0, end)
}

/** The last event of a run that did not end by itself. It has no number: it is no part of the log. */
function wordOf(run: StoredRun, current: StoredRun | undefined): ErrorEvent | undefined {
  if (!current) return GONE
  return current.id === run.id && current.state === 'interrupted' ? INTERRUPTED : undefined
}

/** All events that a run has kept. */
export async function* loggedEvents(
  store: RunStore,
  run: StoredRun,
): AsyncGenerator<LoggedEvent, void, undefined> {
  for (let seen = 0; ; ) {
    const events = await store.events(run.id, seen, PAGE)
    if (events.length === 0) return
    seen += events.length
    for (const event of events) yield parseLogged(event)
  }
}

/** A log holds what `answer.ts` wrote, and nothing else. */
function parseLogged(event: string): LoggedEvent {
  return JSON.parse(event) as LoggedEvent
}

/** Resolves when a run of whichever instance is over. */
export async function runEnded(
  run: StoredRun,
  { store, latest }: Pick<LogParts, 'store' | 'latest'>,
): Promise<void> {
  let look = () => {}
  const unwatch = store.watch(run.id, () => look())
  try {
    for (;;) {
      const woken = new Promise<void>((resolve) => {
        look = resolve
      })
      const current = await latest(run.owner, run.threadId)
      if (current?.id !== run.id || !isAlive(current)) return
      await woken
    }
  } finally {
    unwatch()
  }
}
