// The request that the handler gets: the body that was checked, and no credential.

import { SESSION_HEADER } from '../core/wire-names.ts'
import { MCP_SESSION_HEADER } from './session-owners.ts'

/**
 * Headers that the handler never sees: credentials, and what callers say about who they are. Tools
 * can read all headers of a request, and the verified principal is in the call.
 */
const REMOVED = [
  'authorization',
  'proxy-authorization',
  'cookie',
  'x-user-id',
  SESSION_HEADER,
  // It counts the body as it was sent.
  'content-length',
]

/**
 * Makes the request for the handler.
 *
 * @param body The body that was checked; null when there is none.
 * @param sessionId The session that the request names. Without one, its header is removed too.
 */
export function handlerRequest(
  request: Request,
  body: string | null,
  sessionId: string | undefined,
): Request {
  const headers = new Headers(request.headers)
  for (const name of REMOVED) headers.delete(name)
  if (sessionId === undefined) headers.delete(MCP_SESSION_HEADER)
  return new Request(request.url, { method: request.method, headers, body, signal: request.signal })
}
