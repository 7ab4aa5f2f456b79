// onbehalf/node: handlers of web requests behind node:http, and behind every framework that hands
// its requests on as they are.

import type { IncomingMessage, ServerResponse } from 'node:http'
import { listener, type NodeListener } from './node-listener.ts'
import { requestOf } from './node-request.ts'
import { quickListener } from './quick-listener.ts'
import { sendResponse } from './send-response.ts'
import type { WebHandler } from './web-handler.ts'

export type { Admitting, Ending } from './admitted.ts'
export { handle } from './node-handle.ts'
export type { NodeListener } from './node-listener.ts'
export { sendResponse } from './send-response.ts'
export { at, type WebHandler } from './web-handler.ts'

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
  const usual = listener(async (request, _, outgoing, next) => {
    const response = await handler(request)
    if (response) return sendResponse(response, outgoing)
    if (next) return next()
    await sendResponse(Response.json({ code: 'not_found' }, { status: 404 }), outgoing)
  })
  return quickListener(handler.quick, usual)
}
