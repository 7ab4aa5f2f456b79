// The calls that go out with credentials which people keep with the gateway: each use is noted, and a
// call ends when its person takes the credential back.

import type { Refusal } from '../core/errors.ts'
import { LazyResponse } from '../core/http/lazy-response.ts'
import { onBodyEnd } from '../core/http/on-body-end.ts'
import { isObject, parseJson } from '../core/json.ts'
import type { Principal } from '../core/principal.ts'
import type { CredentialEnds } from './credential-ends.ts'
import type { Uses } from './page/uses.ts'
import type { MakeFetch } from './server-breakers.ts'

/** The calls. */
export interface KeptCalls {
  readonly ends: CredentialEnds
  /** Whether a server gets a credential that people keep. */
  areOf(server: string): boolean
  /** Makes the `fetch` of one person for such a server. */
  around(server: string, principal: Principal, makeFetch: MakeFetch): typeof globalThis.fetch
}

/**
 * Makes what is around the calls.
 *
 * @param servers Those that get a credential which people keep.
 */
export function keptCalls(
  servers: ReadonlySet<string>,
  ends: CredentialEnds,
  uses: Uses,
): KeptCalls {
  return {
    ends,
    areOf: (server) => servers.has(server),
    around: (server, principal, makeFetch) => async (input, init) => {
      const ended = new AbortController()
      const stop = ends.listen(principal, server, () => ended.abort())
      let refusal: Refusal | undefined
      const fetch = makeFetch((why) => {
        refusal = why
      })
      try {
        const signal = init?.signal ? AbortSignal.any([init.signal, ended.signal]) : ended.signal
        const response = await fetch(input, { ...init, signal })
        const used = response.ok && !refusal ? usedBy(init?.body) : undefined
        if (used !== undefined) uses.note(principal, server, used)
        if (!(response instanceof LazyResponse && response.unread()?.whole))
          return onBodyEnd(response, stop)
        stop()
        return response
      } catch (error) {
        stop()
        throw error
      }
    },
  }
}

/** Requests that use a server for the person. Lists are asked for by programs. */
const USES: readonly unknown[] = ['tools/call', 'resources/read', 'prompts/get']
const MAX_NAME = 128

/** What a person is told that used their credential: the tool, or the method of another request. */
function usedBy(body: unknown): string | undefined {
  const message = typeof body === 'string' ? parseJson(body) : undefined
  if (!isObject(message) || !USES.includes(message.method)) return undefined
  const { method, params } = message
  const name = isObject(params) && method === 'tools/call' ? params.name : undefined
  return typeof name === 'string' && /^[^\p{C}]+$/u.test(name)
    ? name.slice(0, MAX_NAME)
    : String(method)
}
