// The runs of this instance: each takes its thread, says that it is alive, keeps its log where it is resumable, and hears when it is to stop.

import { type Answer, INTERRUPTED, type StopReason } from './answer.ts'
import { type FrameSource, frame } from './frames.ts'
import type { LoggedEvent } from './recover.ts'
import type { BeginTerms, NewRun, RunState, RunStore, StoredRun } from './run-store.ts'

/** A thread taken for one run. */
export interface Claim {
  readonly run: NewRun
  /** Follows the answer of the run; gives what the client that began it reads. */
  follow(answer: Answer): FrameSource
  /** The run is over, or never began: the thread is free again. */
  release(): Promise<void>
}

/** How a thread was taken, or why not. */
export type Claimed =
  | { readonly claimed: true; readonly claim: Claim; readonly replaced?: StoredRun }
  | { readonly claimed: false; readonly why: 'busy' | 'crowded' }
  | { readonly claimed: false; readonly why: 'repeated'; readonly run: StoredRun }

/** The runs. */
export interface Runs {
  /** Takes a thread. One whose run is being stopped here is waited for, a little. */
  claim(run: NewRun): Promise<Claimed>
  /** The newest run of a thread, whichever instance has it. */
  latest(owner: string, threadId: string): Promise<StoredRun | undefined>
  /** The events of a run after the one with that number, then those to come. The run goes on when the client is gone. */
  read(run: StoredRun, after: number): FrameSource
  /** All events that a run has kept. */
  logged(run: StoredRun): AsyncIterable<LoggedEvent>
  /** Stops the run of a thread, wherever it is, and waits for its end, for two seconds at most. */
  stop(owner: string, threadId: string): Promise<void>
  /** Ends the runs of a thread that was deleted, and forgets them. */
  forget(owner: string, threadId: string): Promise<void>
  /** Stops all runs of this instance. */
  close(): Promise<void>
}

/** What the runs are made of. */
export interface RunsParts {
  readonly store: RunStore
  readonly now: () => number
  /** Milliseconds. */
  readonly lease: number
  readonly most: number
  readonly onError: (error: unknown, threadId: string) => void
}

/** Milliseconds that a stopped run has to put away what it wrote. */
const LONGEST_STOP = 2000

/** Milliseconds until a wake is looked into. */
const LATER = 250

/** Events that wait to be kept before the answer is waited with, and that are read at once. */
const MOST_WAITING = 256

interface Entry {
  readonly run: NewRun
  answer?: Answer
  readonly released: Promise<void>
}

