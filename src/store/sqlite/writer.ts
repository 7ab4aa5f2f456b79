// Writes into a SQLite file through a thread. What comes while the thread is at work is one
// transaction the next time.

import type { Worker } from 'node:worker_threads'
import type { SqlDatabase } from '../statements/sql.ts'
import { SqliteLockedError } from './locked.ts'
import { type Answer, type Change, type Outcome, startWriterThread } from './writer-thread.ts'

/** How long to wait before a locked file is tried again, in milliseconds: short at first. */
const FIRST_DELAY_MS = 1
const LONGEST_DELAY_MS = 50

/** The most changes of one transaction, and the most that wait. Further ones are refused. */
const MAX_BATCH = 500
const MAX_WAITING = 10_000

/** How long the process stands still at most until the thread has closed the file. */
const CLOSE_TIMEOUT_MS = 5000

/** A writer. */
export interface Writer {
  readonly commit: SqlDatabase['commit']
  /** Refuses what waits, and everything from now on. When it returns, the file is closed. */
  close(): void
}

interface Waiting {
  readonly change: Change
  /** On the clock of `performance.now`. */
  readonly untilMs: number
  readonly resolve: (rows: readonly number[] | undefined) => void
  readonly reject: (error: unknown) => void
}

/**
 * Makes a writer. Its thread starts with the first change, and does not keep the process alive.
 *
 * @param path The file, whose tables are there.
 * @param patienceMs How long a change waits at most for a file that is locked.
 */
export function threadWriter(path: string, patienceMs: number): Writer {
  return new ThreadWriter(path, patienceMs)
}

class ThreadWriter implements Writer {
  readonly #path: string
  readonly #patienceMs: number
  readonly #closed = new Int32Array(new SharedArrayBuffer(4))
  #waiting: Waiting[] = []
  #sent: readonly Waiting[] = []
  #thread: Worker | undefined
  #tries = 0
  #timer: ReturnType<typeof setTimeout> | undefined
  #isClosed = false

  constructor(path: string, patienceMs: number) {
    this.#path = path
    this.#patienceMs = patienceMs
  }

  readonly commit: SqlDatabase['commit'] = (steps) =>
    new Promise((resolve, reject) => {
      if (this.#isClosed) throw closedError()
      if (this.#waiting.length >= MAX_WAITING) throw new SqliteLockedError(this.#path, 0)
      const untilMs = performance.now() + this.#patienceMs
      this.#waiting.push({ change: steps, untilMs, resolve, reject })
      if (this.#timer === undefined) this.#send()
    })

  close(): void {
    this.#isClosed = true
    clearTimeout(this.#timer)
    for (const { reject } of this.#waiting.splice(0)) reject(closedError())
    if (!this.#thread) return
    this.#thread.postMessage('close')
    Atomics.wait(this.#closed, 0, 0, CLOSE_TIMEOUT_MS)
  }

  readonly #send = (): void => {
    this.#timer = undefined
    if (this.#sent.length > 0 || this.#waiting.length === 0) return
    this.#thread ??= this.#start()
    this.#sent = this.#waiting.splice(0, MAX_BATCH)
    // Somebody waits for it: now it keeps the process alive.
    this.#thread.ref()
    this.#thread.postMessage(this.#sent.map(({ change }) => change))
  }

  #start(): Worker {
    const thread = startWriterThread({ path: this.#path, closed: this.#closed })
    thread.on('message', (answer: Answer) => {
      thread.unref()
      this.#settle(answer)
    })
    thread.on('error', (error) => this.#lose(thread, error))
    thread.on('exit', () => this.#lose(thread, closedError()))
    return thread
  }

  #settle(answer: Answer): void {
    const sent = this.#sent
    this.#sent = []
    if (answer === 'locked') {
      this.#waiting.unshift(...sent)
      this.#tries += 1
      this.#refuseLate()
      const delayMs = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** this.#tries)
      if (this.#waiting.length > 0) this.#timer = setTimeout(this.#send, delayMs)
      return
    }
    this.#tries = 0
    for (const [index, one] of sent.entries()) settleOne(one, answer[index])
    this.#send()
  }

  /** Refuses what has waited for as long as it may. What waits longest comes first. */
  #refuseLate(): void {
    const late = this.#waiting.findIndex(({ untilMs }) => untilMs > performance.now())
    for (const { reject } of this.#waiting.splice(0, late < 0 ? this.#waiting.length : late))
      reject(new SqliteLockedError(this.#path, this.#patienceMs))
  }

  /** The thread has ended. The next change starts another one. */
  #lose(thread: Worker, error: unknown): void {
    if (this.#thread !== thread) return
    this.#thread = undefined
    const sent = this.#sent
    this.#sent = []
    for (const { reject } of sent) reject(error)
    if (!this.#isClosed) this.#send()
  }
}

function settleOne({ resolve, reject }: Waiting, outcome: Outcome | undefined): void {
  if (outcome && 'rows' in outcome) {
    resolve(outcome.rows)
    return
  }
  const { message = 'The change was not made', code } = outcome?.failure ?? {}
  reject(Object.assign(new Error(message), code === undefined ? {} : { code }))
}

function closedError(): Error {
  return new Error('The database is closed')
}
