// The gate before the door: it decides by host, web origin and HTTP method. It knows nothing of
// tokens.

import { problem, REFUSED_BY_HTTP } from './problem.ts'

/** What the gate lets through. */
export interface GateOptions {
  readonly resource: string
  readonly allowedHosts?: readonly string[]
  readonly allowedOrigins?: readonly string[]
}

/** The two checks. Each gives the answer to send, or undefined when the request may go on. */
export interface Gate {
  /**
   * Refuses a host name that is not ours. It means DNS rebinding or a wrong route, and not on
   * localhost only (CVE-2025-66414).
   */
  refusesHost(request: Request): Response | undefined
  /**
   * Refuses methods that we do not serve, and pages of other origins: these could otherwise send
   * requests with the person's browser (MCP, Streamable HTTP, security warning).
   */
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
  const hosts = [ownHost, ...(options.allowedHosts ?? [])].map((text) => parseHost(text, protocol))
  const origins = [ownOrigin, ...(options.allowedOrigins ?? [])]
  for (const origin of origins) checkOrigin(origin)
  const serves = (text: string): boolean => {
    const host = hostOf(text, protocol)
    return host !== undefined && hosts.includes(host)
  }

  return {
    refusesHost(request) {
      const header = request.headers.get('host')
      if (serves(new URL(request.url).host) && (header === null || serves(header))) return undefined
      return problem(
        421,
        REFUSED_BY_HTTP,
        'This server does not answer for that host. It is neither that of its own address nor one of its allowedHosts.',
      )
    },
    refusesOriginOrMethod(request) {
      const origin = request.headers.get('origin')
      if (origin !== null && !origins.includes(origin))
        return problem(403, REFUSED_BY_HTTP, 'Requests from that web origin are not accepted.')
      if (METHODS.includes(request.method)) return undefined
      return problem(405, REFUSED_BY_HTTP, 'Method not allowed.', {
        headers: { allow: METHODS.join(', ') },
      })
    },
  }
}

function parseHost(text: string, protocol: string): string {
  const host = hostOf(text, protocol)
  if (host === undefined)
    throw new TypeError(`allowedHosts has "${text}", which is no host, or host and port`)
  return host
}

function checkOrigin(origin: string): void {
  if (!URL.canParse(origin) || new URL(origin).origin !== origin)
    throw new TypeError(
      `allowedOrigins has "${origin}", which is no origin (scheme, host and port; no path)`,
    )
}

/**
 * One spelling for each host: lower case, without the scheme's own port. Undefined for a text that
 * is not a host, or a host and a port.
 */
function hostOf(text: string, protocol: string): string | undefined {
  const url = `${protocol}//${text}`
  return /^[A-Za-z0-9.\-_]+(?::\d{1,5})?$|^\[[0-9A-Fa-f:.]+\](?::\d{1,5})?$/.test(text) &&
    URL.canParse(url)
    ? new URL(url).host
    : undefined
}
