// The MCP `Transport` for one principal and one stdio server. Each request goes through the
// `fetch`, so the rules are the same. It starts no process, and knows no SDK: the transports of the
// SDKs v1 and v2 have the shape that it takes and gives.

import { isStdio } from '../core/binding.ts'
import { AuthError } from '../core/errors.ts'
import { isObject, parseJson, type UnknownObject } from '../core/json.ts'
import { checkOptions } from '../core/known-options.ts'
import { checkArgument, hasMethods } from '../core/option-values.ts'
import { toError } from '../core/sentences.ts'
import { mcpFetch, ownQuarantine, ownSecrets } from './fetch.ts'
import { MCP_FETCH_OPTIONS, MCP_FETCH_VALUES, type McpFetchOptions } from './fetch-options.ts'
import { refusalNoter } from './note-refusal.ts'
import { type ReflectionParts, removeReflections } from './redact/reflections.ts'
import { isRequest, type StdioRequests, stdioRequests } from './stdio-requests.ts'

/**
 * TypeScript compares the parameters of a method both ways, so that each SDK's own types of
 * messages fit.
 */
interface Handlers {
  message(message: object, extra?: object): void
}

/** What the SDKs call `Transport`, as far as it is used here. */
export interface MessageTransport {
  start(): Promise<void>
  send(message: object, options?: object): Promise<void>
  close(): Promise<void>
  onmessage?: Handlers['message'] | undefined
  onclose?: (() => void) | undefined
  onerror?: ((error: Error) => void) | undefined
}

const { fetch: _, ...CARRYING_OPTIONS } = MCP_FETCH_OPTIONS

const IS_TRANSPORT = hasMethods(['start', 'send', 'close'], 'a transport of an MCP SDK')

/** What the transport is made of: what the `fetch` is, without the `fetch` below it. */
export type CarryingTransportOptions = Omit<McpFetchOptions, 'fetch'>

/**
 * Wraps the transport of a server that runs for one principal alone. A process that several
 * principals share would mix their calls.
 *
 * It answers a `tools/call` that was refused or failed with a tool result that has `isError`. There
 * is no 401 here: a credential that the server finds expired is replaced by the source's own clock
 * only. When the sign-in is revoked, `inner` is closed.
 *
 * @returns A transport whose `send` throws {@link AuthError} for anything but a tool call.
 * @throws TypeError when the server is not bound as `stdio:`. We cannot see where an HTTP transport
 *   sends to; give it the `fetch` instead. Also when `inner` is in use: the answers for one person
 *   would go to another.
 *
 * @example
 * ```ts
 * const stdio = new StdioClientTransport({ command: 'files-server' })
 * await client.connect(
 *   carryingTransport(stdio, { binding, source, principal, auditor, trace, deadline: 30_000 }),
 * )
 * ```
 */
export function carryingTransport(
  inner: MessageTransport,
  options: CarryingTransportOptions,
): MessageTransport {
  checkArgument('carryingTransport: the transport', inner, IS_TRANSPORT)
  checkOptions('carryingTransport', '', options, CARRYING_OPTIONS, MCP_FETCH_VALUES)
  const { binding, quarantine = ownQuarantine(binding) } = options
  const secrets = options.secrets ?? ownSecrets(options.principal)
  if (!isStdio(binding.url))
    throw new TypeError(`servers.${binding.name}.url is not a stdio server: use fetch()`)
  if (inner.onmessage)
    throw new TypeError(
      `servers.${binding.name}: this transport is in use. Start a process of its own for each person`,
    )
  const requests = stdioRequests((message) => inner.send(message))
  const fetch = mcpFetch({
    ...options,
    secrets,
    quarantine,
    fetch: (_, init) => requests.ask(init ?? {}),
  })
  const inbox = createInbox()
  const outer = outerTransport(inner, requests, inbox, fetch, options)
  listen(inner, outer, requests, inbox, {
    live: secrets.at(binding),
    quarantine,
    note: refusalNoter(options),
  })
  // The SDKs' errors quote the line that they could not read.
  inner.onerror = () =>
    outer.onerror?.(toError({ reason: 'server_unavailable', server: binding.name }))
  return outer
}

