// The client side of the ChatKit wire: one URL, one POST for each request, JSON or a stream back.
// It does not know what the answers mean.

import type { JsonParams, ResumeParams, StreamParams } from '../../src/chatkit/protocol/request.ts'
import { type Clock, pause } from './clock.ts'
import {
  createPost,
  type Post,
  type PostOptions,
  personHeader,
  type ResponseNotice,
  type WireSettings,
} from './post.ts'
import { Refused, Unreachable } from './refused.ts'
import { readFrames, type SseEvent } from './sse.ts'
import { createTokens } from './tokens.ts'

/** A stream that has started. */
export interface OpenStream {
  readonly trace: string | undefined
  readonly frames: AsyncGenerator<SseEvent>
}

interface OpenOptions extends PostOptions {
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
   * Asks the host page for a new access token, if it gives any.
   * @throws Refused when the page gives none now
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

/** Makes a client of the server that the settings name. */
export function createWire(
  settings: () => WireSettings,
  {
    clock,
    onResponse,
  }: { readonly clock: Clock; readonly onResponse: (notice: ResponseNotice) => void },
): Wire {
  const tokenFor = createTokens(settings)
  const post = createPost(settings, tokenFor, onResponse)
  return {
    ask: (type, params, signal) => askUntilAnswered(post, clock, type, params, signal),
    async open(type, params, options) {
      const [{ headers, body }, trace] = await post(type, params, true, options)
      if (!headers.get('content-type')?.startsWith('text/event-stream') || !body) {
        await body?.cancel()
        throw new Unreachable()
      }
      return { trace, frames: readFrames(body, options.onBytes) }
    },
    async signInAgain() {
      // A page with its own `fetch`, or with cookies, has no token to give.
      if (settings().token && (await tokenFor(true)) === undefined) throw new Refused(401, '')
    },
    async headersFor(url) {
      if (url.origin !== new URL(settings().endpoint).origin) return {}
      return personHeader(await tokenFor(false), settings().isOwnOrigin)
    },
  }
}

/** Asks, and asks again after a passing failure if the request may be repeated by itself. */
async function askUntilAnswered(
  post: Post,
  clock: Clock,
  type: string,
  params: object,
  signal: AbortSignal | undefined,
): Promise<unknown> {
  for (let attempt = 0; ; attempt++) {
    const deadline = AbortSignal.timeout(ASK_DEADLINE_MS)
    try {
      const either = signal ? AbortSignal.any([signal, deadline]) : deadline
      return await askOnce(post, type, params, either)
    } catch (error) {
      signal?.throwIfAborted()
      const wait = REPEAT_AFTER_MS[attempt]
      const passing = !(error instanceof Refused) || error.status === 503
      if (wait === undefined || !passing || !REPEATABLE.includes(type))
        throw error instanceof Refused ? error : new Unreachable()
      await pause(clock, wait, signal ?? deadline)
    }
  }
}

async function askOnce(
  post: Post,
  type: string,
  params: object,
  signal: AbortSignal,
): Promise<unknown> {
  const [response] = await post(type, params, false, { signal })
  try {
    return await response.json()
  } catch {
    signal.throwIfAborted()
    throw new Unreachable()
  }
}
