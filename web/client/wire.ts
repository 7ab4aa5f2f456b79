// The client side of the ChatKit wire: one URL, one POST for each request, JSON or a stream back.
// It does not know what the answers mean.

import type { JsonObject } from '../../src/chatkit/protocol/json.ts'
import { RESUMABLE } from '../../src/chatkit/protocol/ours.ts'
import type { JsonParams, ResumeParams, StreamParams } from '../../src/chatkit/protocol/request.ts'
import { type Clock, pause } from './clock.ts'
import { asFields, text } from './json.ts'
import { Refused, Unreachable } from './refused.ts'
import { readFrames, type SseEvent } from './sse.ts'
import { createTokens, type TokenSource } from './tokens.ts'

/** The settings of a request. They are read again for each one. */
export interface WireSettings {
  /** An absolute URL. */
  readonly endpoint: string
  readonly token: TokenSource | undefined
  readonly fetch: typeof globalThis.fetch
  /** Sent with every request. The server may choose by it, and must not trust it. */
  readonly metadata: JsonObject
  /** Ask for answers that go on when the connection is lost. */
  readonly resumable: boolean
  /**
   * Whether requests carry `Idempotency-Key` and `traceparent`, which another origin must allow.
   */
  readonly extraHeaders: boolean
  /** The value of `Accept-Language`. Undefined leaves the browser's. */
  readonly language: string | undefined
}

/** What a host page may know of an answer: never the body, and only the listed headers. */
export interface ResponseNotice {
  readonly type: string
  readonly status: number
  /** The W3C trace id that the request carried; undefined when extra headers are not sent. */
  readonly trace: string | undefined
  readonly headers: Readonly<Record<string, string>>
}

/** A stream that has started. */
export interface OpenStream {
  readonly trace: string | undefined
  readonly frames: AsyncGenerator<SseEvent>
}

interface OpenOptions {
  readonly signal: AbortSignal
  /** The same key for a repeated attempt, so that the server does nothing twice. */
  readonly idempotencyKey?: string
  /** Called for each chunk of the stream. */
  readonly onBytes?: () => void
}

/** The requests of the protocol. */
export interface Wire {
  /**
   * Sends a request that is answered with JSON.
   * @throws Refused, Unreachable
   */
  ask<T extends keyof AskParams>(
    type: T,
    params: AskParams[T],
    signal?: AbortSignal,
  ): Promise<unknown>
  /**
   * Sends a request that is answered with a stream.
   * @throws Refused, Unreachable
   */
  open<T extends keyof OpenParams>(
    type: T,
    params: OpenParams[T],
    options: OpenOptions,
  ): Promise<OpenStream>
  /**
   * Asks the host page for a new access token.
   * @throws Refused when the page gives none
   */
  signInAgain(): Promise<void>
  /**
   * Returns the headers of an upload, which is no request of the protocol. The endpoint's own
   * origin gets the access token; another origin gets nothing.
   */
  headersFor(url: URL): Promise<Readonly<Record<string, string>>>
}

/** Limits and orders have defaults at the server. */
type Asked<P> = Omit<P, 'limit' | 'order'> & Partial<Pick<P, Extract<keyof P, 'limit' | 'order'>>>
type AskParams = { readonly [T in keyof JsonParams]: Asked<JsonParams[T]> }
type OpenParams = StreamParams & { readonly 'onbehalf.runs.resume': ResumeParams }

const ASK_DEADLINE_MS = 30_000

/**
 * Only reading and stopping are repeated by themselves. Deleting, feedback and actions are repeated
 * only when the person asks.
 */
const REPEATABLE: readonly string[] = [
  'threads.get_by_id',
  'threads.list',
  'items.list',
  'onbehalf.runs.stop',
]
const REPEAT_AFTER_MS = [300, 1500]

/** The headers of an answer that a host page may see. */
const SAFE_HEADERS = ['content-type', 'retry-after', 'traceparent', 'x-request-id']

