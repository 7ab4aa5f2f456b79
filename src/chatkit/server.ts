// The ChatKit server: a request in, a refusal, a JSON answer or a stream out. What is refused is refused before the first event.

import type { IncomingMessage, ServerResponse } from 'node:http'
import { readJson } from './http/body.ts'
import { bodyOf, writeFrames } from './http/frames.ts'
import { requestOf } from './http/node-request.ts'
import { openStreams } from './http/open-streams.ts'
import { memoryRateLimit } from './http/rate-limit.ts'
import type { ChatCaller, ChatkitServerOptions, ErrorPlace } from './options.ts'
import { randomId } from './protocol/id.ts'
import { DEFAULT_LIMITS } from './protocol/limits.ts'
import { isRecording, parseRequest } from './protocol/parse-request.ts'
import {
  done,
  invalid,
  METHOD_NOT_ALLOWED,
  type Outcome,
  refusalAnswer,
  refuse,
  UNAVAILABLE,
  type WireRefusal,
} from './protocol/refusal.ts'
import type { ChatkitRequest } from './protocol/request.ts'
import type { StreamAnswer } from './requests/context.ts'
import { onceOf } from './requests/idempotency.ts'
import { answerJson } from './requests/json-requests.ts'
import { resume } from './requests/resume.ts'
import { answerStream } from './requests/stream-requests.ts'
import { memoryRunStore } from './runs/memory-run-store.ts'
import { createRuns } from './runs/runs.ts'
import { ownedThreads } from './threads/owned-threads.ts'

/** A ChatKit endpoint. */
export interface ChatkitServer {
  /** Answers a request. */
  fetch(request: Request): Promise<Response>
  /** The same for node:http, where an event costs about what writing it does. */
  listener(request: IncomingMessage, response: ServerResponse): Promise<void>
  /** Ends the runs that are under way in this process; what they wrote is kept. For the end of the process. */
  close(): Promise<void>
}

/** An answer, before it is a web response or a node:http one. */
type Reply =
  | {
      readonly kind: 'json'
      readonly status: number
      readonly headers: Readonly<Record<string, string>>
      readonly body: string
    }
  | ({ readonly kind: 'stream'; readonly leave: () => void } & StreamAnswer)
  | { readonly kind: 'door'; readonly response: Response }

const JSON_HEADERS = { 'content-type': 'application/json', 'cache-control': 'no-store' }
const STREAM_HEADERS = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-store',
  'x-accel-buffering': 'no',
}

/**
 * Makes a ChatKit endpoint. It refuses in this order: method, credential, rate, media type, size, JSON, ownership, state. In one thread one answer
 * is written at a time; a message that comes meanwhile is refused with 409.
 *
 * @throws TypeError for a limit or a time that is not a positive number.
 *
 * @example
 * ```ts
 * const chatkit = chatkitServer({
 *   admit: onbehalf.admit,
 *   store: sqliteThreadStore(openSqlite('chat.db')),
 *   async *respond(thread, userMessage, context) {
 *     yield* agentResponse(events(historyOf(await context.history())), context)
 *   },
 * })
 * const response = await chatkit.fetch(request)
 * ```
 */
