// The gate before the door: which hosts, web origins and HTTP methods are served at all. It knows nothing of tokens.

import { problem, REFUSED_BY_HTTP } from './problem.ts'

/** What is let through. */
export interface GateOptions {
  readonly resource: string
  readonly allowedHosts?: readonly string[]
  readonly allowedOrigins?: readonly string[]
}

/** The two checks, each with the answer to send, or undefined when the request may go on. */
export interface Gate {
  /** A name that is not ours means DNS rebinding or a wrong route, also off localhost (CVE-2025-66414). */
  refusesHost(request: Request): Response | undefined
  /** A page of another origin cannot send requests with the person's browser (MCP, Streamable HTTP, security warning). */
  refusesOriginOrMethod(request: Request): Response | undefined
}

/** Methods of Streamable HTTP. Any other could carry a body past the check of tool calls. */
const METHODS = ['GET', 'POST', 'DELETE']

/**
 * Makes the gate of one resource.
 *
 * @throws TypeError for an entry that can never match.
 */
export function createGate(options: GateOptions): Gate {
  const { protocol, host: ownHost, origin: ownOrigin } = new URL(options.resource)
  const hosts = (options.allowedHosts ?? [ownHost]).map((text) => {
    const host = hostOf(text, protocol)
    if (host === undefined)
      throw new TypeError(`allowedHosts has "${text}", which is no host, or host and port`)
    return host
  })
  const origins = [ownOrigin, ...(options.allowedOrigins ?? [])]
  for (const origin of origins) {
    if (!URL.canParse(origin) || new URL(origin).origin !== origin)
      throw new TypeError(
        `allowedOrigins has "${origin}", which is no origin (scheme, host and port; no path)`,
      )
  }
  const serves = (text: string): boolean => {
    const host = hostOf(text, protocol)
    return host !== undefined && hosts.includes(host)
  }

  return {
    refusesHost(request) {
      const header = request.headers.get('host')
      if (serves(new URL(request.url).host) && (header === null || serves(header))) return undefined
      return problem(421, REFUSED_BY_HTTP, 'This server does not answer for that host.')
    },
    refusesOriginOrMethod(request) {
      const origin = request.headers.get('origin')
      if (origin !== null && !origins.includes(origin))
        return problem(403, REFUSED_BY_HTTP, 'Requests from that web origin are not accepted.')
      if (METHODS.includes(request.method)) return undefined
      return problem(405, REFUSED_BY_HTTP, 'Method not allowed.', { allow: METHODS.join(', ') })
    },
  }
}

/** One spelling of a host: lower case, without the scheme's own port; undefined for anything else than a host and a port. */
function hostOf(text: string, protocol: string): string | undefined {
  const url = `${protocol}//${text}`
  return /^[A-Za-z0-9.\-_]+(?::\d{1,5})?$|^\[[0-9A-Fa-f:.]+\](?::\d{1,5})?$/.test(text) &&
    URL.canParse(url)
    ? new URL(url).host
    : undefined
}
