// The gateway's own sessions with the servers behind a joint address: one for each session of a client
// and each server, opened with the first request and used by all later ones. Two clients of one person
// never share one, because the ids of their requests may be the same. A server that has lost its
// session gets a new one, once.

import type { Caller } from '../../caller.ts'
import { AuthError } from '../../core/errors.ts'
import type { UnknownObject } from '../../core/json.ts'
import { putNewest } from '../../core/put-newest.ts'
import {
  endSession,
  listenIn,
  type OwnSession,
  openSession,
  type SessionPlace,
  sendIn,
} from '../../mcp/own-session.ts'
import { sendStateless, withoutClient } from '../../mcp/stateless.ts'
import { sessionOwner } from '../session-owner.ts'
import type { FrontSession } from './front-session.ts'
import { ServerRevisions } from './server-revisions.ts'

/** One server, for one request of one person. */
export interface Upstream extends SessionPlace {
  /** The client's own session at the gateway. */
  readonly front: FrontSession
  readonly caller: Caller
}

/** Sessions that are kept. Beyond that the oldest is forgotten, and opened again when it is used. */
const MAX_SESSIONS = 10_000

const CLIENT = { clientInfo: { name: 'onbehalf-gateway', version: '1' } }

/** The two ways to ask a server. */
interface Ways {
  readonly inSession: (session: OwnSession) => Promise<Response>
  readonly alone: () => Promise<Response>
}

/** The sessions of one gateway. */
export class Upstreams {
  readonly #revisions = new ServerRevisions(CLIENT)
  readonly #sessions = new Map<string, Promise<OwnSession>>()

  /** How many are kept. */
  get size(): number {
    return this.#sessions.size
  }

  /**
   * Sends a message to a server, in its session where it has one.
   *
   * @throws AuthError as the fetch does, and `server_not_ready` when no session could be opened.
   */
  send(message: UnknownObject, upstream: Upstream, headers?: Headers): Promise<Response> {
    return this.#ask(upstream, {
      inSession: (session) => sendIn(session, upstream, withoutClient(message), headers),
      alone: () => sendStateless(message, upstream, CLIENT, headers),
    })
  }

  /** Asks a server for the stream of what it says by itself. */
  listen(upstream: Upstream): Promise<Response> {
    return this.#ask(upstream, {
      inSession: (session) => listenIn(session, upstream),
      alone: async () => new Response(null, { status: 405 }),
    })
  }

  /** Whether a server is known to answer in sessions alone. */
  needsSession(upstream: Upstream): Promise<boolean> {
    return this.#revisions.needsSession(upstream)
  }

  /** Whether a server has a session for this client. */
  isOpen(upstream: Upstream): boolean {
    return this.#sessions.has(keyOf(upstream))
  }

  /** Ends the sessions of a client's own session. Servers that cannot be reached are left alone. */
  async end(all: readonly Upstream[]): Promise<void> {
    await Promise.all(all.map((upstream) => this.#end(upstream).catch(() => {})))
  }

  async #ask(upstream: Upstream, { inSession, alone }: Ways): Promise<Response> {
    if (await this.#revisions.isStateless(upstream)) {
      const response = await alone()
      if (response.status === 400) this.#revisions.forget(upstream)
      return response
    }
    try {
      return await this.#in(upstream, inSession)
    } catch (error) {
      const isClosed = error instanceof AuthError && error.code === 'server_not_ready'
      if (isClosed && (await this.#revisions.canDoWithout(upstream))) return alone()
      throw error
    }
  }

  async #in(
    upstream: Upstream,
    ask: (session: OwnSession) => Promise<Response>,
  ): Promise<Response> {
    const session = await this.#session(upstream)
    const response = await ask(session)
    // A server that does not know the session has not run the request (MCP, session management). One
    // that keeps none may have run it.
    if (response.status !== 404 || session.id === undefined) return response
    response.body?.cancel().catch(() => {})
    await this.#forget(keyOf(upstream), session)
    return ask(await this.#session(upstream))
  }

  async #end(upstream: Upstream): Promise<void> {
    const key = keyOf(upstream)
    const known = this.#sessions.get(key)
    this.#sessions.delete(key)
    if (known) await endSession(await known, upstream)
  }

  /** The session. Whoever asks first opens it; the others wait, and open one if that failed. */
  async #session(upstream: Upstream): Promise<OwnSession> {
    const key = keyOf(upstream)
    const known = this.#sessions.get(key)
    if (known) {
      const session = await known.catch(() => undefined)
      if (session) return session
    }
    const opening = this.#sessions.get(key)
    if (opening && opening !== known) return opening
    const { capabilities } = upstream.front
    const session = openSession(upstream, { ...CLIENT, capabilities })
    putNewest(this.#sessions, key, session, MAX_SESSIONS)
    session.catch(() => this.#drop(key, session))
    return session
  }

  /** Forgets a session, unless another request has opened a new one already. */
  async #forget(key: string, session: OwnSession): Promise<void> {
    const known = this.#sessions.get(key)
    if (known && (await known.catch(() => undefined)) === session) this.#drop(key, known)
  }

  #drop(key: string, session: Promise<OwnSession>): void {
    if (this.#sessions.get(key) === session) this.#sessions.delete(key)
  }
}

function keyOf({ caller, server, front }: Upstream): string {
  return JSON.stringify([sessionOwner(caller), server, front.id])
}
