// Which server processes there are: one for each person and server at a time that it is used, kept
// for the same person's next use, and never another's. How one process works is server-process.ts.

import type { ChildProcesses, ProcessRequest } from '../core/carry/child-processes.ts'
import { granted, refused } from '../core/errors.ts'
import { checkOptions, type OptionNames } from '../core/known-options.ts'
import { isFunction } from '../core/option-values.ts'
import { createBackoff } from './backoff.ts'
import { groupMemory } from './group-memory.ts'
import { groupGuardian } from './guardian.ts'
import { type ProcessEvents, ServerProcess } from './server-process.ts'

/** One line about a process, for the operator. */
export interface ProcessLogEntry {
  /** The binding's name. */
  readonly server: string
  /** `principalKey` of the person that the process is for. */
  readonly owner: string
  /** What it wrote to its standard error, or what happened to it. */
  readonly kind: 'stderr' | 'event'
  /** At most 200 characters, without credentials that are known. */
  readonly text: string
}

/** Options of {@link childProcesses}. */
export interface ChildProcessesOptions {
  /** Processes at once, of all people and servers. Default 100. */
  readonly maxProcesses?: number
  /** Of these, one person's. Default 8. */
  readonly maxPerPerson?: number
  /**
   * Gets what the processes write to their standard error. Default: one line of JSON for each, on
   * this process's standard error.
   */
  readonly log?: (entry: ProcessLogEntry) => void
  /** The clock: milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number
}

/** Every option of the factory. A new one does not compile until it is here. */
const CHILD_PROCESSES_OPTIONS: OptionNames<ChildProcessesOptions> = {
  maxProcesses: 'optional',
  maxPerPerson: 'optional',
  log: 'optional',
  now: 'optional',
}

/** The processes of an app. */
export interface OwnedProcesses extends ChildProcesses {
  /** Ends all of them, and starts no more. Call it when the app ends. */
  close(): Promise<void>
}

const DEFAULT_IDLE_MS = 300_000
/** How often the memory of processes with a limit is looked at. */
const LOOK_MS = 2_000
const MEGABYTE = 1024 * 1024

/** What is known of a process beside itself. */
interface Entry {
  readonly process: ServerProcess
  readonly settings: ProcessRequest['settings']
  /** Set while nobody uses it: what ends it. */
  idle?: ReturnType<typeof setTimeout>
}

/**
 * Makes the starter of server processes, for the setting `processes` of createOnBehalf. Make one for
 * each app.
 *
 * A process is in a group of its own, and the group ends with it. When this process ends, however it
 * does, a small shell ends them all; not on Windows, where only an orderly end does.
 *
 * @throws TypeError for a limit that is no positive number.
 *
 * @example
 * ```ts
 * const processes = childProcesses()
 * const onbehalf = createOnBehalf({ ...options, processes })
 * process.once('SIGTERM', () => void processes.close().then(() => process.exit()))
 * ```
 */
export function childProcesses(options: ChildProcessesOptions = {}): OwnedProcesses {
  checkOptions('childProcesses', '', options, CHILD_PROCESSES_OPTIONS, {
    log: isFunction('it is called with each entry'),
  })
  const { maxProcesses = 100, maxPerPerson = 8, log = logToStderr, now = Date.now } = options
  for (const [name, value] of Object.entries({ maxProcesses, maxPerPerson }))
    if (!(Number.isInteger(value) && value > 0))
      throw new TypeError(`${name} must be a positive number`)
  return new Pool({ maxProcesses, maxPerPerson, log, now })
}

function logToStderr(entry: ProcessLogEntry): void {
  console.error(JSON.stringify({ process: entry }))
}

/** The processes there are. */
class Pool implements OwnedProcesses {
  readonly #options: Required<ChildProcessesOptions>
  /** In use, starting or idle; the longest idle first. */
  readonly #entries = new Map<ServerProcess, Entry>()
  /** Those that were told to end, and have not. */
  readonly #ending = new Set<ServerProcess>()
  readonly #guardian = groupGuardian()
  readonly #backoff: ReturnType<typeof createBackoff>
  readonly #events: ProcessEvents
  #look: ReturnType<typeof setInterval> | undefined
  #isClosed = false
  #whenEnded = () => {}

