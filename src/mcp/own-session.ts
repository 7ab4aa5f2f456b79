// A session with a server that we open ourselves, through the `fetch` of a person: for a call that no
// client makes, and for several servers behind one address (MCP 2025-11-25, lifecycle and session
// management).

import type { UnknownObject } from '../core/json.ts'
import { toError } from '../core/sentences.ts'
import { resultIn } from './answer/result-in.ts'
import { plainRules } from './answer/rules.ts'
import { HANDSHAKE_REVISIONS } from './revisions.ts'

const SESSION_HEADER = 'mcp-session-id'
const REVISION_HEADER = 'mcp-protocol-version'

/** Which server it is, and the way to it. */
export interface SessionPlace {
  readonly server: string
  readonly url: string
  readonly fetch: typeof globalThis.fetch
  readonly signal: AbortSignal
}

/** A session, as later messages name it. */
export interface OwnSession {
  /** Undefined where the server keeps none. */
  readonly id: string | undefined
  readonly revision: string
}

/** What the server is told of its client. */
export interface OpeningOptions {
  readonly clientInfo: { readonly name: string; readonly version: string }
  /** Default: none. */
  readonly capabilities?: UnknownObject
  /** The revision to ask for. Default: the newest one that has sessions. */
  readonly revision?: string
}

/**
 * Opens a session.
 *
 * @throws AuthError `server_not_ready` when the server opens none, and what the `fetch` throws.
 */
export async function openSession(
  place: SessionPlace,
  { clientInfo, capabilities = {}, revision = HANDSHAKE_REVISIONS[0] }: OpeningOptions,
): Promise<OwnSession> {
  const id = 'onbehalf-open'
  const params = { protocolVersion: revision, capabilities, clientInfo }
  const message = { jsonrpc: '2.0', id, method: 'initialize', params }
  // The handshake itself is of no revision yet.
  const response = await post(place, message, messageHeaders())
  const result = response.ok ? await resultIn(response, id, plainRules(place.server)) : undefined
  if (!result) {
    response.body?.cancel().catch(() => {})
    throw toError({ reason: 'server_not_ready', server: place.server })
  }
  const session = {
    id: response.headers.get(SESSION_HEADER) ?? undefined,
    revision: typeof result.protocolVersion === 'string' ? result.protocolVersion : revision,
  }
  const told = { jsonrpc: '2.0', method: 'notifications/initialized' }
  const heard = await sendIn(session, place, told)
  heard.body?.cancel().catch(() => {})
  return session
}

/** Sends a message in a session. `given` are headers beside those of the protocol. */
export function sendIn(
  session: OwnSession,
  place: SessionPlace,
  message: UnknownObject,
  given?: Headers,
): Promise<Response> {
  return post(place, message, sessionHeaders(session, messageHeaders(given)))
}

/** Asks for the stream of what the server says by itself. */
export function listenIn(
  session: OwnSession,
  { url, fetch, signal }: SessionPlace,
): Promise<Response> {
  const headers = sessionHeaders(session, new Headers({ accept: 'text/event-stream' }))
  return fetch(url, { method: 'GET', headers, signal })
}

/** Ends a session, where the server keeps one. */
export async function endSession(
  session: OwnSession,
  { url, fetch, signal }: SessionPlace,
): Promise<void> {
  if (session.id === undefined) return
  const response = await fetch(url, { method: 'DELETE', headers: sessionHeaders(session), signal })
  await response.body?.cancel()
}

function sessionHeaders({ id, revision }: OwnSession, headers = new Headers()): Headers {
  headers.set(REVISION_HEADER, revision)
  if (id !== undefined) headers.set(SESSION_HEADER, id)
  return headers
}

function messageHeaders(given?: Headers): Headers {
  const headers = new Headers(given)
  headers.set('content-type', 'application/json')
  headers.set('accept', 'application/json, text/event-stream')
  headers.delete(SESSION_HEADER)
  headers.delete(REVISION_HEADER)
  return headers
}

function post(
  { url, fetch, signal }: SessionPlace,
  message: UnknownObject,
  headers: Headers,
): Promise<Response> {
  return fetch(url, { method: 'POST', headers, body: JSON.stringify(message), signal })
}
