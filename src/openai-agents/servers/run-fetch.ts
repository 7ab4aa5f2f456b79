// The `fetch` of one server in one run: it ends with the run, and reports why it was refused. The
// farewell goes out after the end: the end of a session, and the cancelling of a call.

import { AuthError, type Refusal } from '../../core/errors.ts'
import { isObject, parseJson } from '../../core/json.ts'
import { toError } from '../../core/sentences.ts'
import { mendMessage } from './mend-message.ts'
import { rewriteMessages } from './rewrite-messages.ts'

/** A `fetch` and what it still sends. */
export interface RunFetch {
  readonly fetch: typeof globalThis.fetch
  /** Settles when every farewell was sent, or has failed. It never rejects. */
  farewells(): Promise<void>
}

/** What {@link runFetch} needs. */
export interface RunFetchOptions {
  readonly name: string
  /** Adds the principal's credential. */
  readonly fetch: typeof globalThis.fetch
  readonly signal: AbortSignal
  /** Called with every refusal. */
  readonly onRefused: (refusal: Refusal) => void
}

/** Milliseconds that a farewell may take: nobody waits for what it says. */
const FAREWELL_MS = 2_000

/** Makes the `fetch`. It throws AuthError `server_refused` for a 401 and a 403. */
export function runFetch({ name, fetch, signal, onRefused }: RunFetchOptions): RunFetch {
  const leaving = new Set<Promise<unknown>>()

  async function send(...[input, init]: Parameters<typeof fetch>): Promise<Response> {
    try {
      const response = await fetch(input, init)
      if (response.status !== 401 && response.status !== 403)
        return await rewriteMessages(response, mendMessage)
      await response.body?.cancel()
      throw toError({ reason: 'server_refused', server: name })
    } catch (error) {
      if (error instanceof AuthError) onRefused(error.refusal)
      throw error
    }
  }

  return {
    async fetch(input, init) {
      if (isFarewell(init)) {
        // The connection's own signal has fired when the run was stopped.
        const sent = send(input, { ...init, signal: AbortSignal.timeout(FAREWELL_MS) })
        const settled: Promise<unknown> = sent.then(
          () => leaving.delete(settled),
          () => leaving.delete(settled),
        )
        leaving.add(settled)
        return sent
      }
      const signals = [init?.signal, signal].filter((one) => one instanceof AbortSignal)
      return send(input, { ...init, signal: AbortSignal.any(signals) })
    },
    async farewells() {
      await Promise.all(leaving)
    },
  }
}

function isFarewell(init: RequestInit | undefined): boolean {
  if (init?.method === 'DELETE') return true
  if (typeof init?.body !== 'string' || !init.body.includes('notifications/cancelled')) return false
  const message = parseJson(init.body)
  return isObject(message) && message.method === 'notifications/cancelled'
}
