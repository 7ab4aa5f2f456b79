// onbehalf/node: handlers of web requests behind node:http, and behind every framework that hands
// its requests on as they are.

import type { IncomingMessage, ServerResponse } from 'node:http'
import { blankCredentials } from '../core/blank.ts'
import type { Admission } from '../core/door/door.ts'
import { requestOf } from './node-request.ts'
import { sendResponse } from './send-response.ts'
import type { WebHandler } from './web-handler.ts'

export { sendResponse } from './send-response.ts'
export { at, type WebHandler } from './web-handler.ts'

/** A listener of node:http, which is also a handler of Express and Connect. */
export type NodeListener<Incoming = IncomingMessage, Outgoing = ServerResponse> = (
  incoming: Incoming,
  outgoing: Outgoing,
  next?: (error?: unknown) => void,
) => Promise<void>

/** What `handle` needs of `createOnBehalf`. */
export interface Admitting<C> {
  admit(request: Request): Promise<Admission<C>>
  metadata(request: Request): Response | undefined
}

/** What a caller must be able to do. */
export interface Ending {
  end(): Promise<void>
}

/**
 * Makes the web request of a node:http one. A body that a parser has read already is taken from
 * `incoming.body`.
 *
 * @param outgoing With it, the request's signal aborts when the client leaves.
 * @throws TypeError for a request whose target or host cannot be read.
 *
 * @example
 * ```ts
 * const admission = await onbehalf.admit(toRequest(incoming))
 * ```
 */
export function toRequest(incoming: IncomingMessage, outgoing?: ServerResponse): Request {
  const heard = requestOf(incoming, outgoing)
  if (!heard) throw new TypeError('toRequest: the request has no target that can be read')
  return heard.request
}

/**
 * Makes a listener of a handler. A request that the handler leaves alone goes to `next`, or is
 * answered with 404.
 *
 * @example
 * ```ts
 * createServer(toNodeListener((request) => onbehalf.handle(request, answer))).listen(3000)
 * ```
 */
export function toNodeListener(handler: WebHandler): NodeListener {
  return listener(async (request, _, outgoing, next) => {
    const response = await handler(request)
    if (response) return sendResponse(response, outgoing)
    if (next) return next()
    await sendResponse(Response.json({ code: 'not_found' }, { status: 404 }), outgoing)
  })
}

/**
 * Makes a listener that admits a request and answers in its caller's name. The answer may be a
 * `Response`, or be written to `outgoing`, also later. The caller ends when `outgoing` is closed: when
 * all is sent, or the client has gone.
 *
 * @example
 * ```ts
 * createServer(handle(onbehalf, async (caller, incoming, outgoing) => {
 *   streamText({ model, tools: await toolsOver(caller) }).pipeTextStreamToResponse(outgoing)
 * }))
 * ```
 */
export function handle<C extends Ending, I extends IncomingMessage, O extends ServerResponse>(
  onbehalf: Admitting<C>,
  answer: (caller: C, incoming: I, outgoing: O) => unknown,
): NodeListener<I, O> {
  return listener<I, O>(async (request, incoming, outgoing) => {
    const metadata = onbehalf.metadata(request)
    if (metadata) return sendResponse(metadata, outgoing)
    const admission = await onbehalf.admit(request)
    if (!admission.ok) return sendResponse(admission.response, outgoing)
    const { value: caller } = admission
    const end = () => void caller.end().catch(() => {})
    outgoing.on('close', end)
    if (outgoing.destroyed) end()
    try {
      const response = await answer(caller, incoming, outgoing)
      if (response instanceof Response) await sendResponse(response, outgoing)
    } catch (error) {
      end()
      throw error
    }
  })
}

/** The listener around a step: it never rejects, and tells of errors where the framework wants them. */
function listener<I extends IncomingMessage, O extends ServerResponse>(
  step: (
    request: Request,
    incoming: I,
    outgoing: O,
    next: ((error?: unknown) => void) | undefined,
  ) => Promise<void> | void,
): NodeListener<I, O> {
  return async (incoming, outgoing, next) => {
    const heard = requestOf(incoming, outgoing)
    if (!heard) return void outgoing.writeHead(400).end()
    try {
      await step(heard.request, incoming, outgoing, next)
    } catch (error) {
      if (outgoing.headersSent) outgoing.destroy()
      if (next) return next(error)
      const told = error instanceof Error ? (error.stack ?? error.message) : String(error)
      console.error(told.split('\n').map(blankCredentials).join('\n'))
      if (!outgoing.headersSent) outgoing.writeHead(500).end()
    }
  }
}
