// The gateway's own sessions with the servers behind a joint address: one for each person and server,
// opened with the first request and used by all later ones. A server that has lost its session gets
// a new one, once.

import type { Caller } from '../../caller.ts'
import type { UnknownObject } from '../../core/json.ts'
import { principalKey } from '../../core/principal.ts'
import { toError } from '../../core/sentences.ts'
import { resultIn } from '../../mcp/answer/result-in.ts'
import type { AnswerRules } from '../../mcp/answer/rules.ts'
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
  readonly url: string
  readonly caller: Caller
  readonly fetch: typeof globalThis.fetch
  readonly signal: AbortSignal
}

/** Sessions that are kept. Beyond that the oldest is forgotten, and opened again when it is used. */
const MAX_SESSIONS = 10_000

/** The revisions with an `initialize`, newest first. */
export const REVISIONS = ['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05'] as const

/** An answer's messages go on as the fetch gave them: it has taken out what must not be in them. */
export const AS_IT_IS: Omit<AnswerRules, 'server'> = {
  message: async (message) => message,
  text: (text) => text,
  session: () => true,
  maxChars: 4 * 1024 * 1024,
}

/** The sessions of one gateway. */
export class Upstreams {
  // A Map keeps insertion order, so its first entry is the oldest one.
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
    const response = await this.#sendOnce(message, upstream, headers)
    // A server that does not know the session has not run the request (MCP, session management).
    if (response.status !== 404) return response
    response.body?.cancel().catch(() => {})
    this.#sessions.delete(keyOf(upstream))
    return this.#sendOnce(message, upstream, headers)
  }

  async #sendOnce(message: UnknownObject, upstream: Upstream, given: Headers): Promise<Response> {
    const { id, revision } = await this.#session(upstream)
    const headers = headersFor(given, revision)
    if (id !== undefined) headers.set(MCP_SESSION_HEADER, id)
    return post(message, upstream, headers)
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
    this.#keep(key, session)
    session.catch(() => this.#drop(key, session))
    return session
  }

  #keep(key: string, session: Promise<Session>): void {
    this.#sessions.delete(key)
    const oldest =
      this.#sessions.size >= MAX_SESSIONS ? this.#sessions.keys().next().value : undefined
    if (oldest !== undefined) this.#sessions.delete(oldest)
    this.#sessions.set(key, session)
  }

  #drop(key: string, session: Promise<Session>): void {
    if (this.#sessions.get(key) === session) this.#sessions.delete(key)
  }
}

/** A session is for one person, with the rights of one sign-in. */
function keyOf({ caller: { principal, token }, server }: Upstream): string {
  return JSON.stringify([
    principalKey(principal),
    principal.client ?? null,
    [...token.scopes].sort(),
    server,
  ])
}

async function openSession(upstream: Upstream): Promise<Session> {
  const { server } = upstream
  const [newest] = REVISIONS
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
  const result = response.ok
    ? await resultIn(response, message.id, { ...AS_IT_IS, server })
    : undefined
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
