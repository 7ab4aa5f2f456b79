// What the MCP server says of itself (RFC 9728): whose tokens it takes. It is only its claim.

import { discoverResource } from 'onbehalf/oauth'
import type { ServerFacts } from './report.ts'
import type { Way } from './way.ts'

/** More names of a server are not shown. */
const MAX_NAMES = 8

/** Looks at the server. */
export async function lookAtServer(url: string, way: Way): Promise<ServerFacts> {
  way.progress('reading the metadata of the MCP server')
  const found = await discoverResource(url, { fetch: way.fetch, signal: way.signal })
  way.signal.throwIfAborted()
  if (!found.ok) return { url, described: false, authorizationServers: [], scopes: [] }
  const { authorizationServers, scopes } = found.value
  return {
    url,
    described: true,
    authorizationServers: authorizationServers.slice(0, MAX_NAMES),
    scopes: scopes.slice(0, MAX_NAMES * 4),
  }
}