/** Makes a client of the server that the settings name. */
export function createWire(
  settings: () => WireSettings,
  {
    clock,
    onResponse,
  }: { readonly clock: Clock; readonly onResponse: (notice: ResponseNotice) => void },
): Wire {
  const tokenFor = createTokens(settings)

  async function post(
    type: string,
    params: object,
    options: Omit<OpenOptions, 'onBytes'>,
    streams: boolean,
  ): Promise<[Response, string | undefined]> {
    const { endpoint, metadata, resumable, extraHeaders, language } = settings()
    const body = JSON.stringify({
      type,
      params,
      metadata: streams && resumable ? { ...metadata, [RESUMABLE]: true } : metadata,
    })
    const trace = extraHeaders ? randomHex(16) : undefined
    const send = async (token: string | undefined): Promise<Response> => {
      const headers = new Headers({
        'content-type': 'application/json',
        accept: streams ? 'text/event-stream' : 'application/json',
      })
      if (token !== undefined) headers.set('authorization', `Bearer ${token}`)
      if (language !== undefined) headers.set('accept-language', language)
      if (trace !== undefined) headers.set('traceparent', `00-${trace}-${randomHex(8)}-01`)
      if (extraHeaders && options.idempotencyKey !== undefined)
        headers.set('idempotency-key', options.idempotencyKey)
      options.signal.throwIfAborted()
      // A redirect would send the conversation to another address.
      const init: RequestInit = {
        method: 'POST',
        headers,
        body,
        signal: options.signal,
        redirect: 'error',
        cache: 'no-store',
      }
      const response = await settings().fetch(endpoint, init)
      onResponse({ type, status: response.status, trace, headers: safeHeaders(response.headers) })
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
      if (!response.ok) throw await refusalOf(response)
      return [response, trace]
    } catch (error) {
      if (error instanceof Refused) throw error
      options.signal.throwIfAborted()
      throw new Unreachable()
    }
  }

  async function askOnce(type: string, params: object, signal: AbortSignal): Promise<unknown> {
    const [response] = await post(type, params, { signal }, false)
    try {
      return await response.json()
    } catch {
      signal.throwIfAborted()
      throw new Unreachable()
    }
  }

  return {
    async ask(type, params, signal) {
      for (let attempt = 0; ; attempt++) {
        const deadline = AbortSignal.timeout(ASK_DEADLINE_MS)
        try {
          return await askOnce(
            type,
            params,
            signal ? AbortSignal.any([signal, deadline]) : deadline,
          )
        } catch (error) {
          signal?.throwIfAborted()
          const wait = REPEAT_AFTER_MS[attempt]
          const passing = !(error instanceof Refused) || error.status === 503
          if (wait === undefined || !passing || !REPEATABLE.includes(type)) {
            throw error instanceof Refused ? error : new Unreachable()
          }
          await pause(clock, wait, signal ?? deadline)
        }
      }
    },
    async open(type, params, options) {
      const [response, trace] = await post(type, params, options, true)
      if (
        !response.headers.get('content-type')?.startsWith('text/event-stream') ||
        !response.body
      ) {
        await response.body?.cancel()
        throw new Unreachable()
      }
      return { trace, frames: readFrames(response.body, options.onBytes) }
    },
    async signInAgain() {
      if ((await tokenFor(true)) === undefined) throw new Refused(401, '')
    },
    async headersFor(url): Promise<Readonly<Record<string, string>>> {
      if (url.origin !== new URL(settings().endpoint).origin) return {}
      const token = await tokenFor(false)
      return token === undefined ? {} : { authorization: `Bearer ${token}` }
    },
  }
}

/**
 * Reads the server's own message for the person, if there is one. It never shows the text of a
 * proxy's error page.
 */
async function refusalOf(response: Response): Promise<Refused> {
  const { message, code } = asFields(await response.json().catch(() => undefined))
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN)
  return new Refused(
    response.status,
    (text(message) ?? '').slice(0, 1000),
    text(code),
    Number.isFinite(seconds) && seconds >= 0 ? seconds : undefined,
  )
}

function safeHeaders(headers: Headers): Readonly<Record<string, string>> {
  return Object.fromEntries(
    SAFE_HEADERS.flatMap((name) => {
      const value = headers.get(name)
      return value === null ? [] : [[name, value]]
    }),
  )
}

/** Returns random bytes as hexadecimal digits. */
export function randomHex(bytes: number): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(bytes)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('')
}
