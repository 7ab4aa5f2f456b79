// The runs of this instance: each takes its thread, says that it is alive, keeps its log where it is resumable, and hears when it is to stop.

import type { FrameSource } from '../http/frames.ts'
import { framesOf } from './answer.ts'
import type { Answer, StopReason } from './answer-parts.ts'
import { writeLog } from './log-writer.ts'
import type { LoggedEvent } from './recover.ts'
import { loggedEvents, readRun, runEnded } from './run-log.ts'
import {
  type BeginTerms,
  isAlive,
  type NewRun,
  type RunState,
  type RunStore,
  type StoredRun,
} from './run-store.ts'

/** A thread taken for one run. */
export interface Claim {
  readonly run: NewRun
  /**
   * Whether the thread is still this run's. While its time lasts nobody is asked; after that, as in a process that has slept, another instance
   * may have taken the run for dead: then it is told to stop, and must store nothing more.
   */
  isHeld(): boolean | Promise<boolean>
  /** Follows the answer of the run; gives what the client that began it reads. */
  follow(answer: Answer): FrameSource
  /** The answer is over: the thread is free again. */
  release(why: StopReason | undefined): Promise<void>
  /** The run came to no answer: it is forgotten, unless it has left a message. */
  undo(leftMessage: boolean): Promise<void>
}

/** How a thread was taken, or why not. */
export type Claimed =
  | { readonly claimed: true; readonly claim: Claim; readonly replaced?: StoredRun }
  | { readonly claimed: false; readonly why: 'busy' | 'crowded' }
  | { readonly claimed: false; readonly why: 'repeated'; readonly run: StoredRun }

/** The runs. */
export interface Runs {
  /**
   * Takes a thread. One whose run is being stopped here is waited for, a little.
   *
   * @throws Error after {@link Runs.close}.
   */
  claim(run: NewRun): Promise<Claimed>
  /** The newest run of a thread, whichever instance has it. */
  latest(owner: string, threadId: string): Promise<StoredRun | undefined>
  /** The events of a run after the one with that number, then those to come. The run goes on when the client is gone. */
  read(run: StoredRun, after: number): FrameSource
  /** All events that a run has kept. */
  logged(run: StoredRun): AsyncIterable<LoggedEvent>
  /** Forgets a run that left nothing. */
  drop(run: StoredRun): Promise<void>
  /** Stops the run of a thread, wherever it is, and waits for its end, for two seconds at most. */
  stop(owner: string, threadId: string): Promise<void>
  /** Ends the runs of a thread that was deleted, and forgets them. */
  forget(owner: string, threadId: string): Promise<void>
  /** Stops all runs of this instance, and begins no more. */
  close(): Promise<void>
}

/** What the runs are made of. */
export interface RunsParts {
  readonly store: RunStore
  readonly now: () => number
  /** Milliseconds. */
  readonly lease: number
  readonly most: number
  /** Characters that are kept of one run. */
  readonly logLength: number
  readonly onError: (error: unknown, threadId: string) => void
}

/** Milliseconds that a stopped run has to put away what it wrote. */
const LONGEST_STOP = 2000

/** Milliseconds until a wake is looked into. */
const LATER = 250

interface Entry {
  readonly run: NewRun
  /** Until when no other instance can have taken the run for dead. */
  aliveUntil: number
  answer?: Answer
  readonly released: Promise<void>
}

