// onbehalf/fastify: the door, the metadata and any handler of web requests in Fastify. What Fastify
// parsed is taken as it is, and the answer goes through Fastify, so that its hooks see it.

import { type Admitting, type Ending, endWith } from './admitted.ts'
import { type FastifyReplyParts, type FastifyRequestParts, webRequest } from './fastify-request.ts'
import type { WebHandler } from './web-handler.ts'

export type { FastifyReplyParts, FastifyRequestParts } from './fastify-request.ts'
export { at, type WebHandler } from './web-handler.ts'

/** A handler of a route. */
export type FastifyHandler<Incoming, Reply> = (request: Incoming, reply: Reply) => Promise<unknown>

/**
 * Makes the handler of a route from a handler of web requests. What it leaves alone is not found.
 *
 * @example
 * ```ts
 * app.get('/.well-known/oauth-protected-resource/*', serve(onbehalf.metadata))
 * app.all('/mcp', serve(protectMcpServer(options, handler)))
 * ```
 */
export function serve(handler: WebHandler): FastifyHandler<FastifyRequestParts, FastifyReplyParts> {
  return async (incoming, reply) =>
    (await handler(webRequest(incoming, reply))) ?? reply.callNotFound()
}

/**
 * Makes the handler of a route that admits a request and answers in its caller's name. The answer is
 * what a handler of Fastify gives. The caller ends when all is sent, or the client has gone.
 */
export function handle<
  C extends Ending,
  I extends FastifyRequestParts,
  R extends FastifyReplyParts,
>(
  onbehalf: Admitting<C>,
  answer: (caller: C, request: I, reply: R) => unknown,
): FastifyHandler<I, R> {
  return async (incoming, reply) => {
    const admission = await onbehalf.admit(webRequest(incoming, reply))
    if (!admission.ok) return admission.response
    endWith(admission.value, reply.raw)
    return answer(admission.value, incoming, reply)
  }
}
