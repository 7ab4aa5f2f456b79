// What browsers ask before their pages may call the gateway (CORS, the Fetch standard). Only origins
// that the operator named get an answer.

/** Response headers that pages may read. */
const EXPOSED = 'mcp-session-id, mcp-protocol-version, www-authenticate, retry-after'

/** Request headers of MCP clients in browsers. */
const REQUEST_HEADERS = [
  'accept',
  'authorization',
  'content-type',
  'dpop',
  'last-event-id',
  'mcp-method',
  'mcp-name',
  'mcp-protocol-version',
  'mcp-session-id',
  'traceparent',
]

/** Names of headers that a request may send: those of MCP for single parameters. */
const PARAMETER_HEADER = /^mcp-param-[a-z0-9_-]{1,64}$/

/** Answers preflights, and marks answers for pages. */
export interface Cors {
  /** Undefined for a request that is no preflight of an allowed origin. */
  preflight(request: Request): Response | undefined
  /** Adds what lets the page of an allowed origin read the answer. */
  mark(request: Request, response: Response): Response
}

/**
 * @param origins The allowed origins.
 * @param forwarded Further request headers that the gateway takes.
 */
export function corsFor(origins: readonly string[], forwarded: readonly string[]): Cors {
  const known = [...REQUEST_HEADERS, ...forwarded.map((name) => name.toLowerCase())]
  const originOf = (request: Request) => {
    const origin = request.headers.get('origin')
    return origin !== null && origins.includes(origin) ? origin : undefined
  }
  return {
    preflight(request) {
      const origin = originOf(request)
      if (request.method !== 'OPTIONS' || origin === undefined) return undefined
      const asked = (request.headers.get('access-control-request-headers') ?? '')
        .split(',', 64)
        .map((name) => name.trim().toLowerCase())
      const allowed = asked.filter((name) => known.includes(name) || PARAMETER_HEADER.test(name))
      return new Response(null, {
        status: 204,
        headers: {
          'access-control-allow-origin': origin,
          'access-control-allow-methods': 'GET, POST, DELETE',
          'access-control-allow-headers': allowed.join(', '),
          'access-control-max-age': '600',
          vary: 'origin, access-control-request-headers',
        },
      })
    },
    mark(request, response) {
      const origin = originOf(request)
      if (origin === undefined) return response
      response.headers.set('access-control-allow-origin', origin)
      response.headers.set('access-control-expose-headers', EXPOSED)
      response.headers.append('vary', 'origin')
      return response
    },
  }
}