/** Makes the register of this instance. */
export function createRuns({ store, now, lease, most, logLength, onError }: RunsParts): Runs {
  const here = new Map<string, Entry>()
  let pulse: ReturnType<typeof setInterval> | undefined
  let closed = false
  const placeOf = ({ owner, threadId }: Pick<NewRun, 'owner' | 'threadId'>) =>
    JSON.stringify([owner, threadId])

  /** Says that a run is alive, and hears whether it is. */
  async function touch(entry: Entry, first = 1, events: readonly string[] = []): Promise<boolean> {
    const aliveUntil = now() + lease
    const state = await store.append(entry.run.id, first, events, aliveUntil)
    if (isAlive({ state })) entry.aliveUntil = aliveUntil
    const why = stopFor(state)
    // Not waited for: what is told to stop may be what waits for this.
    if (why && entry.answer) void entry.answer.stop(why)
    return isAlive({ state })
  }

  /** A process that has slept must not take its own run for dead, when it is the first to look. */
  async function renew(of: Pick<NewRun, 'owner' | 'threadId'>): Promise<void> {
    const own = here.get(placeOf(of))
    if (own && now() >= own.aliveUntil) await touch(own)
  }

  async function latest(owner: string, threadId: string): Promise<StoredRun | undefined> {
    await renew({ owner, threadId })
    return store.latest(owner, threadId, now())
  }

  function touchSoon(entry: Entry): void {
    void touch(entry).catch((error) => onError(error, entry.run.threadId))
  }

  function enter(entry: Entry): void {
    here.set(placeOf(entry.run), entry)
    pulse ??= setInterval(() => here.forEach(touchSoon), lease / 3)
  }

  function leave(entry: Entry): void {
    const place = placeOf(entry.run)
    // A new run may have taken the thread already.
    if (here.get(place) === entry) here.delete(place)
    if (here.size > 0) return
    clearInterval(pulse)
    pulse = undefined
  }

  async function claim(run: NewRun): Promise<Claimed> {
    const before = here.get(placeOf(run))
    if (before?.answer?.isOver()) await atMost(before.released, LONGEST_STOP)
    if (closed) throw new Error('The server is closed')
    await renew(run)
    const terms: BeginTerms = { now: now(), aliveUntil: now() + lease, most }
    const begun = await store.begin(run, terms)
    if (begun.began) {
      return {
        claimed: true,
        claim: claimOf(run, terms.aliveUntil),
        ...(begun.replaced ? { replaced: begun.replaced } : {}),
      }
    }
    return begun.why === 'repeated'
      ? { claimed: false, why: begun.why, run: begun.run }
      : { claimed: false, why: begun.why }
  }

  function claimOf(run: NewRun, aliveUntil: number): Claim {
    let released = () => {}
    const entry: Entry = {
      run,
      aliveUntil,
      released: new Promise((resolve) => {
        released = resolve
      }),
    }
    enter(entry)
    // Checked a little later, so that the wakes that this run's own events cause are one look and not many.
    let asked: ReturnType<typeof setTimeout> | undefined
    const unwatch = store.watch(run.id, () => {
      asked ??= setTimeout(() => {
        asked = undefined
        touchSoon(entry)
      }, LATER)
    })

    /** The run is over: the thread is free for whoever comes next. */
    async function free(settle: () => Promise<void>): Promise<void> {
      unwatch()
      clearTimeout(asked)
      leave(entry)
      try {
        await settle()
      } finally {
        released()
      }
    }

    return {
      run,
      isHeld: () => now() < entry.aliveUntil || touch(entry),
      // The log of a resumable run must hold its last events before anybody can see that it is over.
      release: async (why) => (run.resumable ? undefined : free(() => ended(run, why))),
      follow(answer) {
        entry.answer = answer
        if (closed) void answer.stop('closing')
        if (!run.resumable) return framesOf(answer)
        const source = read({ ...run, state: 'running', aliveUntil }, 0)
        const report = (error: unknown) => onError(error, run.threadId)
        void writeLog(answer, (first, events) => touch(entry, first, events), logLength, report)
          .then(() => free(() => ended(run, answer.stopped())))
          .catch(report)
        return source
      },
      undo: (leftMessage) =>
        free(() => (leftMessage ? store.end(run.id, 'interrupted') : store.drop(run.id))),
    }
  }

  /** Writes down how a run ended. Of one that was deleted or lost, nothing is there to be changed. */
  async function ended({ id }: NewRun, why: StopReason | undefined): Promise<void> {
    switch (why) {
      case undefined:
      case 'cancelled':
      case 'deadline':
      case 'too_much':
        return store.end(id, 'done')
      case 'closing':
        return store.end(id, 'interrupted')
      case 'deleted':
      case 'lost':
    }
  }

  function read(run: StoredRun, after: number): FrameSource {
    return readRun(run, after, {
      store,
      latest,
      lease,
      onError: (error) => onError(error, run.threadId),
    })
  }

  async function stopHere(owner: string, threadId: string, why: StopReason): Promise<boolean> {
    const own = here.get(placeOf({ owner, threadId }))
    if (!own?.answer) return false
    await atMost(Promise.all([own.answer.stop(why), own.released]), LONGEST_STOP)
    return true
  }

  return {
    claim,
    latest,
    read,
    logged: (run) => loggedEvents(store, run),
    drop: ({ id }) => store.drop(id),
    async stop(owner, threadId): Promise<void> {
      if (await stopHere(owner, threadId, 'cancelled')) return
      await store.stop(owner, threadId)
      const run = await latest(owner, threadId)
      if (run && isAlive(run)) await atMost(runEnded(run, { store, latest }), LONGEST_STOP)
    },
    async forget(owner, threadId): Promise<void> {
      await stopHere(owner, threadId, 'deleted')
      await store.forget(owner, threadId)
    },
    async close(): Promise<void> {
      closed = true
      const stopping = [...here.values()].map(async ({ answer, released }) => {
        if (answer) await atMost(Promise.all([answer.stop('closing'), released]), LONGEST_STOP)
      })
      await Promise.all(stopping)
    },
  }
}

/** What a run is told by its state in the store, which others may have changed. */
function stopFor(state: RunState): StopReason | undefined {
  switch (state) {
    case 'running':
      return undefined
    case 'stopping':
      return 'cancelled'
    case 'interrupted':
      return 'lost'
    case 'done':
      return 'deleted'
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
