// Handlers on web APIs, and how one is put at one path of a host that serves other things too.

import type { Quick } from '../core/http/quick.ts'
import { resourceMetadataUrl } from '../core/resource.ts'

/** A handler on web APIs; undefined for a request that is not its own. */
export interface WebHandler {
  (request: Request): Result | Promise<Result>
  /** Answers some requests without web classes, where it is served by node:http. */
  readonly quick?: Quick
}

type Result = Response | undefined

/** The part of `createOnBehalf` that answers web requests. */
export interface Handling<C> {
  handle(request: Request, answer: (caller: C) => Response | Promise<Response>): Promise<Response>
}

/**
 * Gives a handler that answers at `path`, and at the place of its protected resource metadata (RFC
 * 9728 section 3.1), and leaves every other request alone. For `protectMcpServer`, which answers
 * whatever it gets.
 *
 * @throws TypeError for a path that does not begin with a slash.
 *
 * @example
 * ```ts
 * app.use(serve(at('/mcp', protectMcpServer(options, handler))))
 * ```
 */
export function at(path: string, handler: WebHandler): WebHandler {
  if (typeof path !== 'string' || !/^\/[^?#]*$/.test(path))
    throw new TypeError('at: the path must begin with a slash, such as "/mcp"')
  const places = [path, new URL(resourceMetadataUrl(`http://localhost${path}`)).pathname]
  return (request) =>
    places.includes(new URL(request.url).pathname) ? handler(request) : undefined
}
