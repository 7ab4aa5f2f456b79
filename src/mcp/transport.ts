// The MCP `Transport` for one principal and one stdio server: the same rules as the `fetch`, because each request goes through it. It starts no
// process, and knows no SDK: those of v1 and v2 have the shape that it takes and gives.

import { isStdio } from '../core/binding.ts'
import { memoryReflectionMarks } from '../core/carry/memory-reflection-marks.ts'
import { AuthError } from '../core/errors.ts'
import { isObject, parseJson, type UnknownObject } from '../core/json.ts'
import { toError } from '../core/sentences.ts'
import { type McpFetchOptions, mcpFetch } from './fetch.ts'
import { liveSecrets } from './redact/live-secrets.ts'
import { createQuarantine } from './redact/quarantine.ts'

/** A handler's parameters are compared both ways, so that each SDK's own types of messages fit. */
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

/** What the transport is made of: as the `fetch`, but that nothing is fetched. */
export type CarryingTransportOptions = Omit<McpFetchOptions, 'fetch'>

/** A request that the server has not answered yet. */
interface Pending {
  answer(message: UnknownObject): void
  fail(): void
}

/**
 * Wraps the transport of a server that runs for one principal alone. A process that others share would mix their calls.
 *
 * A refused or failed `tools/call` is answered as a tool result with `isError`; sending anything else throws {@link AuthError}. There is no 401
 * here: a credential that the server finds expired is replaced by the source's own clock only. When the sign-in is revoked, `inner` is closed.
 *
 * @throws TypeError when the server is not bound as `stdio:`. Where an HTTP transport sends to is not seen from here; it takes the `fetch`.
 */
export function carryingTransport(
  inner: MessageTransport,
  options: CarryingTransportOptions,
): MessageTransport {
  const { binding, principal, auditor, trace, signal, live = liveSecrets() } = options
  const {
    quarantine = createQuarantine({ binding, marks: memoryReflectionMarks(), now: Date.now }),
  } = options
  if (!isStdio(binding.url))
    throw new TypeError(`servers.${binding.name}.url is not a stdio server: use fetch()`)
  const pending = new Map<unknown, Pending>()
  const sending = new Map<
    unknown,
    { readonly controller: AbortController; readonly done: Promise<void> }
  >()

  /** Answers a request as a server behind HTTP would. */
  async function ask(init: RequestInit): Promise<Response> {
    const message = parseJson(typeof init.body === 'string' ? init.body : '')
    if (!isObject(message)) throw new TypeError('no message')
    if (!isRequest(message)) {
      await inner.send(message)
      return new Response(null, { status: 202 })
    }
    const { id } = message
    try {
      const answer = await new Promise<UnknownObject>((resolve, reject) => {
        const fail = () => reject(new Error('no answer'))
        pending.set(id, { answer: resolve, fail })
        init.signal?.addEventListener('abort', fail, { once: true })
        if (init.signal?.aborted) fail()
        else inner.send(message).catch(fail)
      })
      return Response.json(answer)
    } finally {
      pending.delete(id)
    }
  }

  const carried = mcpFetch({ ...options, live, quarantine, fetch: (_, init) => ask(init ?? {}) })

  /** What the server says unasked: questions and notifications. */
  function said(message: UnknownObject): UnknownObject | undefined {
    const { value, hits, withheld } = live.redactor().json(message)
    if (hits > 0) quarantine.reflected()
    if (hits + withheld > 0) {
      const destination = binding.resource
      const reason = 'credential_reflected'
      auditor({
        hop: 'carry',
        trace,
        principal,
        outcome: 'refused',
        reason,
        destination,
        operation: 'message',
      }).catch(() => {})
    }
    return isObject(value) ? value : undefined
  }

  inner.onmessage = (message, extra) => {
    if (!isObject(message)) return
    if (typeof message.method === 'string') {
      const safe = said(message)
      if (safe) outer.onmessage?.(safe, extra)
      return
    }
    // An answer that nobody waits for is late, or made up.
    pending.get(message.id)?.answer(message)
  }
  inner.onclose = () => {
    const asked = [...pending].map(([id, { fail }]) => {
      fail()
      return sending.get(id)?.done
    })
    // The calls' answers say so first: what a client does with them after its end is to throw.
    void Promise.allSettled(asked).then(() => outer.onclose?.())
  }
  // The SDKs' errors quote the line that they could not read.
  inner.onerror = () =>
    outer.onerror?.(toError({ reason: 'server_unavailable', server: binding.name }))
  const revoked = () => void inner.close().catch(() => {})
  signal?.addEventListener('abort', revoked, { once: true })

  const outer: MessageTransport = {
    start: () => inner.start(),
    async close() {
      signal?.removeEventListener('abort', revoked)
      await inner.close()
    },
    async send(message) {
      if (!isObject(message)) throw toError({ reason: 'arguments_refused', server: binding.name })
      const cancelled = cancelledBy(message)
      if (cancelled !== undefined) {
        const sent = pending.has(cancelled)
        sending.get(cancelled)?.controller.abort()
        // A call that is still waiting for its credential never leaves.
        if (!sent) return
      }
      const controller = new AbortController()
      const done = passOn(message, controller.signal)
      if (!isRequest(message)) return done
      sending.set(message.id, { controller, done })
      return done.finally(() => sending.delete(message.id))
    },
  }

  async function passOn(message: UnknownObject, signal: AbortSignal): Promise<void> {
    try {
      const response = await carried(binding.url, {
        method: 'POST',
        body: JSON.stringify(message),
        signal,
      })
      const answer = isRequest(message) ? parseJson(await response.text()) : undefined
      if (isObject(answer)) outer.onmessage?.(answer)
    } catch (error) {
      if (!(error instanceof AuthError && error.code === 'cancelled')) throw error
    }
  }
  return outer
}

function isRequest(message: UnknownObject): boolean {
  return typeof message.method === 'string' && 'id' in message
}

/** The id of the request that a message takes back. */
function cancelledBy({ method, params }: UnknownObject): unknown {
  return method === 'notifications/cancelled' && isObject(params) ? params.requestId : undefined
}
