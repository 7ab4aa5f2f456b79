// The transport to a process that we start ourselves: at the first message, once its credential is
// there and the hop is recorded. It places nothing and judges nothing; `transport.ts` goes over it.

import type {
  ChildProcesses,
  ProcessRequest,
  ProcessStart,
  RunningProcess,
} from '../core/carry/child-processes.ts'
import { toError } from '../core/sentences.ts'
import type { IssuedToken } from '../core/source/exchange.ts'
import type { CredentialSource } from '../core/source/parts.ts'
import type { MessageTransport } from './transport.ts'

/** Whose process it is, and where it comes from. */
export interface ProcessTransportOptions extends Omit<ProcessRequest, 'start'> {
  readonly processes: ChildProcesses
}

/** A transport whose process is started with what the placing fills in. */
export interface ProcessTransport extends MessageTransport {
  /** Takes what the process is to be started with. The placing calls it before each message. */
  fill(start: ProcessStart): void
  readonly isRunning: boolean
}

/** A process without a credential of its own. */
const NOTHING: ProcessStart = { env: {}, args: [], expiresAt: Number.POSITIVE_INFINITY }

/**
 * Makes the transport of one client.
 *
 * Its `send` throws an AuthError `server_unreachable` or `process_limit_reached` when the message
 * was not sent.
 */
export function processTransport(options: ProcessTransportOptions): ProcessTransport {
  const { processes, server } = options
  let start = NOTHING
  let taking: Promise<RunningProcess> | undefined
  let running: RunningProcess | undefined
  let isClosed = false
  let isLost = false

  function closed(): void {
    running = undefined
    if (isClosed) return
    isClosed = true
    transport.onclose?.()
  }

  async function take(): Promise<RunningProcess> {
    const taken = await processes.take({ ...options, start })
    if (!taken.ok) throw toError(taken.refusal)
    const process = taken.value
    if (isClosed) {
      process.release()
      throw toError({ reason: 'server_unreachable', server })
    }
    process.onmessage = (message) => transport.onmessage?.(message)
    process.onclose = closed
    running = process
    return process
  }

  async function taken(): Promise<RunningProcess> {
    if (isClosed || isLost) throw toError({ reason: 'server_unreachable', server })
    if (running) return running
    taking ??= take().finally(() => {
      taking = undefined
    })
    return taking
  }

  /** The process for a message. One that opens a session may have another process than before. */
  async function processFor(message: object): Promise<RunningProcess> {
    const process = await taken()
    if (process.fits(start, message)) return process
    process.onclose = undefined
    process.end()
    running = undefined
    const opens = 'method' in message && message.method === 'initialize'
    if (opens) return taken()
    // Its session is lost, so the client has to open another one. It is told after this message was
    // refused: this one was not sent, and the end would say that nobody knows.
    isLost = true
    setTimeout(closed)
    throw toError({ reason: 'server_unreachable', server })
  }

  const transport: ProcessTransport = {
    async start() {},
    fill(given) {
      start = given
    },
    get isRunning() {
      return running !== undefined
    },
    async send(message) {
      await (await processFor(message)).send(message)
    },
    async close() {
      running?.release()
      closed()
    },
  }
  return transport
}

/**
 * A source that gives the token that the process was started with for as long as it is valid. A newer
 * one would be in the audit, and not in the process. It gives nothing when there would be none.
 */
export function startedSource(
  source: CredentialSource,
  isRunning: () => boolean,
  now: () => number,
): CredentialSource {
  let held: IssuedToken | undefined
  return async (asked) => {
    const issued = await source(asked)
    if (!issued.ok) return issued
    const isGood = held !== undefined && held.expiresAt > now() / 1000
    // A key has no end: another one is there because the person changed it.
    const isToken = held !== undefined && Number.isFinite(held.expiresAt)
    if (held && isRunning() && isGood && isToken) return { ok: true, value: held }
    held = issued.value
    return issued
  }
}
