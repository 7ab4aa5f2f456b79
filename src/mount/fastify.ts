// onbehalf/fastify: the door, the metadata and any handler of web requests in Fastify. What Fastify
// parsed is taken as it is, and the answer goes through Fastify, so that its hooks see it.

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Admitting, Ending } from './node.ts'
import { requestOf } from './node-request.ts'
import type { WebHandler } from './web-handler.ts'

export { at, type WebHandler } from './web-handler.ts'

/** The part of a request of Fastify that this uses. */
export interface FastifyRequestParts {
  readonly raw: IncomingMessage
  readonly body: unknown
  readonly originalUrl: string
  readonly protocol: string
}

/** The part of a reply of Fastify that this uses. */
export interface FastifyReplyParts {
  readonly raw: ServerResponse
  callNotFound(): unknown
}

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
    const { value: caller } = admission
    const end = () => void caller.end().catch(() => {})
    reply.raw.on('close', end)
    if (reply.raw.destroyed) end()
    return answer(caller, incoming, reply)
  }
}

function webRequest(incoming: FastifyRequestParts, reply: FastifyReplyParts): Request {
  // Getters of a prototype: a copy of the request's own members would not have them.
  const { raw, body, originalUrl, protocol } = incoming
  const heard = requestOf(raw, reply.raw, { body, originalUrl, protocol })
  if (!heard) throw new TypeError('The request has no target that can be read')
  return heard.request
}
