// The gateway's own sessions with the servers behind a joint address: one for each session of a client
// and each server, opened with the first request and used by all later ones. Two clients of one person
// never share one, because the ids of their requests may be the same. A server that has lost its
// session gets a new one, once.

import type { Caller } from '../../caller.ts'
import type { UnknownObject } from '../../core/json.ts'
import { principalKey } from '../../core/principal.ts'
import { putNewest } from '../../core/put-newest.ts'
import { toError } from '../../core/sentences.ts'
import { resultIn } from '../../mcp/answer/result-in.ts'
import { plainRules } from '../../mcp/answer/rules.ts'
import { HANDSHAKE_REVISIONS } from '../../mcp/revisions.ts'
import { MCP_SESSION_HEADER } from '../../mcp-server/session-owners.ts'

/** A session, as later requests name it. */
interface Session {
  /** Undefined where the server keeps none. */
  readonly id: string | undefined
  readonly revision: string
}

/** One server, for one request of one person. */
export interface Upstream {
  readonly server: string
  /** The client's own session at the gateway; empty for a client that names none. */
  readonly front: string
  readonly url: string
  readonly caller: Caller
  readonly fetch: typeof globalThis.fetch
  readonly signal: AbortSignal
}

/** Sessions that are kept. Beyond that the oldest is forgotten, and opened again when it is used. */
const MAX_SESSIONS = 10_000

/** The sessions of one gateway. */
export class Upstreams {
  readonly #sessions = new Map<string, Promise<Session>>()

  /**
   * Sends a message to a server, in its session.
   *
   * @throws AuthError as the fetch does, and `server_not_ready` when no session could be opened.
   */
  async send(
    message: UnknownObject,
    upstream: Upstream,
    headers: Headers = new Headers(),
  ): Promise<Response> {
    const session = await this.#session(upstream)
    const response = await sendIn(session, message, upstream, headers)
    // A server that does not know the session has not run the request (MCP, session management). One
    // that keeps none may have run it.
    if (response.status !== 404 || session.id === undefined) return response
    response.body?.cancel().catch(() => {})
    await this.#forget(keyOf(upstream), session)
    return sendIn(await this.#session(upstream), message, upstream, headers)
  }

  /** Ends the sessions of a client's own session. Servers that cannot be reached are left alone. */
  async end(all: readonly Upstream[]): Promise<void> {
    await Promise.all(all.map((upstream) => this.#end(upstream).catch(() => {})))
  }

  async #end(upstream: Upstream): Promise<void> {
    const key = keyOf(upstream)
    const known = this.#sessions.get(key)
    this.#sessions.delete(key)
    const { id, revision } = (await known) ?? {}
    if (id === undefined) return
    const headers = headersFor(new Headers(), revision)
    headers.set(MCP_SESSION_HEADER, id)
    const { url, fetch, signal } = upstream
    const response = await fetch(url, { method: 'DELETE', headers, signal })
    await response.body?.cancel()
  }

  /** The session. Whoever asks first opens it; the others wait, and open one if that failed. */
  async #session(upstream: Upstream): Promise<Session> {
    const key = keyOf(upstream)
    const known = this.#sessions.get(key)
    if (known) {
      const session = await known.catch(() => undefined)
      if (session) return session
    }
    const opening = this.#sessions.get(key)
    if (opening && opening !== known) return opening
    const session = openSession(upstream)
    putNewest(this.#sessions, key, session, MAX_SESSIONS)
    session.catch(() => this.#drop(key, session))
    return session
  }

  /** Forgets a session, unless another request has opened a new one already. */
  async #forget(key: string, session: Session): Promise<void> {
    const known = this.#sessions.get(key)
    if (known && (await known.catch(() => undefined)) === session) this.#drop(key, known)
  }

  #drop(key: string, session: Promise<Session>): void {
    if (this.#sessions.get(key) === session) this.#sessions.delete(key)
  }
}

/** A session is for one client of one person, with the rights of one sign-in. */
function keyOf({ caller: { principal, token }, server, front }: Upstream): string {
  return JSON.stringify([
    principalKey(principal),
    principal.client ?? null,
    [...token.scopes].sort(),
    server,
    front,
  ])
}

function sendIn(
  { id, revision }: Session,
  message: UnknownObject,
  upstream: Upstream,
  given: Headers,
): Promise<Response> {
  const headers = headersFor(given, revision)
  if (id !== undefined) headers.set(MCP_SESSION_HEADER, id)
  return post(message, upstream, headers)
}

async function openSession(upstream: Upstream): Promise<Session> {
  const { server } = upstream
  const [newest] = HANDSHAKE_REVISIONS
  const message = {
    jsonrpc: '2.0',
    id: 'onbehalf-open',
    method: 'initialize',
    params: {
      protocolVersion: newest,
      capabilities: {},
      clientInfo: { name: 'onbehalf-gateway', version: '1' },
    },
  }
  const response = await post(message, upstream, headersFor(new Headers()))
  const result = response.ok ? await resultIn(response, message.id, plainRules(server)) : undefined
  if (!result) {
    response.body?.cancel().catch(() => {})
    throw toError({ reason: 'server_not_ready', server })
  }
  const { protocolVersion } = result
  const revision = typeof protocolVersion === 'string' ? protocolVersion : newest
  const id = response.headers.get(MCP_SESSION_HEADER) ?? undefined
  const headers = headersFor(new Headers(), revision)
  if (id !== undefined) headers.set(MCP_SESSION_HEADER, id)
  const told = await post(
    { jsonrpc: '2.0', method: 'notifications/initialized' },
    upstream,
    headers,
  )
  told.body?.cancel().catch(() => {})
  return { id, revision }
}

function headersFor(given: Headers, revision?: string): Headers {
  const headers = new Headers(given)
  headers.set('content-type', 'application/json')
  headers.set('accept', 'application/json, text/event-stream')
  headers.delete(MCP_SESSION_HEADER)
  headers.delete('mcp-protocol-version')
  if (revision !== undefined) headers.set('mcp-protocol-version', revision)
  return headers
}

function post(message: UnknownObject, upstream: Upstream, headers: Headers): Promise<Response> {
  const { url, fetch, signal } = upstream
  return fetch(url, { method: 'POST', headers, body: JSON.stringify(message), signal })
}
