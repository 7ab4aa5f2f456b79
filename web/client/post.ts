// One POST of the wire: its body, its headers, and once more with a new access token after a 401.

import type { JsonObject } from '../../src/chatkit/protocol/json.ts'
import { RENEWS, RESUMABLE } from '../../src/chatkit/protocol/ours.ts'
import type { Translate } from '../settings/named-text.ts'
import { asFields, text } from './json.ts'
import { randomHex } from './random.ts'
import { Refused, Unreachable } from './refused.ts'
import type { TokenSource } from './tokens.ts'

/** The settings of a request. They are read again for each one. */
export interface WireSettings {
  /** An absolute URL. */
  readonly endpoint: string
  /** Whether the endpoint is at the origin of the page. */
  readonly isOwnOrigin: boolean
  readonly token: TokenSource | undefined
  readonly fetch: typeof globalThis.fetch
  /** Sent with every request. The server may choose by it, and must not trust it. */
  readonly metadata: JsonObject
  /** Ask for answers that go on when the connection is lost, or the sign-in runs out. */
  readonly resumable: boolean
  /**
   * Whether requests carry `Idempotency-Key` and `traceparent`, which another origin must allow.
   */
  readonly extraHeaders: boolean
  /** The value of `Accept-Language`. Undefined leaves the browser's. */
  readonly language: string | undefined
  /** Puts the person's language in place of the server's English. */
  readonly translate?: Translate
}

/** What a host page may know of an answer: never the body, and only the listed headers. */
export interface ResponseNotice {
  readonly type: string
  readonly status: number
  /** The W3C trace id that the request carried; undefined when extra headers are not sent. */
  readonly trace: string | undefined
  readonly headers: Readonly<Record<string, string>>
}

/** What a request has besides its type and its parameters. */
export interface PostOptions {
  readonly signal: AbortSignal
  /** The same key for a repeated attempt, so that the server does nothing twice. */
  readonly idempotencyKey?: string
}

/**
 * Sends a request. `streams`: it is answered with a stream. Returns the answer and the W3C trace id
 * that the request carried. Throws Refused and Unreachable.
 */
export type Post = (
  type: string,
  params: object,
  streams: boolean,
  options: PostOptions,
) => Promise<readonly [Response, string | undefined]>

/** The headers of an answer that a host page may see. */
const SAFE_HEADERS = ['content-type', 'retry-after', 'traceparent', 'x-request-id']

/**
 * Returns a function that sends requests. `tokenFor` asks the host page for an access token; with
 * true, for a new one.
 */
export function createPost(
  settings: () => WireSettings,
  tokenFor: (refresh: boolean) => Promise<string | undefined>,
  onResponse: (notice: ResponseNotice) => void,
): Post {
  return async (type, params, streams, options) => {
    const { signal } = options
    const given = settings()
    const trace = given.extraHeaders ? randomHex(16) : undefined
    const body = makeBody(given, type, params, streams)
    const send = async (token: string | undefined): Promise<Response> => {
      const headers = makeHeaders(given, token, streams, trace, options)
      signal.throwIfAborted()
      // A redirect would send the conversation to another address.
      const response = await settings().fetch(given.endpoint, {
        method: 'POST',
        headers,
        body,
        signal,
        redirect: 'error',
        cache: 'no-store',
      })
      onResponse({ type, status: response.status, trace, headers: pickSafeHeaders(response) })
      return response
    }
    const token = await tokenFor(false)
    try {
      let response = await send(token)
      if (response.status === 401 && settings().token) {
        // The server refused before it did anything: repeating once is safe for every request.
        await response.body?.cancel()
        response = await send(await tokenFor(true))
      }
      if (!response.ok) throw await readRefusal(response, given.translate)
      return [response, trace]
    } catch (error) {
      if (error instanceof Refused) throw error
      signal.throwIfAborted()
      throw new Unreachable()
    }
  }
}

/**
 * Returns the header that lets the person in: the access token; or, for a page that has none and asks
 * its own origin, what shows the server that a script of this page sends the cookie (`session` of
 * onbehalf). Another origin would have to allow that header first.
 */
export function personHeader(
  token: string | undefined,
  isOwnOrigin: boolean,
): Readonly<Record<string, string>> {
  if (token !== undefined) return { authorization: `Bearer ${token}` }
  return isOwnOrigin ? { 'x-onbehalf': '1' } : {}
}

function makeBody(
  { metadata, resumable }: WireSettings,
  type: string,
  params: object,
  streams: boolean,
): string {
  return JSON.stringify({
    type,
    params,
    metadata: streams && resumable ? { ...metadata, [RESUMABLE]: true, [RENEWS]: true } : metadata,
  })
}

function makeHeaders(
  { isOwnOrigin, extraHeaders, language }: WireSettings,
  token: string | undefined,
  streams: boolean,
  trace: string | undefined,
  { idempotencyKey }: PostOptions,
): Headers {
  const headers = new Headers({
    'content-type': 'application/json',
    accept: streams ? 'text/event-stream' : 'application/json',
    ...personHeader(token, isOwnOrigin),
  })
  if (language !== undefined) headers.set('accept-language', language)
  if (trace !== undefined) headers.set('traceparent', `00-${trace}-${randomHex(8)}-01`)
  if (extraHeaders && idempotencyKey !== undefined) headers.set('idempotency-key', idempotencyKey)
  return headers
}

/**
 * Reads the server's own message for the person, if there is one. It never shows the text of a
 * proxy's error page.
 */
async function readRefusal(response: Response, translate?: Translate): Promise<Refused> {
  const refusal = asFields(await response.json().catch(() => undefined))
  const { message, code } = translate?.(refusal) ?? refusal
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN)
  return new Refused(
    response.status,
    (text(message) ?? '').slice(0, 1000),
    text(code),
    Number.isFinite(seconds) && seconds >= 0 ? seconds : undefined,
  )
}

function pickSafeHeaders({ headers }: Response): Readonly<Record<string, string>> {
  return Object.fromEntries(
    SAFE_HEADERS.flatMap((name) => {
      const value = headers.get(name)
      return value === null ? [] : [[name, value]]
    }),
  )
}
