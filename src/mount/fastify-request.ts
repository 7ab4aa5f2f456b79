// A request of Fastify as a web request, with what Fastify has parsed of it.

import type { IncomingMessage, ServerResponse } from 'node:http'
import { requestOf } from './node-request.ts'

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

/**
 * Makes the web request.
 *
 * @throws TypeError for a request whose target or host cannot be read.
 */
export function webRequest(incoming: FastifyRequestParts, reply: FastifyReplyParts): Request {
  // Getters of a prototype: a copy of the request's own members would not have them.
  const { raw, body, originalUrl, protocol } = incoming
  const heard = requestOf(raw, reply.raw, { body, originalUrl, protocol })
  if (!heard) throw new TypeError('The request has no target that can be read')
  return heard.request
}
