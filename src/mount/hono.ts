// onbehalf/hono: the door, the metadata and any handler of web requests in Hono.

import type { Handling, WebHandler } from './web-handler.ts'

export { at, type WebHandler } from './web-handler.ts'

/** The part of a context of Hono that this uses. */
export interface HonoParts {
  readonly req: { readonly raw: Request; arrayBuffer(): Promise<ArrayBuffer> }
}

/**
 * Makes a handler or a middleware from a handler of web requests. What it leaves alone goes to the
 * next one. A body that was read through the context is there all the same.
 *
 * @example
 * ```ts
 * app.use(serve(onbehalf.metadata))
 * app.all('/mcp', serve(protectMcpServer(options, handler)))
 * ```
 */
export function serve(
  handler: WebHandler,
): (context: HonoParts, next: () => Promise<void>) => Promise<Response | undefined> {
  return async (context, next) => {
    const response = await handler(await unread(context))
    if (!response) await next()
    return response
  }
}

/**
 * Makes a handler that admits a request and answers in its caller's name. The caller ends when the
 * body of the response is over, or the client has gone.
 */
export function handle<C, Context extends HonoParts>(
  onbehalf: Handling<C>,
  answer: (caller: C, context: Context) => Response | Promise<Response>,
): (context: Context) => Promise<Response> {
  return (context) => onbehalf.handle(context.req.raw, (caller) => answer(caller, context))
}

/** The request with its body: the context keeps what was read through it. */
async function unread({ req }: HonoParts): Promise<Request> {
  const { raw } = req
  if (!raw.bodyUsed) return raw
  const { method, headers, signal } = raw
  const body = await req.arrayBuffer().catch(() => undefined)
  return body ? new Request(raw.url, { method, headers, signal, body }) : raw
}
