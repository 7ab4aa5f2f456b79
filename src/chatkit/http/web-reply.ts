// Sends a reply as a web response.

import { bodyOf, type StreamTerms } from './frames.ts'
import { type Reply, STREAM_HEADERS } from './reply.ts'

/** Makes the web response. */
export function toResponse(reply: Reply, { signal }: Request, terms: StreamTerms): Response {
  if (reply.kind === 'door') return reply.response
  if (reply.kind === 'json')
    return new Response(reply.body, { status: reply.status, headers: { ...reply.headers } })
  const { frames, leave } = reply
  // Some servers say by the request's signal that a client is gone, and not by the body.
  const onGone = () => {
    leave()
    void frames.cancel()
  }
  if (signal.aborted) onGone()
  else signal.addEventListener('abort', onGone, { once: true })
  return new Response(bodyOf(frames, terms, leave), { headers: STREAM_HEADERS })
}