  constructor(options: Required<ChildProcessesOptions>) {
    this.#options = options
    const { log, now } = options
    this.#backoff = createBackoff(now)
    const tell = ({ server, owner }: ServerProcess, kind: 'stderr' | 'event', text: string) =>
      log({ server, owner, kind, text })
    this.#events = {
      now,
      idle: (process) => this.#wait(process),
      line: (process, text) => tell(process, 'stderr', text),
      ended: (process, wasAsked, how) => {
        this.#forget(process)
        if (wasAsked) return
        this.#backoff.failed(process, process.startedAt)
        tell(process, 'event', `It ended by itself (${how}).`)
      },
    }
  }

  async take(request: ProcessRequest): ReturnType<ChildProcesses['take']> {
    const { server, settings } = request
    if (this.#isClosed) return refused('server_unreachable', { server })
    const waiting = this.#takeWaiting(request)
    if (waiting) return granted(waiting.use(request))
    if (this.#backoff.isOn(request)) return refused('server_unreachable', { server })
    if (!this.#makeRoom(request)) return refused('process_limit_reached', { server })
    const process = new ServerProcess(request, this.#events)
    this.#entries.set(process, { process, settings })
    this.#watchMemory(settings)
    if (await process.start(settings, this.#guardian)) return granted(process.use(request))
    if (process.group === undefined) {
      this.#forget(process)
      this.#backoff.failed(request, process.startedAt)
    }
    return refused('server_unreachable', { server })
  }

  end(owner: string): void {
    for (const { process } of this.#entries.values())
      if (process.owner === owner) this.#end(process, true)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    for (const { process } of this.#entries.values()) this.#end(process, false)
    if (this.#ending.size === 0) return
    await new Promise<void>((resolve) => {
      this.#whenEnded = resolve
    })
  }

  /** A process that waits for this person with these values. One with other values ends. */
  #takeWaiting(request: ProcessRequest): ServerProcess | undefined {
    for (const entry of this.#entries.values()) {
      const { process, idle } = entry
      if (idle === undefined) continue
      if (process.owner !== request.owner || process.server !== request.server) continue
      clearTimeout(idle)
      delete entry.idle
      if (process.isFor(request)) return process
      this.#end(process, false)
    }
    return undefined
  }

  #wait(process: ServerProcess): void {
    const entry = this.#entries.get(process)
    if (!entry || this.#isClosed) {
      this.#end(process, false)
      return
    }
    const { idleMs = DEFAULT_IDLE_MS } = entry.settings
    // To the end of the map: what waits longest comes first.
    this.#entries.delete(process)
    this.#entries.set(process, entry)
    entry.idle = setTimeout(() => this.#end(process, false), idleMs).unref()
  }

  /** Whether one more may run. A process that waits gives way. */
  #makeRoom({ owner, server, settings }: ProcessRequest): boolean {
    const { maxProcesses, maxPerPerson } = this.#options
    const limits = [
      [maxPerPerson, ({ process }: Entry) => process.owner === owner],
      [settings.maxProcesses, ({ process }: Entry) => process.server === server],
      [maxProcesses, () => true],
    ] as const
    return limits.every(([limit, counts]) => {
      const counted = [...this.#entries.values()].filter(counts)
      if (limit === undefined || counted.length < limit) return true
      const waiting = counted.find(({ idle }) => idle !== undefined)
      if (waiting) this.#end(waiting.process, true)
      return waiting !== undefined
    })
  }

  #end(process: ServerProcess, atOnce: boolean): void {
    clearTimeout(this.#entries.get(process)?.idle)
    this.#entries.delete(process)
    this.#ending.add(process)
    process.end(atOnce)
  }

  #forget(process: ServerProcess): void {
    clearTimeout(this.#entries.get(process)?.idle)
    this.#entries.delete(process)
    this.#ending.delete(process)
    if (this.#entries.size + this.#ending.size > 0) return
    clearInterval(this.#look)
    this.#look = undefined
    this.#whenEnded()
  }

  #watchMemory({ maxMemoryMb }: ProcessRequest['settings']): void {
    if (maxMemoryMb === undefined || this.#look) return
    this.#look = setInterval(() => void this.#lookAtMemory(), LOOK_MS).unref()
  }

  async #lookAtMemory(): Promise<void> {
    const used = await groupMemory()
    if (!used) clearInterval(this.#look)
    for (const { process, settings } of this.#entries.values()) {
      const bytes = used?.get(process.group ?? -1) ?? 0
      const { maxMemoryMb = Number.POSITIVE_INFINITY } = settings
      if (bytes <= maxMemoryMb * MEGABYTE) continue
      const { server, owner } = process
      const text = `Ended: it used more than ${maxMemoryMb} MB.`
      this.#options.log({ server, owner, kind: 'event', text })
      this.#backoff.failed(process, process.startedAt)
      this.#end(process, true)
    }
  }
}
