// For each check of conformance, a target that it must fail: a gateway that was broken in this one
// thing. It has no tests.

import { appendFileSync } from 'node:fs'
import type { Around, Fault } from './target.ts'

/** A copy of a request with other headers, and at another address. */
async function changed(
  request: Request,
  change: (headers: Headers) => void,
  url: string = request.url,
): Promise<Request> {
  const headers = new Headers(request.headers)
  change(headers)
  const body = request.method === 'POST' ? await request.text() : null
  return new Request(url, { method: request.method, headers, body })
}

const bearer = (token: string) => (headers: Headers) =>
  headers.set('authorization', `Bearer ${token}`)
const tokenOf = ({ tokens }: Around, role: 'alice' | 'bob') => tokens.of(role)?.reveal() ?? ''

/** Whoever is refused is taken for alice. */
const trusting: Fault = async (request, next, around) => {
  const answer = await next(request.clone())
  if (answer.status < 400) return answer
  return next(await changed(request, bearer(tokenOf(around, 'alice')), around.target))
}

/** A proxy that hands everything on as it is. */
const passing: Fault = async (request, _, { upstream }) => {
  const headers = new Headers(request.headers)
  for (const name of ['host', 'connection', 'content-length', 'transfer-encoding'])
    headers.delete(name)
  const body = request.method === 'POST' ? await request.text() : null
  const answer = await fetch(upstream.url, { method: request.method, headers, body })
  // The fetch has decoded the body.
  return new Response(answer.status === 204 ? null : await answer.text(), {
    status: answer.status,
    headers: { 'content-type': answer.headers.get('content-type') ?? 'text/plain' },
  })
}

/** A proxy that tries everything three times. */
const insisting: Fault = async (request, next, around) => {
  const once = () =>
    passing(request.clone(), next, around).catch(() => new Response(null, { status: 502 }))
  let answer = await once()
  for (let tries = 1; tries < 3 && answer.status >= 400; tries++) answer = await once()
  return answer
}

/** The method of a message. */
async function methodOf(request: Request): Promise<unknown> {
  const message = request.method === 'POST' ? await request.clone().json() : {}
  return Object(message).method
}

/** Whoever knows the id of a session is taken for its owner, with some methods. */
function sharing(...methods: readonly string[]): Fault {
  const owners = new Map<string, string>()
  return async (request, next) => {
    const session = request.headers.get('mcp-session-id') ?? ''
    const owner = owners.get(session)
    const isTaken = owner !== undefined && methods.includes(request.method)
    if (isTaken && request.method === 'GET')
      return new Response(': open\n\n', { headers: { 'content-type': 'text/event-stream' } })
    const answer = await next(isTaken ? await changed(request, bearer(owner)) : request)
    const given = answer.headers.get('mcp-session-id')
    const token = request.headers.get('authorization')?.slice(7)
    if (given !== null && token !== undefined) owners.set(given, token)
    return answer
  }
}

/** A session ends when somebody else deletes it, though they are told that there is none. */
function ending(): Fault {
  const ended = new Set<string | null>()
  return async (request, next) => {
    const session = request.headers.get('mcp-session-id')
    if (request.method === 'DELETE') ended.add(session)
    return ended.has(session) ? new Response(null, { status: 404 }) : next(request)
  }
}

/** A session belongs to a token, not to a person. */
function perToken(): Fault {
  const opened = new Map<string, string | null>()
  return async (request, next) => {
    const token = request.headers.get('authorization')
    const session = request.headers.get('mcp-session-id')
    if (session !== null && opened.has(session) && opened.get(session) !== token)
      return new Response(null, { status: 404 })
    const answer = await next(request)
    const given = answer.headers.get('mcp-session-id')
    if (given !== null) opened.set(given, token)
    return answer
  }
}

/** An id that there is not is no id. */
const forgetting: Fault = async (request, next) => {
  const answer = await next(request.clone())
  if (answer.status !== 404) return answer
  return next(await changed(request, (headers) => headers.delete('mcp-session-id')))
}

/** One list for everybody. */
function oneList(): Fault {
  let first: string | undefined
  return async (request, next) => {
    if ((await methodOf(request)) !== 'tools/list') return next(request)
    first ??= await (await next(request)).text()
    return new Response(first, { headers: { 'content-type': 'application/json' } })
  }
}