/** Makes the register of this instance. */
export function createRuns({ store, now, lease, most, onError }: RunsParts): Runs {
  const here = new Map<string, Entry>()
  let pulse: ReturnType<typeof setInterval> | undefined
  const placeOf = ({ owner, threadId }: Pick<NewRun, 'owner' | 'threadId'>) => JSON.stringify([owner, threadId])
  const terms = (): BeginTerms => ({ now: now(), aliveUntil: now() + lease, most })

  /** Says that a run is alive, and hears how it stands. */
  async function touch(entry: Entry, first = 1, events: readonly string[] = []): Promise<void> {
    const state = await store.append(entry.run.id, first, events, now() + lease)
    const why = stopFor(state)
    // Not waited for: what is told to stop may be what waits for this.
    if (why && entry.answer) void entry.answer.stop(why)
  }

  function beat(): void {
    for (const entry of here.values()) void touch(entry).catch((error) => onError(error, entry.run.threadId))
  }

  function enter(entry: Entry): () => void {
    const place = placeOf(entry.run)
    here.set(place, entry)
    pulse ??= setInterval(beat, lease / 3)
    return () => {
      // A new run may have taken the thread already.
      if (here.get(place) === entry) here.delete(place)
      if (here.size > 0) return
      clearInterval(pulse)
      pulse = undefined
    }
  }

  async function claim(run: NewRun): Promise<Claimed> {
    const before = here.get(placeOf(run))
    if (before?.answer?.isOver()) await atMost(before.released, LONGEST_STOP)
    const begun = await store.begin(run, terms())
    if (!begun.began)
      return begun.why === 'repeated' ? { claimed: false, why: begun.why, run: begun.run } : { claimed: false, why: begun.why }
    let released = () => {}
    const entry: Entry = {
      run,
      released: new Promise((resolve) => {
        released = resolve
      }),
    }
    const leave = enter(entry)
    // Checked a little later, so that the wakes that this run's own events cause are one look and not many.
    let asked: ReturnType<typeof setTimeout> | undefined
    const unwatch = store.watch(run.id, () => {
      asked ??= setTimeout(() => {
        asked = undefined
        void touch(entry).catch((error) => onError(error, run.threadId))
      }, LATER)
    })
    /** The run is over: the thread is free for whoever comes next. */
    const free = async () => {
      unwatch()
      clearTimeout(asked)
      leave()
      try {
        await store.end(run.id, 'done')
      } finally {
        released()
      }
    }
    return {
      claimed: true,
      ...(begun.replaced ? { replaced: begun.replaced } : {}),
      claim: {
        run,
        // The log of a resumable run must hold its last events before anybody can see that it is over.
        release: async () => (entry.answer && run.resumable ? undefined : free()),
        follow(answer) {
          entry.answer = answer
          if (!run.resumable) return framesOf(answer)
          void keepLog(answer, entry)
            .then(free)
            .catch((error) => onError(error, run.threadId))
          return read({ ...run, state: 'running', aliveUntil: 0 }, 0)
        },
      },
    }
  }

  /** Keeps all that an answer says. What comes while the store is busy is kept together next time. */
  async function keepLog(answer: Answer, entry: Entry): Promise<void> {
    const waiting: string[] = []
    let first = 1
    let writing: Promise<void> | undefined
    const write = async () => {
      while (waiting.length > 0) {
        const events = waiting.splice(0)
        try {
          await touch(entry, first, events)
          first += events.length
        } catch (error) {
          onError(error, entry.run.threadId)
          void answer.stop('closing')
        }
      }
      writing = undefined
    }
    for (let events = await answer.next(); events; events = await answer.next()) {
      waiting.push(...events)
      writing ??= write()
      if (waiting.length >= MOST_WAITING) await writing
    }
    await writing
  }

  function read(run: StoredRun, after: number): FrameSource {
    let seen = after
    let over = false
    let news = true
    let settled = false
    let go = () => {}
    const unwatch = store.watch(run.id, () => {
      news = true
      go()
    })

    async function more(): Promise<string | undefined> {
      while (!over) {
        if (news || !settled) {
          news = false
          const events = await store.events(run.id, seen, MOST_WAITING)
          if (events.length > 0) return give(events)
          const current = await store.latest(run.owner, run.threadId, now())
          settled = true
          if (current?.id !== run.id || current.state === 'done' || current.state === 'interrupted') {
            // What was kept between the two looks.
            const rest = await store.events(run.id, seen, MOST_WAITING)
            if (rest.length > 0) {
              news = true
              return give(rest)
            }
            end()
            return current?.id === run.id && current.state === 'interrupted' ? frame(JSON.stringify(INTERRUPTED)) : undefined
          }
        }
        if (!news && !over) {
          await new Promise<void>((resolve) => {
            go = resolve
          })
        }
      }
      return undefined
    }

    function give(events: readonly string[]): string {
      // A full page may have more behind it.
      if (events.length === MOST_WAITING) news = true
      return events.map((event) => frame(event, `${run.id}.${++seen}`)).join('')
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
          onError(error, run.threadId)
          end()
          return frame(JSON.stringify({ type: 'error', code: 'stream.error', allow_retry: true }))
        }
      },
      async cancel(): Promise<void> {
        end()
      },
    }
  }

  async function* logged(run: StoredRun): AsyncGenerator<LoggedEvent, void, undefined> {
    for (let seen = 0; ; ) {
      const events = await store.events(run.id, seen, MOST_WAITING)
      if (events.length === 0) return
      seen += events.length
      for (const event of events) yield parseLogged(event)
    }
  }

  async function stopHere(owner: string, threadId: string, why: StopReason): Promise<boolean> {
    const own = here.get(placeOf({ owner, threadId }))
    if (!own?.answer) return false
    await atMost(Promise.all([own.answer.stop(why), own.released]), LONGEST_STOP)
    return true
  }

  async function stop(owner: string, threadId: string): Promise<void> {
    if (await stopHere(owner, threadId, 'cancelled')) return
    await store.stop(owner, threadId)
    const run = await store.latest(owner, threadId, now())
    if (run && isAlive(run)) await atMost(ended(run), LONGEST_STOP)
  }

  /** Resolves when a run of another instance is over. */
  async function ended(run: StoredRun): Promise<void> {
    let look = () => {}
    const unwatch = store.watch(run.id, () => look())
    try {
      for (;;) {
        const woken = new Promise<void>((resolve) => {
          look = resolve
        })
        const current = await store.latest(run.owner, run.threadId, now())
        if (current?.id !== run.id || !isAlive(current)) return
        await woken
      }
    } finally {
      unwatch()
    }
  }

  return {
    claim,
    latest: (owner, threadId) => store.latest(owner, threadId, now()),
    read,
    logged,
    stop,
    async forget(owner, threadId): Promise<void> {
      await stopHere(owner, threadId, 'deleted')
      await store.forget(owner, threadId)
    },
    async close(): Promise<void> {
      const all = [...here.values()]
      await Promise.all(
        all.map(async ({ answer, released }) => {
          if (answer) await atMost(Promise.all([answer.stop('closing'), released]), LONGEST_STOP)
        }),
      )
    },
  }
}

/** Whether a run is under way. */
export function isAlive({ state }: Pick<StoredRun, 'state'>): boolean {
  return state === 'running' || state === 'stopping'
}

/** A log holds what `answer.ts` wrote, and nothing else. */
function parseLogged(event: string): LoggedEvent {
  return JSON.parse(event) as LoggedEvent
}

function stopFor(state: RunState): StopReason | undefined {
  switch (state) {
    case 'running':
      return undefined
    case 'stopping':
      return 'cancelled'
    case 'interrupted':
    case 'done':
      return 'lost'
  }
}

/** The frames of an answer that goes no further than its client reads. */
function framesOf(answer: Answer): FrameSource {
  return {
    async next(): Promise<string | undefined> {
      const events = await answer.next()
      if (events === undefined) return undefined
      let frames = ''
      for (const event of events) frames += frame(event)
      return frames
    },
    cancel: () => answer.stop('cancelled'),
  }
}

async function atMost(work: Promise<unknown>, milliseconds: number): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds)
  })
  try {
    await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
