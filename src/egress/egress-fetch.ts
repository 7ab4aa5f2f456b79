// The `fetch` for destinations that the operator configured: connections kept alive, and a quarter
// to a half of what the built-in one costs. It checks no addresses; for URLs that come from outside
// there is guardedFetch.

import { Agent } from 'undici'
import { readOutgoing } from '../core/carry/outgoing.ts'
import { send } from './send.ts'

/** A `fetch` with connections of its own. */
export type EgressFetch = typeof globalThis.fetch & {
  /**
   * Waits for the requests under way, then closes every connection. Idle ones keep no process
   * alive.
   */
  close(): Promise<void>
}

/**
 * Makes a `fetch` over a pool of connections. It differs from the built-in one in what it refuses:
 * no redirect is ever followed (the answer with the `Location` is returned), no compressed answer
 * is asked for or taken, no method beyond the usual, no other scheme than http and https. Its
 * errors hold a code and no text from outside.
 */
export function egressFetch(): EgressFetch {
  const agent = new Agent({ allowH2: false })
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const outgoing = readOutgoing(input, init)
    if (!outgoing) throw new TypeError('This makes no request')
    return send(agent, outgoing, outgoing.settings.signal)
  }
  return Object.assign(fetch, { close: () => agent.close() })
}