/** Calls of everybody go in the name of one. */
const asAlice: Fault = async (request, next, around) =>
  (await methodOf(request)) === 'tools/call'
    ? next(await changed(request, bearer(tokenOf(around, 'alice')), around.target))
    : next(request)

/** The metadata says something else. */
const lying =
  (said: object): Fault =>
  async (request, next) => {
    const answer = await next(request)
    if (!request.url.includes('/.well-known/')) return answer
    return Response.json({ ...Object(await answer.json()), ...said })
  }

/** The names that a browser's page cannot hide are not looked at. */
const anyName: Fault = async (request, next, { target }) =>
  next(
    await changed(
      request,
      (headers) => {
        headers.delete('origin')
        headers.set('host', new URL(target).host)
      },
      target,
    ),
  )

/** A body that is too deep is its own failure. */
const shallow: Fault = async (request, next) => {
  const text = request.method === 'POST' ? await request.clone().text() : ''
  return text.includes('['.repeat(1000)) ? new Response(null, { status: 500 }) : next(request)
}

const logging: Fault = (request, next, { log }) => {
  appendFileSync(log, `${request.method} ${request.headers.get('authorization')}\n`)
  return next(request)
}

/** A refusal that no client can do anything with. */
const withoutChallenge: Fault = async (request, next) => {
  const answer = await next(request)
  return answer.status === 401 ? new Response(null, { status: 401 }) : answer
}

const failing: Fault = async (request, next) => {
  const answer = await next(request)
  return answer.status === 401 ? new Response(null, { status: 500 }) : answer
}

/** Faults by the check that finds them. Each is made anew, because some remember. */
export const FAULTS: readonly (readonly [check: string, fault: string, make: () => Fault])[] = [
  ...[
    ...['none', 'garbage', 'in-address', 'expired', 'audience', 'issuer', 'unsigned'],
    ...['signature', 'expired-in-session'],
  ].map((name) => [`tokens.${name}`, 'takes everybody for alice', () => trusting] as const),
  ['tokens.none', 'gives no challenge', () => withoutChallenge],
  ['tokens.expired', 'answers 500', () => failing],
  ['tokens.refreshed', 'binds sessions to a token', perToken],
  [
    'metadata.resource',
    'is about another resource',
    () => lying({ resource: 'https://x.example' }),
  ],
  ['metadata.resource', 'has no document', () => lying({ resource: undefined })],
  [
    'metadata.issuer',
    'names nobody’s issuer',
    () => lying({ authorization_servers: ['http://127.0.0.1:1'] }),
  ],
  ['metadata.issuer', 'names no issuer', () => lying({ authorization_servers: [] })],
  ['sessions.never-given', 'ignores ids that there are not', () => forgetting],
  ['sessions.another-person-post', 'takes whoever has the id', () => sharing('POST')],
  ['sessions.another-person-get', 'takes whoever has the id', () => sharing('GET')],
  ['sessions.another-person-delete', 'takes whoever has the id', () => sharing('DELETE')],
  ['sessions.another-person-delete', 'ends it, and says 404', ending],
  ['sessions.another-address', 'ignores ids that there are not', () => forgetting],
  ['lists.own', 'has one list for everybody', oneList],
  ['people.apart', 'calls in the name of one', () => asAlice],
  ['credentials.not-passed-on', 'passes everything on', () => passing],
  ['credentials.headers', 'passes everything on', () => passing],
  ['hiding.schema', 'passes everything on', () => passing],
  ['hiding.overwritten', 'passes everything on', () => passing],
  ['reflection.result', 'passes everything on', () => passing],
  ['reflection.error', 'passes everything on', () => passing],
  ['upstream.fails', 'passes everything on', () => passing],
  ['upstream.refuses-once', 'insists', () => insisting],
  ['upstream.refuses-always', 'insists', () => insisting],
  ['upstream.hangs-up', 'insists', () => insisting],
  ['front.origin', 'takes any name', () => anyName],
  ['front.host', 'takes any name', () => anyName],
  ['front.deep-message', 'fails', () => shallow],
  ['logs.clean', 'logs headers', () => logging],
]
