// The ChatKit server: a request in, a refusal, a JSON answer or a stream out. What is refused is refused before the first event.

import { readJson } from './body.ts'
import { randomId } from './id.ts'
import { answerJson } from './json-requests.ts'
import { answerMessage, runningKey } from './message-requests.ts'
import type { ChatCaller, ChatkitLimits, ChatkitServerOptions, ErrorPlace } from './options.ts'
import { ownedThreads } from './owned-threads.ts'
import { refusalResponse, UNAVAILABLE } from './refusal.ts'
import { type ChatkitRequest, parseRequest } from './request.ts'
import { runningAnswers } from './running.ts'

const DEFAULT_LIMITS: ChatkitLimits = { bodyBytes: 1024 * 1024, textLength: 100_000, titleLength: 200 }

/**
 * Makes the handler of one ChatKit endpoint. It refuses in this order: method, credential, media type, size, JSON, ownership, state. In one
 * thread one answer is written at a time, in this process; a message that comes meanwhile is refused with 409.
 *
 * @throws TypeError for a limit or a deadline that is not a positive number.
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
 * const response = await chatkit(request)
 * ```
 */
export function chatkitServer<C extends ChatCaller>(options: ChatkitServerOptions<C>): (request: Request) => Promise<Response> {
  const { admit, store, respond, deadline = 300_000, now = Date.now, newId = randomId } = options
  const limits = Object.freeze({ ...DEFAULT_LIMITS, ...options.limits })
  for (const [name, value] of Object.entries({ ...limits, deadline })) {
    if (!(Number.isFinite(value) && value > 0)) throw new TypeError(`${name} must be a positive number`)
  }
  const running = runningAnswers()

  /** The log is told of everything unexpected; one that fails must not change the answer. */
  function report(error: unknown, place: ErrorPlace): void {
    try {
      options.onError?.(error, place)
    } catch {}
  }

  async function handle(
    caller: C,
    request: Request,
    place: { type?: string; threadId?: string },
  ): Promise<Response | ReadableStream> {
    const body = await readJson(request, limits.bodyBytes)
    if (!body.ok) return refusalResponse(body.refusal)
    const parsed = parseRequest(body.value, limits)
    if (!parsed.ok) return refusalResponse(parsed.refusal)
    const asked: ChatkitRequest = parsed.value
    place.type = asked.type
    if ('thread_id' in asked.params) place.threadId = asked.params.thread_id
    const threads = ownedThreads(store, caller.principal)
    if (asked.type === 'threads.create' || asked.type === 'threads.add_user_message') {
      const answer = await answerMessage(asked, caller, threads, request.signal, {
        respond,
        running,
        limits,
        deadline,
        now,
        newId,
        onError: (error, threadId) => report(error, { type: asked.type, principal: caller.principal, threadId }),
      })
      return answer.ok ? answer.value.body : refusalResponse(answer.refusal)
    }
    const outcome = await answerJson(asked, threads)
    if (!outcome.ok) return refusalResponse(outcome.refusal)
    if (asked.type === 'threads.delete') await running.stop(runningKey(caller, asked.params.thread_id))
    return Response.json(outcome.value, { headers: { 'cache-control': 'no-store' } })
  }

  return async (request) => {
    if (request.method !== 'POST') {
      return refusalResponse({ status: 405, code: 'method_not_allowed', message: 'Send requests with POST.' })
    }
    const place: { type?: string; threadId?: string } = {}
    let caller: C | undefined
    try {
      const admission = await admit(request)
      if (!admission.ok) return admission.response
      caller = admission.value
      const answer = await handle(caller, request, place)
      if (answer instanceof Response) return answer
      // From here on the answer ends the caller.
      caller = undefined
      return new Response(answer, {
        headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' },
      })
    } catch (error) {
      report(error, { ...place, ...(caller ? { principal: caller.principal } : {}) })
      return refusalResponse(UNAVAILABLE)
    } finally {
      await caller?.end().catch((error) => report(error, place))
    }
  }
}
