// onbehalf/next: the door, the metadata and any handler of web requests in route handlers of Next.js
// (App Router).

import { isHost } from './host.ts'
import type { Handling, WebHandler } from './web-handler.ts'

/**
 * Makes a route handler from a handler of web requests. What it leaves alone is not found.
 *
 * @example
 * ```ts
 * // app/.well-known/oauth-protected-resource/[[...path]]/route.ts
 * export const GET = serve(onbehalf.metadata)
 * ```
 */
export function serve(handler: WebHandler): (request: Request) => Promise<Response> {
  return async (request) =>
    (await handler(atItsHost(request))) ?? Response.json({ code: 'not_found' }, { status: 404 })
}

/**
 * Makes a route handler that admits a request and answers in its caller's name. The caller ends when
 * the body of the response is over, or the client has gone.
 *
 * @example
 * ```ts
 * // app/api/chat/route.ts
 * export const POST = handle(onbehalf, async (caller, request) =>
 *   streamText({ model, tools: await toolsOver(caller), prompt }).toTextStreamResponse(),
 * )
 * ```
 */
export function handle<C>(
  onbehalf: Handling<C>,
  answer: (caller: C, request: Request) => Response | Promise<Response>,
): (request: Request) => Promise<Response> {
  return (request) => onbehalf.handle(atItsHost(request), (caller) => answer(caller, request))
}

/** Next.js writes the host that it listens at into the URL, whatever host was asked. */
function atItsHost(request: Request): Request {
  const url = new URL(request.url)
  const host = request.headers.get('host')
  if (host === null || host === url.host || !isHost(host)) return request
  return new Request(`${url.protocol}//${host}${url.pathname}${url.search}`, request)
}
