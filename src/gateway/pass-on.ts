// One request for one server: the client's message goes on as it is, with the person's credential for
// that server in its place, and the answer comes back without any.

import type { CallerAtWork } from '../callers-by-token.ts'
import { isStdio } from '../core/binding.ts'
import type { Refusal, Result } from '../core/errors.ts'
import { type BodyBounds, type BodyProblem, readBytes } from '../core/http/bounded-body.ts'
import { PlainHeaders } from '../core/http/plain-headers.ts'
import { isObject, parseJson } from '../core/json.ts'
import type { SessionPlace } from '../mcp/own-session.ts'
import { answerToBody, unreadable } from '../mcp-server/body.ts'
import { requestIdOf, sessionNotFound } from '../mcp-server/problem.ts'
import { MCP_SESSION_HEADER, sessionIdOf } from '../mcp-server/session-owners.ts'
import { type RefusedRequest, showsPages } from './connect-answer.ts'
import type { LastingSession, LastingSessions } from './lasting-sessions.ts'
import { answerToFailure, answerToRefusal } from './refusal-answer.ts'
import type { Route } from './routes.ts'
import { type ServerFetchParts, serverFetch } from './server-fetch.ts'

/** What passing on needs, shared by all requests. */
export interface PassingParts extends ServerFetchParts {
  readonly sessions: LastingSessions
  /** Further request headers that go on, in lower case. */
  readonly forwardHeaders: readonly string[]
  readonly maxBodyBytes: number
}

/** Headers of MCP that go on. No other header of a client does, unless the operator named it. */
const MCP_HEADERS = [
  'accept',
  'content-type',
  'last-event-id',
  'mcp-method',
  'mcp-name',
  'mcp-protocol-version',
]

/** Milliseconds for the whole body of a request. */
const BODY_DEADLINE_MS = 30_000

/** What is passed on of a request. The quick way in has it without a web request. */
export interface Passing extends Pick<Request, 'headers' | 'method' | 'signal'> {
  /** Reads the bytes of the body. */
  read(bounds: BodyBounds): Promise<Result<Uint8Array, BodyProblem>>
}

/** A web request, to be passed on. */
export function passing(request: Request): Passing {
  const { method, headers, signal } = request
  return { method, headers, signal, read: (bounds) => readBytes(request, bounds) }
}

/** The text of a body, or the answer to send. */
export async function readText(
  { read }: Pick<Passing, 'read'>,
  maxBytes: number,
): Promise<{ readonly text: string } | { readonly refusal: Response }> {
  const bytes = await read({ maxBytes, deadlineMs: BODY_DEADLINE_MS })
  return bytes.ok ? { text: DECODER.decode(bytes.value) } : { refusal: answerToBody(bytes.refusal) }
}

/** It keeps nothing between two texts. */
const DECODER = new TextDecoder()

/** Passes a request on to the one server of a route. */
export async function passOn(
  request: Passing,
  route: Route,
  caller: CallerAtWork,
  parts: PassingParts,
): Promise<Response> {
  const [server = ''] = route.servers
  const place = { principal: caller.principal, route: route.path }
  const headers = forwarded(request.headers, parts.forwardHeaders)
  const sealed = sessionIdOf(request.headers)
  const session = sealed === undefined ? undefined : parts.sessions.find(sealed, place)
  if (sealed !== undefined && !session) return sessionNotFound()
  const body = request.method === 'POST' ? await readText(request, parts.maxBodyBytes) : undefined
  if (body && 'refusal' in body) return body.refusal
  let refusal: Refusal | undefined
  try {
    // The caller may have ended while the body came.
    const fetch = serverFetch(server, caller, parts, (why) => {
      refusal = why
    })
    const sent = { request, headers, body: body?.text ?? null, session }
    const response = await sendOn(sent, { server, url: parts.urlOf(server), fetch })
    const asker = { route, caller }
    const refused = answerToRefusal(refusal, () => refusedIn(body?.text, route, session), asker)
    if (refused) return refused
    if (request.method === 'DELETE' && (response.ok || response.status === 404)) session?.end()
    const given = response.headers.get(MCP_SESSION_HEADER)
    if (given === null) return response
    const isKnown = session && given === headers.get(MCP_SESSION_HEADER)
    const inFront = isKnown ? session.sealed : parts.sessions.seal(given, place, body?.text)
    response.headers.set(MCP_SESSION_HEADER, inFront)
    return response
  } catch (error) {
    // Read again only where something has failed: good requests are not read twice.
    if (body && parseJson(body.text) === undefined) return unreadable()
    const { id, shows } = refusedIn(body?.text, route, session)
    return answerToFailure(error, id, { route, caller }, shows)
  }
}

/** What is sent to the server. */
interface Sent {
  readonly request: Pick<Request, 'method' | 'signal'>
  /** Those that go on. The session is set here. */
  readonly headers: Headers
  readonly body: string | null
  readonly session: LastingSession | undefined
}

/** Sends a request, in its session where it names one. */
function sendOn(
  { request: { method, signal }, headers, body, session }: Sent,
  to: Pick<SessionPlace, 'server' | 'url' | 'fetch'>,
): Promise<Response> {
  const send = () => to.fetch(to.url, { method, headers, body, signal })
  if (!session) return send()
  return session.ask({
    send(id, isAnother) {
      if (id === undefined) headers.delete(MCP_SESSION_HEADER)
      else headers.set(MCP_SESSION_HEADER, id)
      // The id of an event is worth nothing in another session.
      if (isAnother) headers.delete('last-event-id')
      return send()
    },
    mayGoOn: () => !isStdio(to.url) && mayGoOn(method, body),
    server: { ...to, signal },
    revision: headers.get('mcp-protocol-version'),
  })
}

/**
 * Whether a request may be made in another session than the one that its client knows. What only has a
 * meaning in its own session may not: the end of it, an answer, a cancellation.
 */
function mayGoOn(method: string, text: string | null): boolean {
  if (method !== 'POST') return method === 'GET'
  const message = text === null ? undefined : parseJson(text)
  return isObject(message) && message.method !== 'initialize' && requestIdOf(message) !== undefined
}

/** What is known of a request that was refused. */
function refusedIn(
  text: string | undefined,
  route: Route,
  session: LastingSession | undefined,
): RefusedRequest {
  const message = text === undefined ? undefined : parseJson(text)
  const shows = isObject(message) ? showsPages(message, session?.capabilities) : undefined
  return { id: requestIdOf(message), route, shows }
}

/** The headers of a request that go on. */
export function forwarded(given: Headers, named: readonly string[]): Headers {
  const headers = new PlainHeaders()
  for (const [name, value] of given)
    if (MCP_HEADERS.includes(name) || name.startsWith('mcp-param-') || named.includes(name))
      headers.set(name, value)
  return headers
}
