// The listener of node:http around any step: it never rejects, and says what went wrong.

import type { IncomingMessage, ServerResponse } from 'node:http'
import { blankCredentials } from '../core/blank.ts'
import { requestOf } from './node-request.ts'

/** A listener of node:http, which is also a handler of Express and Connect. */
export type NodeListener<Incoming = IncomingMessage, Outgoing = ServerResponse> = (
  incoming: Incoming,
  outgoing: Outgoing,
  next?: (error?: unknown) => void,
) => Promise<void>

/** The listener around a step: it never rejects, and tells of errors where the framework wants them. */
export function listener<I extends IncomingMessage, O extends ServerResponse>(
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
      tell(error, outgoing, next)
    }
  }
}

/** Tells of an error where the framework wants it, or in the log, and ends the answer. */
export function tell(
  error: unknown,
  outgoing: ServerResponse,
  next: ((error?: unknown) => void) | undefined,
): void {
  if (outgoing.headersSent) outgoing.destroy()
  if (next) {
    next(error)
    return
  }
  const told = error instanceof Error ? (error.stack ?? error.message) : String(error)
  console.error(told.split('\n').map(blankCredentials).join('\n'))
  if (!outgoing.headersSent) outgoing.writeHead(500).end()
}
