// The runs as this instance sees them: it takes threads for its own runs, and reads and stops runs
// of every instance.

import type { FrameSource } from '../http/frames.ts'
import type { ChatCaller } from '../options.ts'
import type { ItemsChange, StoredThread } from '../threads/thread-store.ts'
import { type AnswerPlan, startAnswer } from './answer.ts'
import { writeLog } from './log-writer.ts'
import { RunRegister, type ThreadPlace } from './register.ts'
import { Run, type RunHost } from './run.ts'
import type { StopReason } from './run-end.ts'
import { type LoggedEvent, type LogParts, loggedEvents, readRun, waitForEnd } from './run-log.ts'
import type { RunTerms } from './run-parts.ts'
import {
  type BeginInNew,
  type BeginTerms,
  type Begun,
  isAlive,
  type NewRun,
  type StoredRun,
} from './run-store.ts'

/** How a thread was taken, or why not. */
export type Taken =
  | { readonly taken: true; readonly run: Run; readonly replaced: StoredRun | undefined }
  | { readonly taken: false; readonly why: 'busy' | 'crowded' }
  | { readonly taken: false; readonly why: 'repeated'; readonly run: StoredRun }

/** The runs. */
export interface Runs {
  /**
   * Takes a thread. When its run is being stopped here, this waits for it for up to two seconds.
   *
   * @throws Error after {@link Runs.close}.
   */
  take(record: NewRun, terms: RunTerms): Promise<Taken>
  /**
   * Whether a run and the thread that it begins in can be stored in one change: whether there is
   * {@link Runs.takeNew}.
   */
  readonly takesNew: boolean
  /**
   * Takes a thread that is new, and stores it in the same change. `refused`: an attachment is not the
   * owner's. When it throws, it is not known what was stored.
   */
  takeNew(
    record: NewRun,
    terms: RunTerms,
    thread: StoredThread,
    first: ItemsChange,
  ): Promise<Taken | { readonly taken: false; readonly why: 'refused' }>
  /**
   * Starts the answer of a run.
   *
   * @returns What its client reads: the answer itself, or the log when the run is resumable.
   */
  answer(run: Run, plan: AnswerPlan): FrameSource
  /** The newest run of a thread, whichever instance has it. */
  latest(owner: string, threadId: string): Promise<StoredRun | undefined>
  /**
   * Gives the events of a run from the one after number `after`, then those to come. A reader that
   * leaves does not stop the run.
   */
  read(run: NewRun, after: number): FrameSource
  /** All events that the log of a run has. */
  logged(run: NewRun): AsyncIterable<LoggedEvent>
  /** Forgets a run that left nothing; ends one that left a message. */
  drop(run: NewRun, leftMessage?: boolean): Promise<void>
  /** Stops the run of a thread, whichever instance has it; waits up to two seconds for its end. */
  stop(owner: string, threadId: string): Promise<void>
  /**
   * Brings the run of a thread a fresh sign-in.
   *
   * @returns `taken`: the run works with it, and ends the caller. `elsewhere`: another instance has
   *   the run. `unasked`: nobody waits for one.
   */
  renew(
    owner: string,
    threadId: string,
    caller: ChatCaller,
  ): Promise<'taken' | 'elsewhere' | 'unasked'>
  /** Ends the runs of a thread that was deleted, and forgets them. */
  forget(owner: string, threadId: string): Promise<void>
  /** Stops all runs of this instance, and begins no more. */
  close(): Promise<void>
}

/** What the runs are made of. */
export interface RunsParts extends Omit<RunHost, 'onRelease'> {
  /** Runs of one owner that may be alive at once. */
  readonly maxRuns: number
  /** Characters that the log of one run may have. */
  readonly maxLogChars: number
  readonly onError: (error: unknown, threadId: string) => void
  /** Begins a run in a new thread, where the stores can do both in one change. */
  readonly beginInNew: BeginInNew | undefined
}

/** Milliseconds that a stopped run has to store what it wrote. */
const MAX_STOP_MS = 2000

/** Makes the runs of this instance. */
export function createRuns(parts: RunsParts): Runs {
  return new InstanceRuns(parts)
}

class InstanceRuns implements Runs {
  readonly #parts: RunsParts
  readonly #host: RunHost
  readonly #here: RunRegister
  readonly #reading: LogParts
  #isClosed = false

