// Sessions of one server that last when the server has lost its own, by a restart: the gateway opens
// another one as the client would, and the id in front stays. Many clients never open another one.

import { AuthError } from '../core/errors.ts'
import type { UnknownObject } from '../core/json.ts'
import { principalKey } from '../core/principal.ts'
import { putNewest } from '../core/put-newest.ts'
import { toError } from '../core/sentences.ts'
import {
  endSession,
  type OwnSession,
  openSession,
  type SessionPlace as ServerPlace,
} from '../mcp/own-session.ts'
import type { SessionIds, SessionPlace } from './session-ids.ts'
import {
  type OpenedSession,
  openedSessionIn,
  openedSessionText,
  type SessionOpening,
} from './session-opening.ts'

/** Sessions that are kept, of those that were opened again and of those that have ended. */
const MAX_SESSIONS = 10_000

/** A session in front, for one request. */
export interface LastingSession {
  /** The id in front, as it came. */
  readonly sealed: string
  /** What its client can be asked for, where it is known. */
  readonly capabilities: UnknownObject | undefined
  /** Asks in the session; where the server has lost it, once more in a new one. */
  ask(asking: Asking): Promise<Response>
  /** Its client has ended it, so it is not opened again. */
  end(): void
}

/** One request in a session. */
export interface Asking {
  /** Sends it. `id` is the server's own, undefined where it keeps no sessions now. */
  readonly send: (id: string | undefined, isAnother: boolean) => Promise<Response>
  /** Whether it may be sent in another session than the client's. */
  readonly mayGoOn: () => boolean
  /** The way to the server. */
  readonly server: ServerPlace
  /** The revision that the client and the server have agreed on, where the request says so. */
  readonly revision: string | null
}

/** The sessions of one gateway at the addresses of single servers. */
export class LastingSessions {
  readonly #ids: SessionIds
  readonly #anew = new Map<string, Promise<OwnSession>>()
  readonly #ended = new Map<string, true>()

  constructor(ids: SessionIds) {
    this.#ids = ids
  }

  /**
   * The id in front, for the id that a server has given.
   *
   * @param body The request that opened the session.
   */
  seal(given: string, place: SessionPlace, body: string | undefined): string {
    return this.#ids.seal(openedSessionText(given, body), place)
  }

  /** Undefined for an id that was never given out, or to somebody else. */
  find(sealed: string, place: SessionPlace): LastingSession | undefined {
    const text = this.#ids.open(sealed, place)
    if (text === undefined) return undefined
    const opened = openedSessionIn(text)
    const key = JSON.stringify([principalKey(place.principal), place.route, opened.id])
    return {
      sealed,
      capabilities: opened.opening?.capabilities,
      ask: (asking) => this.#ask(key, opened, asking),
      end: () => {
        this.#anew.delete(key)
        putNewest(this.#ended, key, true, MAX_SESSIONS)
      },
    }
  }

  async #ask(key: string, { id, opening }: OpenedSession, asking: Asking): Promise<Response> {
    const session = await this.#anew.get(key)?.catch(() => undefined)
    const used = session ? session.id : id
    const response = await asking.send(used, session !== undefined)
    // A server that does not know the session has not run the request (MCP, session management). One
    // that keeps none may have run it.
    if (response.status !== 404 || used === undefined) return response
    if (!opening || this.#ended.has(key) || !asking.mayGoOn()) return response
    const revision = asking.revision ?? opening.revision
    const next = await this.#after(used, key, () => open(asking.server, { ...opening, revision }))
    // The client is told that its session is lost, and may open one of another kind.
    if (!next) return response
    response.body?.cancel().catch(() => {})
    return asking.send(next.id, true)
  }

  /** The session after a lost one. Whoever asks first opens it; the others wait, or open one if that failed. */
  async #after(
    lost: string,
    key: string,
    open: () => Promise<OwnSession>,
  ): Promise<OwnSession | undefined> {
    const known = this.#anew.get(key)
    const session = await known?.catch(() => undefined)
    if (session && session.id !== lost) return session
    const other = this.#anew.get(key)
    if (other && other !== known) return orNone(other)
    const opening = open()
    putNewest(this.#anew, key, opening, MAX_SESSIONS)
    opening.catch(() => {
      if (this.#anew.get(key) === opening) this.#anew.delete(key)
    })
    return orNone(opening)
  }
}

/**
 * Opens a session as the client did.
 *
 * @throws AuthError `server_not_ready` when the server speaks another revision now, and as the fetch does.
 */
async function open(server: ServerPlace, opening: SessionOpening): Promise<OwnSession> {
  const session = await openSession(server, opening)
  if (session.revision === opening.revision) return session
  await endSession(session, server)
  throw toError({ reason: 'server_not_ready', server: server.server })
}

/** Undefined when the server answered, and opened no session that goes on as the lost one did. */
async function orNone(opening: Promise<OwnSession>): Promise<OwnSession | undefined> {
  try {
    return await opening
  } catch (error) {
    if (error instanceof AuthError && error.code === 'server_not_ready') return undefined
    throw error
  }
}
