// The routes of a gateway: each server at /mcp/NAME, each named subset of the servers at /mcp/SUBSET,
// and all of them at /mcp.

import { checkEndpoint } from '../core/http/endpoint.ts'
import { canonicalResource, resourceMetadataUrl } from '../core/resource.ts'
import { type SearchSetting, searchesOf } from './search/search-setting.ts'
import type { Search } from './search/search-tools.ts'

/** One address of the gateway, which is a protected resource of its own (RFC 9728). */
export interface Route {
  /** The path, as requests spell it. */
  readonly path: string
  /** The identifier of the resource, and its audience unless another one is named. */
  readonly resource: string
  /** The servers behind it. */
  readonly servers: readonly string[]
  /** Whether it is one server alone: then all messages pass as they are. */
  readonly isOneServer: boolean
  /** Where people connect accounts. */
  readonly connectAt?: string
  /** Whether tools are looked up there. Never where it is one server alone. */
  readonly search?: Search
}

/** Finds the route of a request. */
export interface Routes {
  /** Undefined for a path that is none. */
  of(path: string): Route | undefined
  /** The route whose metadata is at a path. */
  describedAt(path: string): Route | undefined
  readonly all: readonly Route[]
  /** The route of all servers. */
  readonly everything: Route
}

/** The path of everything. */
const MCP_PATH = '/mcp'

/**
 * Makes the routes.
 *
 * @param url The gateway's own address: an origin, or an origin and a path.
 * @param options `connectAt` is where people connect accounts.
 * @throws TypeError for a page that is not https, for a subset with the name of a server, or with a server
 *   that there is not, and for a search at no subset.
 */
export function routesOf(
  url: string,
  servers: readonly string[],
  subsets: Readonly<Record<string, readonly string[]>>,
  {
    connectAt,
    search,
  }: { readonly connectAt?: string | undefined; readonly search?: SearchSetting | undefined },
): Routes {
  checkSubsets(servers, subsets)
  if (connectAt !== undefined) checkEndpoint('connectAt', connectAt)
  const searchAt = searchesOf(search, Object.keys(subsets))
  const base = new URL(url)
  const before = base.pathname.replace(/\/$/, '')
  const route = (name: string | undefined, members: readonly string[], isOneServer = false) => {
    const path = `${before}${MCP_PATH}${name === undefined ? '' : `/${encodeURIComponent(name)}`}`
    const resource = canonicalResource(`${base.origin}${path}`, () => true)
    const known = connectAt === undefined ? {} : { connectAt }
    const searched = isOneServer ? undefined : searchAt(name)
    const found = searched === undefined ? {} : { search: searched }
    return { path, resource, servers: members, isOneServer, ...known, ...found }
  }
  const everything = route(undefined, servers)
  const all = [
    everything,
    ...servers.map((name) => route(name, [name], true)),
    ...Object.entries(subsets).map(([name, members]) => route(name, members)),
  ]
  const byPath = new Map(all.map((one) => [one.path, one]))
  const byMetadata = new Map(
    all.map((one) => [new URL(resourceMetadataUrl(one.resource)).pathname, one]),
  )
  return {
    of: (path) => byPath.get(path),
    describedAt: (path) => byMetadata.get(path),
    all,
    everything,
  }
}

function checkSubsets(
  servers: readonly string[],
  subsets: Readonly<Record<string, readonly string[]>>,
): void {
  for (const [name, members] of Object.entries(subsets)) {
    if (servers.includes(name))
      throw new TypeError(`subsets.${name} has the name of a server: give it another one`)
    if (!/^[A-Za-z][A-Za-z0-9 _-]{0,63}$/.test(name))
      throw new TypeError(
        `subsets: "${name}" is no usable name (letters, digits, space, _ and -, at most 64)`,
      )
    if (!Array.isArray(members) || members.length === 0)
      throw new TypeError(`subsets.${name} must be a list of servers, such as ['Tasks']`)
    const unknown = members.find((member) => !servers.includes(member))
    if (unknown !== undefined)
      throw new TypeError(
        `subsets.${name} names "${unknown}", which is not among the servers (${servers.join(', ')})`,
      )
  }
}