export function chatkitServer<C extends ChatCaller>(
  options: ChatkitServerOptions<C>,
): ChatkitServer {
  const {
    admit,
    store,
    deadline = 300_000,
    lease = 15_000,
    heartbeat,
    now = Date.now,
    newId = randomId,
  } = options
  const limits = Object.freeze({ ...DEFAULT_LIMITS, ...options.limits })
  for (const [name, value] of Object.entries({
    ...limits,
    deadline,
    lease,
    ...(heartbeat === undefined ? {} : { heartbeat }),
  })) {
    if (!(Number.isFinite(value) && value > 0))
      throw new TypeError(`${name} must be a positive number`)
  }
  const rateLimit =
    options.rateLimit === 'none' ? undefined : (options.rateLimit ?? memoryRateLimit())
  // Base64 is a third longer than what it stands for.
  const largest = options.transcribe
    ? Math.max(limits.bodyBytes, Math.ceil(limits.audioBytes / 3) * 4 + 4096)
    : limits.bodyBytes
  const runs = createRuns({
    store: options.runs ?? memoryRunStore(),
    now,
    newId,
    leaseMs: lease,
    deadlineMs: deadline,
    maxRuns: limits.runs,
    maxLogChars: limits.logLength,
    onError: (error, threadId) => report(error, { threadId }),
  })
  const streams = openStreams(limits.streams)
  const parts = { ...options, runs, limits, now, newId, report }

  /** The log is told of everything unexpected; one that fails must not change the answer. */
  function report(error: unknown, place: ErrorPlace): void {
    try {
      options.onError?.(error, place)
    } catch {}
  }

  /** Reads and parses a request whose caller is admitted. */
  async function read(request: Request, owner: string): Promise<Outcome<ChatkitRequest>> {
    const allowed = await rateLimit?.take(owner, 'request')
    if (allowed && !allowed.ok) return refuse(tooMany(allowed.retryAfter))
    const body = await readJson(request, largest)
    if (!body.ok) return body
    const { json, bytes } = body.value
    if (bytes > limits.bodyBytes && !isRecording(json)) {
      return refuse({
        status: 413,
        code: 'payload_too_large',
        message: `The request is larger than ${limits.bodyBytes} bytes.`,
      })
    }
    return parseRequest(json, limits)
  }

  async function handle(
    caller: C,
    request: Request,
    place: { type?: string; threadId?: string },
  ): Promise<Reply> {
    const threads = ownedThreads(store, caller.principal)
    const incoming = await read(request, threads.owner)
    if (!incoming.ok) return refusal(incoming.refusal)
    const asked = incoming.value
    place.type = asked.type
    if ('thread_id' in asked.params) place.threadId = asked.params.thread_id
    switch (asked.type) {
      case 'threads.create':
      case 'threads.add_user_message':
      case 'threads.add_client_tool_output':
      case 'threads.add_structured_input':
      case 'threads.retry_after_item':
      case 'threads.custom_action': {
        const allowed = await rateLimit?.take(threads.owner, 'run')
        if (allowed && !allowed.ok) return refusal(tooMany(allowed.retryAfter))
        const once = await onceOf(request.headers, asked)
        if (!once.ok) return refusal(once.refusal)
        return streamed(threads.owner, () =>
          answerStream({ request: asked, once: once.value, caller, threads }, parts),
        )
      }
      case 'onbehalf.runs.resume': {
        return streamed(threads.owner, async () => {
          const stream = await resume(asked.params, threads, runs)
          return stream.ok ? done({ frames: stream.value, endsCaller: false }) : stream
        })
      }
      default: {
        const onError = (error: unknown) => report(error, { ...place, principal: caller.principal })
        const outcome = await answerJson(asked, {
          ...parts,
          caller,
          threads,
          signal: request.signal,
          onError,
        })
        if (!outcome.ok) return refusal(outcome.refusal)
        return {
          kind: 'json',
          status: 200,
          headers: JSON_HEADERS,
          body: JSON.stringify(outcome.value),
        }
      }
    }
  }

  /** A stream, which is counted until its client has it all or is gone. Who has too many is refused before anything is stored. */
  async function streamed(
    owner: string,
    begin: () => Promise<Outcome<StreamAnswer>>,
  ): Promise<Reply> {
    if (streams.isFull(owner)) return refusal(TOO_MANY_STREAMS)
    const outcome = await begin()
    return outcome.ok
      ? { kind: 'stream', leave: streams.enter(owner), ...outcome.value }
      : refusal(outcome.refusal)
  }

  async function reply(request: Request): Promise<Reply> {
    if (request.method !== 'POST') {
      return refusal(METHOD_NOT_ALLOWED)
    }
    const place: { type?: string; threadId?: string } = {}
    let caller: C | undefined
    try {
      const admission = await admit(request)
      if (!admission.ok) return { kind: 'door', response: admission.response }
      caller = admission.value
      const answer = await handle(caller, request, place)
      // From here on the run ends the caller.
      if (answer.kind === 'stream' && answer.endsCaller) caller = undefined
      return answer
    } catch (error) {
      report(error, { ...place, ...(caller ? { principal: caller.principal } : {}) })
      return refusal(UNAVAILABLE)
    } finally {
      await caller?.end().catch((error) => report(error, place))
    }
  }

  /** Apart from what writes the answer, so that a stream does not hold its request for as long as it lasts. */
  async function replyTo(incoming: IncomingMessage, response: ServerResponse): Promise<Reply> {
    const heard = requestOf(incoming, response)
    if (!heard) {
      return refusal(
        incoming.method === 'POST'
          ? invalid('The request has no target that can be read.')
          : METHOD_NOT_ALLOWED,
      )
    }
    const answer = await reply(heard.request)
    if (answer.kind === 'stream') heard.release()
    return answer
  }

  /** The answer could not be made or written. */
  function failed(error: unknown, response: ServerResponse): void {
    report(error, {})
    if (response.headersSent) return void response.destroy()
    const { status, headers, body } = refusalAnswer(UNAVAILABLE)
    response.writeHead(status, { ...headers }).end(body)
  }

  return {
    async fetch(request): Promise<Response> {
      const answer = await reply(request)
      if (answer.kind === 'door') return answer.response
      if (answer.kind === 'json')
        return new Response(answer.body, { status: answer.status, headers: { ...answer.headers } })
      // Some servers tell of a client that is gone by the request's signal, and not by the body.
      const { signal } = request
      const { frames, leave } = answer
      const gone = () => {
        leave()
        void frames.cancel()
      }
      if (signal.aborted) gone()
      else signal.addEventListener('abort', gone, { once: true })
      return new Response(bodyOf(frames, heartbeat, leave), { headers: STREAM_HEADERS })
    },
    async listener(incoming, response): Promise<void> {
      try {
        const answer = await replyTo(incoming, response)
        if (answer.kind === 'stream') {
          response.writeHead(200, STREAM_HEADERS)
          // Not when all is written: what a slow client has not taken is in this process's memory.
          if (response.destroyed) answer.leave()
          else response.on('close', answer.leave)

          // Not awaited here, so that a waiting stream keeps one suspended function and not two.
          return writeFrames(answer.frames, response, heartbeat).catch((error) =>
            failed(error, response),
          )
        }
        if (answer.kind === 'json') {
          // What is not read any more is let pass, so that the client comes to reading this; who is late is waited for no longer.
          if (!incoming.complete) incoming.resume()
          const { status, headers, body } = answer
          response
            .writeHead(
              status,
              status === 408 ? { ...headers, connection: 'close' } : { ...headers },
            )
            .end(body)
        } else {
          response
            .writeHead(answer.response.status, Object.fromEntries(answer.response.headers))
            .end(await answer.response.text())
        }
      } catch (error) {
        failed(error, response)
      }
    },
    close: () => runs.close(),
  }
}

function refusal(why: WireRefusal): Reply {
  return { kind: 'json', ...refusalAnswer(why) }
}

const TOO_MANY_STREAMS: WireRefusal = {
  status: 429,
  code: 'too_many_streams',
  message: 'Too many conversations are open for you at once. Close one of them.',
  retryAfter: 5,
}

function tooMany(retryAfter: number): WireRefusal {
  return {
    status: 429,
    code: 'too_many_requests',
    message: 'Too many requests. Wait a moment and try again.',
    retryAfter,
  }
}
