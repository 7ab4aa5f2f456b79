// One MCP server of one run: opened for one principal, listed once, closed with the run. Runs share
// nothing of it.

import { SdkError, SdkErrorCode, SdkHttpError } from '@modelcontextprotocol/client'
import { wasNeverSent } from '../../core/carry/send.ts'
import { AuthError, type Refusal } from '../../core/errors.ts'
import type { UnknownObject } from '../../core/json.ts'
import type { Asker } from '../questions/asker.ts'
import { type ReadResult, readResult } from '../results/read-result.ts'
import { isSessionGone } from './call-failure.ts'
import { type CallProgress, type McpSession, openSession } from './mcp-session.ts'
import { type RunFetch, runFetch } from './run-fetch.ts'

/** A call of one tool. */
export interface ToolCall {
  /** The tool as it was listed. */
  readonly tool: {
    readonly name: string
    readonly inputSchema: UnknownObject
    readonly outputSchema?: unknown
  }
  readonly args: UnknownObject
  readonly signal?: AbortSignal | undefined
  readonly onProgress: (progress: CallProgress) => void
}

/** A server that is open and listed. */
export interface OpenServer {
  /** As the operator named it. */
  readonly name: string
  /** What it lists, as it gave it. */
  readonly entries: readonly unknown[]
  /** Whether these are all. */
  readonly isWhole: boolean
  /** Calls a tool, once. When the server has lost the session, it is called in a new one. */
  call(call: ToolCall): Promise<ReadResult>
  close(): Promise<void>
}

/** A server that could not be opened. No tool of it was called. */
export interface ClosedServer {
  readonly name: string
  readonly refusal: Refusal
  /** More about the reason, for the operator. */
  readonly detail: string
}

/** What {@link openServer} needs. */
export interface OpenServerOptions {
  readonly name: string
  readonly url: string
  /** Adds the principal's credential. The framework never holds it. */
  readonly fetch: typeof globalThis.fetch
  /** Called with every refusal of `fetch`, and whether the server was open by then. */
  readonly onRefused: (refusal: Refusal, isOpen: boolean) => void
  /** Aborts everything but the farewell. */
  readonly signal: AbortSignal
  /** The longest time for opening and listing, in milliseconds. */
  readonly openingMs: number
  /** The longest time for one call without an answer or progress. */
  readonly deadlineMs: number
  /** The longest time for one call in all. */
  readonly totalMs: number
  /** Asks the person what the server asks. Default: nobody can be asked. */
  readonly asker?: Asker | undefined
  /** Ends what `fetch` goes over, where that is no network. */
  readonly end?: () => Promise<void>
}

/** Opens a server, in whichever protocol revision it speaks, and lists its tools. */
export async function openServer(options: OpenServerOptions): Promise<OpenServer | ClosedServer> {
  let isOpen = false
  const { name, signal, onRefused } = options
  const carried = runFetch({
    name,
    fetch: options.fetch,
    signal,
    onRefused: (refusal) => onRefused(refusal, isOpen),
  })
  const limit = AbortSignal.timeout(options.openingMs)
  const time = AbortSignal.any([limit, signal])
  let session: McpSession | undefined
  try {
    session = await sessionWithin(time, carried, options)
    const list = await within(time, session.list())
    isOpen = true
    return serverOver(session, list, carried, options)
  } catch (error) {
    await session?.close()
    await options.end?.().catch(() => undefined)
    return closedServer(name, error, limit.aborted)
  }
}

/** Opens a session in the time that there is. One that comes too late is closed. */
async function sessionWithin(
  time: AbortSignal,
  { fetch }: RunFetch,
  { url, openingMs, asker }: OpenServerOptions,
): Promise<McpSession> {
  const opening = openSession({ url, fetch, signal: time, deadlineMs: openingMs, asker })
  try {
    return await within(time, opening)
  } catch (error) {
    if (time.aborted) void opening.then((late) => late.close()).catch(() => undefined)
    throw error
  }
}

/** Waits for something that may not obey the signal. */
async function within<T>(time: AbortSignal, work: Promise<T>): Promise<T> {
  let stop: () => void = () => undefined
  const late = new Promise<never>((_, reject) => {
    stop = () => reject(time.reason)
    if (time.aborted) stop()
    time.addEventListener('abort', stop, { once: true })
  })
  try {
    return await Promise.race([work, late])
  } finally {
    time.removeEventListener('abort', stop)
  }
}

function closedServer(name: string, error: unknown, isLate: boolean): ClosedServer {
  const closed = (reason: Refusal['reason'], detail: string) => ({
    name,
    refusal: { reason, server: name },
    detail,
  })
  // "Not known whether it was done" belongs to calls. While a server is opened, nothing is called.
  if (
    error instanceof AuthError &&
    error.code !== 'server_unavailable' &&
    error.code !== 'cancelled'
  )
    return { name, refusal: { ...error.refusal, server: name }, detail: error.code }
  if (error instanceof Error && (wasNeverSent(error) || wasNeverSent(error.cause)))
    return closed('server_unreachable', 'no_connection')
  if (isLate) return closed('server_not_ready', 'opening_too_slow')
  if (error instanceof AuthError) return closed('server_not_ready', error.code)
  if (error instanceof SdkHttpError) return closed('server_not_ready', `http_${error.status}`)
  const isTooSlow = error instanceof SdkError && error.code === SdkErrorCode.RequestTimeout
  return closed('server_not_ready', isTooSlow ? 'opening_too_slow' : 'no_mcp_answer')
}

function serverOver(
  first: McpSession,
  list: { readonly entries: readonly unknown[]; readonly isWhole: boolean },
  carried: RunFetch,
  options: OpenServerOptions,
): OpenServer {
  const { name, signal: ends, openingMs, deadlineMs, totalMs } = options
  let current = Promise.resolve(first)

  /** Opens a session in place of one that the server has lost: once, for all calls that met it. */
  function renew(lost: Promise<McpSession>): Promise<McpSession> {
    if (current !== lost) return current
    const time = AbortSignal.any([AbortSignal.timeout(openingMs), ends])
    const renewed = sessionWithin(time, carried, options)
    current = renewed
    // A later call tries again.
    renewed.catch(() => {
      if (current === renewed) current = lost
    })
    return renewed
  }

  return {
    name,
    ...list,
    async call({ tool, args, signal, onProgress }) {
      const signals = signal ? [signal, ends] : [ends]
      const terms = {
        tool,
        args,
        deadlineMs,
        totalMs,
        onProgress,
        signal: AbortSignal.any(signals),
      }
      const used = current
      const session = await used
      try {
        return readResult(await session.call(terms), tool.outputSchema)
      } catch (error) {
        if (!session.hasId || !isSessionGone(error) || terms.signal.aborted) throw error
        const next = await renew(used).catch(() => undefined)
        if (!next) throw error
        return readResult(await next.call(terms), tool.outputSchema)
      }
    },
    async close() {
      const session = await current.catch(() => undefined)
      await carried.farewells()
      await session?.close()
      await options.end?.().catch(() => undefined)
    },
  }
}
