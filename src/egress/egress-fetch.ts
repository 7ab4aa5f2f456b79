// The `fetch` for destinations that the operator configured. It keeps connections alive and costs a
// quarter to a half of the built-in one. It checks no addresses: use guardedFetch for URLs from
// outside.

import { Agent } from 'undici'
import { readOutgoing } from '../core/carry/outgoing.ts'
import { checkOptions, type OptionNames } from '../core/known-options.ts'
import { isByName } from '../core/option-values.ts'
import type { EgressWay } from './egress-way.ts'
import { send } from './send.ts'
import { dispatchersOf } from './ways.ts'

/** Options of {@link egressFetch}. */
export interface EgressFetchOptions {
  /**
   * Destinations with a certificate authority of their own, a client certificate or an outgoing proxy, by
   * their origin. Default: each is reached directly, and judged by the usual authorities.
   */
  readonly ways?: Readonly<Record<string, EgressWay>>
}

/** Every option of the factory. A new one does not compile until it is here. */
const EGRESS_FETCH_OPTIONS: OptionNames<EgressFetchOptions> = { ways: 'optional' }

/** A `fetch` with connections of its own. */
export type EgressFetch = typeof globalThis.fetch & {
  /**
   * Waits for requests under way, then closes every connection. An idle connection does not keep
   * the process alive.
   */
  close(): Promise<void>
}

/**
 * Makes a `fetch` over a pool of connections. Unlike the built-in one, it never follows a redirect
 * (you get the answer with the `Location`), accepts no compressed answer, and sends only the usual
 * methods, over http and https. Its errors have a code and no text from outside.
 *
 * @throws TypeError that names a way that cannot work.
 *
 * @example
 * ```ts
 * const fetch = egressFetch()
 * const onbehalf = createOnBehalf({ fetch, ...options })
 * await fetch.close() // at shutdown
 * ```
 */
export function egressFetch(options: EgressFetchOptions = {}): EgressFetch {
  checkOptions('egressFetch', '', options, EGRESS_FETCH_OPTIONS, {
    ways: isByName("{ 'https://tasks.example': { ca } }"),
  })
  const agent = new Agent({ allowH2: false })
  const others = dispatchersOf(options.ways ?? {})
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const outgoing = readOutgoing(input, init)
    if (!outgoing) throw new TypeError('This makes no request')
    const dispatcher = others.get(outgoing.url.origin) ?? agent
    return send(dispatcher, outgoing, outgoing.settings.signal)
  }
  return Object.assign(fetch, {
    async close() {
      await Promise.all([agent, ...others.values()].map((dispatcher) => dispatcher.close()))
    },
  })
}