  constructor(parts: RunsParts) {
    const here = new RunRegister(parts.leaseMs / 3)
    this.#parts = parts
    this.#here = here
    this.#host = { ...parts, onRelease: (run) => here.leave(run) }
    this.#reading = {
      ...parts,
      latest: (owner, threadId) => this.latest(owner, threadId),
    }
  }

  async take(record: NewRun, terms: RunTerms): Promise<Taken> {
    const before = this.#here.get(record)
    if (before?.isOver) await waitAtMost(before.released, MAX_STOP_MS)
    this.#refuseWhenClosed()
    await this.#renew(record)
    const begin = this.#terms()
    return this.#taken(await this.#parts.store.begin(record, begin), record, terms, begin)
  }

  get takesNew(): boolean {
    return this.#parts.beginInNew !== undefined
  }

  async takeNew(
    record: NewRun,
    terms: RunTerms,
    thread: StoredThread,
    first: ItemsChange,
  ): Promise<Taken | { readonly taken: false; readonly why: 'refused' }> {
    const { beginInNew } = this.#parts
    if (!beginInNew) throw new Error('The stores do not begin a run in a new thread')
    this.#refuseWhenClosed()
    const begin = this.#terms()
    const begun = await beginInNew(record, begin, thread, first)
    return !begun.began && begun.why === 'refused'
      ? { taken: false, why: begun.why }
      : this.#taken(begun, record, terms, begin)
  }

  #refuseWhenClosed(): void {
    if (this.#isClosed) throw new Error('The server is closed')
  }

  #terms(): BeginTerms {
    const { now, leaseMs, maxRuns } = this.#parts
    return { now: now(), aliveUntil: now() + leaseMs, most: maxRuns }
  }

  /** What became of a beginning; the run that has begun is entered here. */
  #taken(begun: Begun, record: NewRun, terms: RunTerms, { aliveUntil }: BeginTerms): Taken {
    if (!begun.began) {
      return begun.why === 'repeated'
        ? { taken: false, why: begun.why, run: begun.run }
        : { taken: false, why: begun.why }
    }
    const run = new Run(record, terms, aliveUntil, this.#host)
    this.#here.enter(run)
    return { taken: true, run, replaced: begun.replaced }
  }

  answer(run: Run, plan: AnswerPlan): FrameSource {
    const answer = startAnswer(run, plan)
    if (this.#isClosed) void run.stop('closing')
    if (!run.record.resumable) return answer
    const frames = this.read(run.record, 0)
    writeLog(run, answer, this.#parts.maxLogChars)
    return frames
  }

  /** A process that slept must not take its own run for dead when it looks first. */
  async #renew(place: ThreadPlace): Promise<void> {
    await this.#here.get(place)?.isHeld()
  }

  async latest(owner: string, threadId: string): Promise<StoredRun | undefined> {
    await this.#renew({ owner, threadId })
    return this.#parts.store.latest(owner, threadId, this.#parts.now())
  }

  read(run: NewRun, after: number): FrameSource {
    const here = this.#here.get(run)
    return readRun(run, after, here?.record.id === run.id ? here.tail : undefined, this.#reading)
  }

  logged(run: NewRun): AsyncIterable<LoggedEvent> {
    return loggedEvents(this.#parts.store, run)
  }

  drop({ id }: NewRun, leftMessage = false): Promise<void> {
    const { store } = this.#parts
    return leftMessage ? store.end(id, 'interrupted') : store.drop(id)
  }

  async stop(owner: string, threadId: string): Promise<void> {
    const { store } = this.#parts
    if (await this.#stopHere({ owner, threadId }, 'cancelled')) return
    await store.stop(owner, threadId)
    const run = await this.latest(owner, threadId)
    if (!run || !isAlive(run)) return
    const latest = () => this.latest(owner, threadId)
    await waitAtMost(waitForEnd(run, { store, latest }), MAX_STOP_MS)
  }

  async renew(
    owner: string,
    threadId: string,
    caller: ChatCaller,
  ): Promise<'taken' | 'elsewhere' | 'unasked'> {
    const here = this.#here.get({ owner, threadId })
    if (here) return here.signIns.bring(caller) ? 'taken' : 'unasked'
    const run = await this.latest(owner, threadId)
    return run && isAlive(run) ? 'elsewhere' : 'unasked'
  }

  async forget(owner: string, threadId: string): Promise<void> {
    await this.#stopHere({ owner, threadId }, 'deleted')
    await this.#parts.store.forget(owner, threadId)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await Promise.all(this.#here.all().map((run) => stopAndWait(run, 'closing')))
  }

  async #stopHere(place: ThreadPlace, why: StopReason): Promise<boolean> {
    const run = this.#here.get(place)
    if (!run?.isStarted) return false
    await stopAndWait(run, why)
    return true
  }
}

/** Stops a run whose answer has begun, and waits until its thread is free. */
async function stopAndWait(run: Run, why: StopReason): Promise<void> {
  if (run.isStarted) await waitAtMost(Promise.all([run.stop(why), run.released]), MAX_STOP_MS)
}

async function waitAtMost(work: Promise<unknown>, maxMs: number): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, maxMs)
  })
  try {
    await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
