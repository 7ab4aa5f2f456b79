// One server process of one person: it is used, it waits for its next use, or it has ended. Which
// processes there may be is child-processes.ts.

import type { ProcessRequest, ProcessStart, RunningProcess } from '../core/carry/child-processes.ts'
import { isObject, type UnknownObject } from '../core/json.ts'
import { errorLines } from './error-lines.ts'
import type { Guardian } from './guardian.ts'
import { messageLines } from './message-lines.ts'
import { sessionOpening } from './opening.ts'
import { isSameStart, type StartedProcess, startProcess } from './start-process.ts'

/** What the owner of the processes is told. */
export interface ProcessEvents {
  /** Nobody uses it any more, and it can be used again. */
  idle(process: ServerProcess): void
  /**
   * It has ended.
   *
   * @param wasAsked Whether we ended it.
   */
  ended(process: ServerProcess, wasAsked: boolean, how: string): void
  /** A line for the operator's log. */
  line(process: ServerProcess, text: string): void
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/** Bytes of one message. A call's answer has a limit of its own, which is lower. */
const MAX_MESSAGE_BYTES = 16 * 1024 * 1024
/** Requests of the server that its client has not answered. */
const MAX_ASKED = 1_000

/** One process. */
export class ServerProcess {
  readonly owner: string
  readonly server: string
  readonly startedAt: number
  readonly #start: ProcessStart
  readonly #events: ProcessEvents
  readonly #opening = sessionOpening()
  /** Requests of the client that the process has not answered, and those of the process. */
  readonly #unanswered = new Set<unknown>()
  readonly #asked = new Set<unknown>()
  #clean: ProcessRequest['clean']
  #started: StartedProcess | undefined
  #use: RunningProcess | undefined
  #wasAsked = false
  #expiry: ReturnType<typeof setTimeout> | undefined

  constructor({ owner, server, start, clean }: ProcessRequest, events: ProcessEvents) {
    this.owner = owner
    this.server = server
    this.startedAt = events.now()
    this.#start = start
    this.#clean = clean
    this.#events = events
  }

  /** Its process group; undefined until it runs. */
  get group(): number | undefined {
    return this.#started?.group
  }

  /** Starts it. Gives whether it runs. */
  async start(settings: ProcessRequest['settings'], guardian: Guardian): Promise<boolean> {
    const messages = messageLines(MAX_MESSAGE_BYTES, this.server)
    const lines = errorLines({
      clean: () => this.#clean,
      write: (line) => this.#events.line(this, line),
      now: this.#events.now,
    })
    this.#started = await startProcess(settings, this.#start, guardian, {
      output: (chunk) => this.#read(messages, chunk),
      error: lines,
      ended: (how) => this.#ended(how),
    })
    // Somebody may have ended it before it ran.
    if (this.#wasAsked) this.#started?.end(true)
    else this.#endWithCredential()
    return this.#started !== undefined && !this.#wasAsked
  }

  /** Whether it can be used again with these values. */
  isFor({ owner, server, start }: ProcessRequest): boolean {
    return owner === this.owner && server === this.server && isSameStart(start, this.#start)
  }

  /** Gives it to a client. */
  use({ clean }: ProcessRequest): RunningProcess {
    this.#clean = clean
    const isCurrent = () => this.#use === use && !this.#wasAsked
    const use: RunningProcess = {
      fits: (start, message) =>
        isCurrent() &&
        isSameStart(start, this.#start) &&
        (!isObject(message) || this.#opening.fits(message)),
      send: async (message) => {
        if (!isCurrent()) throw new Error('The process has ended')
        if (isObject(message)) await this.#send(message, use)
      },
      release: () => {
        if (isCurrent()) this.#release()
      },
      end: () => {
        if (isCurrent()) this.end()
      },
    }
    this.#use = use
    this.#started?.keepsAlive(true)
    return use
  }

  /** Ends it. */
  end(atOnce = false): void {
    this.#wasAsked = true
    this.#started?.end(atOnce)
  }

  async #send(message: UnknownObject, use: RunningProcess): Promise<void> {
    const next = this.#opening.outgoing(message)
    if (next === 'drop') return
    if (next !== 'send') {
      // Not before the client has sent it.
      queueMicrotask(() => use.onmessage?.(next.answer))
      return
    }
    if (typeof message.method !== 'string') this.#asked.delete(message.id)
    else if ('id' in message) this.#unanswered.add(message.id)
    await this.#started?.write(`${JSON.stringify(message)}\n`)
  }

  #read(messages: ReturnType<typeof messageLines>, chunk: Buffer): void {
    try {
      for (const message of messages(chunk)) this.#receive(message)
    } catch {
      this.#events.line(this, 'Ended: it wrote a message that is too large.')
      this.#started?.end(true)
    }
  }

  #receive(message: UnknownObject): void {
    this.#opening.incoming(message)
    if (typeof message.method !== 'string') this.#unanswered.delete(message.id)
    else if ('id' in message) {
      if (!this.#use) {
        this.#refuse(message)
        return
      }
      if (this.#asked.size >= MAX_ASKED) throw new RangeError('Too many requests')
      this.#asked.add(message.id)
    }
    this.#use?.onmessage?.(message)
  }

  /** While nobody uses it, there is nobody to ask. But it is alive, and so are we. */
  #refuse({ id, method }: UnknownObject): void {
    const answer =
      method === 'ping' ? { result: {} } : { error: { code: -32603, message: 'No client' } }
    this.#started?.write(`${JSON.stringify({ jsonrpc: '2.0', id, ...answer })}\n`).catch(() => {})
  }

  /** What is open would reach the next client, whose requests may have the same ids. */
  #release(): void {
    this.#use = undefined
    this.#started?.keepsAlive(false)
    if (this.#unanswered.size + this.#asked.size > 0 || this.#opening.isMarked) this.end()
    else this.#events.idle(this)
  }

  /** A new credential needs a new process. */
  #endWithCredential(): void {
    const { expiresAt } = this.#start
    if (!Number.isFinite(expiresAt)) return
    const delayMs = expiresAt * 1000 - this.#events.now()
    // Timers take a longer delay for none. After so long it is asked for again.
    const timer = setTimeout(
      () => (delayMs > MAX_TIMER_MS ? this.#endWithCredential() : this.end()),
      Math.min(Math.max(delayMs, 0), MAX_TIMER_MS),
    )
    this.#expiry = timer.unref()
  }

  #ended(how: string): void {
    clearTimeout(this.#expiry)
    const use = this.#use
    this.#use = undefined
    const wasAsked = this.#wasAsked
    this.#wasAsked = true
    this.#events.ended(this, wasAsked, how)
    use?.onclose?.()
  }
}

const MAX_TIMER_MS = 2 ** 31 - 1