/** A transport that the client uses, and the calls that it has under way. */
interface OuterTransport extends MessageTransport {
  /**
   * Settles when the client has its answer to this request; undefined when there is no such
   * request.
   */
  settled(id: unknown): Promise<void> | undefined
}

/** What the server said, one after the other: the work for one may take turns with other people. */
interface Inbox {
  add(work: () => void | Promise<void>): void
  /** Settles when everything that was said so far is done. */
  done(): Promise<void>
}

function createInbox(): Inbox {
  let last: Promise<void> = Promise.resolve()
  return {
    add(work) {
      // A client that throws at one message gets the next one all the same.
      last = last.then(work).catch(() => {})
    },
    done: () => last,
  }
}

/** What the client sends. */
function outerTransport(
  inner: MessageTransport,
  requests: StdioRequests,
  inbox: Inbox,
  fetch: typeof globalThis.fetch,
  { binding, signal }: CarryingTransportOptions,
): OuterTransport {
  const calls = new Map<unknown, { controller: AbortController; settled: Promise<void> }>()
  const endSignedOut = () => void inner.close().catch(() => {})
  signal?.addEventListener('abort', endSignedOut, { once: true })

  async function carry(message: UnknownObject, signal: AbortSignal): Promise<void> {
    try {
      const body = JSON.stringify(message)
      const response = await fetch(binding.url, { method: 'POST', body, signal })
      const answer = isRequest(message) ? parseJson(await response.text()) : undefined
      if (isObject(answer)) outer.onmessage?.(answer)
    } catch (error) {
      if (!(error instanceof AuthError && error.code === 'cancelled')) throw error
    }
  }

  const outer: OuterTransport = {
    start: () => inner.start(),
    settled: (id) => calls.get(id)?.settled,
    async close() {
      signal?.removeEventListener('abort', endSignedOut)
      await inner.close()
      inner.onmessage = undefined
    },
    async send(message) {
      // What it said before may have put the server into quarantine.
      await inbox.done()
      if (!isObject(message)) throw toError({ reason: 'arguments_refused', server: binding.name })
      const cancelled = cancelledBy(message)
      if (cancelled !== undefined) {
        const wasSent = requests.isPending(cancelled)
        calls.get(cancelled)?.controller.abort()
        // A call that still waits for its credential never leaves, so the server need not hear of
        // it.
        if (!wasSent) return
      }
      const controller = new AbortController()
      const settled = carry(message, controller.signal)
      if (!isRequest(message)) return settled
      calls.set(message.id, { controller, settled })
      return settled.finally(() => calls.delete(message.id))
    },
  }
  return outer
}

/** What the server says, and its end. */
function listen(
  inner: MessageTransport,
  outer: OuterTransport,
  requests: StdioRequests,
  inbox: Inbox,
  parts: ReflectionParts,
): void {
  async function pass(message: UnknownObject, extra: object | undefined): Promise<void> {
    if (typeof message.method !== 'string') return requests.answer(message)
    // The server's own requests and notifications. Answers are redacted by the `fetch`.
    const clean = await removeReflections(message, 'message', parts)
    if (isObject(clean)) outer.onmessage?.(clean, extra)
  }
  inner.onmessage = (message, extra) => {
    if (!isObject(message)) return
    inbox.add(() => pass(message, extra))
  }
  inner.onclose = () => {
    inbox.add(async () => {
      const settled = requests.failAll().map((id) => outer.settled(id))
      // Their answers come first: a client throws away what comes after its end.
      await Promise.allSettled(settled)
      outer.onclose?.()
    })
  }
}

/** The id of the request that a message cancels. */
function cancelledBy({ method, params }: UnknownObject): unknown {
  return method === 'notifications/cancelled' && isObject(params) ? params.requestId : undefined
}
