// The door in front of a listener of node:http.

import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Admitting, type Ending, endWith } from './admitted.ts'
import { listener, type NodeListener } from './node-listener.ts'
import { sendResponse } from './send-response.ts'

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
    endWith(caller, outgoing)
    try {
      const response = await answer(caller, incoming, outgoing)
      if (response instanceof Response) await sendResponse(response, outgoing)
    } catch (error) {
      // A framework may leave the response open while it handles the error.
      void caller.end().catch(() => {})
      throw error
    }
  })
}
