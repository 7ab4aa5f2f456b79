// Which servers behind a joint address are asked without a session. A client of a revision with sessions
// has them wherever the server does, and a client without has none wherever the server does, so that
// most messages stay as they are. Any pairing works.

import type { Caller } from '../../caller.ts'
import { principalKey } from '../../core/principal.ts'
import { putNewest } from '../../core/put-newest.ts'
import type { SessionPlace } from '../../mcp/own-session.ts'
import { type StatelessClient, speaksStateless } from '../../mcp/stateless.ts'
import type { FrontSession } from './front-session.ts'

/** A server, for one request of one person. */
interface Asked extends SessionPlace {
  readonly front: FrontSession
  readonly caller: Pick<Caller, 'principal'>
}

/** Servers and persons that are remembered. */
const MAX_KNOWN = 10_000

/** What is known of the servers of one gateway. */
export class ServerRevisions {
  readonly #client: StatelessClient
  readonly #stateless = new Map<string, Promise<boolean>>()
  readonly #withoutSessions = new Map<string, true>()

  /** @param client What servers are told of the one that asks. */
  constructor(client: StatelessClient) {
    this.#client = client
  }

  /**
   * Whether a server is asked without a session.
   *
   * @throws AuthError as the fetch does.
   */
  isStateless(upstream: Asked): Promise<boolean> | boolean {
    return upstream.front.isStateless
      ? this.#speaks(upstream)
      : this.#withoutSessions.has(keyOf(upstream))
  }

  /** Whether a server says that it answers in sessions alone. One that is down says nothing. */
  async needsSession(upstream: Asked): Promise<boolean> {
    try {
      return !(await this.#speaks(upstream))
    } catch {
      return false
    }
  }

  /** Whether a server that has opened no session can be asked without one. It is remembered. */
  async canDoWithout(upstream: Asked): Promise<boolean> {
    if (upstream.front.isStateless || !(await this.#speaks(upstream))) return false
    putNewest(this.#withoutSessions, keyOf(upstream), true, MAX_KNOWN)
    return true
  }

  /** Forgets what was known: the server may be another version now. */
  forget(upstream: Asked): void {
    const key = keyOf(upstream)
    this.#stateless.delete(key)
    this.#withoutSessions.delete(key)
  }

  #speaks(upstream: Asked): Promise<boolean> {
    const key = keyOf(upstream)
    const known = this.#stateless.get(key)
    if (known) return known
    const asking = speaksStateless(upstream, this.#client)
    putNewest(this.#stateless, key, asking, MAX_KNOWN)
    asking.catch(() => {
      if (this.#stateless.get(key) === asking) this.#stateless.delete(key)
    })
    return asking
  }
}

function keyOf({ caller: { principal }, server }: Asked): string {
  return JSON.stringify([principalKey(principal), server])
}
