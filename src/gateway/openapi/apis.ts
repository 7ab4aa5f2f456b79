// The APIs among the servers of a gateway: those with an OpenAPI document.

import type { BindingInput, Placement } from '../../core/binding.ts'
import { apiServer } from './api-server.ts'
import { apiTools, type RefusedOperation } from './api-tools.ts'
import type { Reserved } from './operation.ts'

/** What is needed of the options of a gateway. */
interface ApisOptions {
  readonly servers: Readonly<Record<string, BindingInput>>
  readonly openApi?: Readonly<Record<string, unknown>>
  readonly fetch?: typeof globalThis.fetch
  readonly warn?: (message: string) => void
}

/** Refused operations that one warning names. */
const MAX_NAMED = 20

/**
 * Makes the way to each API: a `fetch` that speaks MCP.
 *
 * @throws TypeError that names the setting, for a document without a server, one that is none, and a
 *   placement that no API has.
 */
export function apisOf(options: ApisOptions): ReadonlyMap<string, typeof globalThis.fetch> {
  const { servers, openApi = {}, fetch = globalThis.fetch, warn = console.warn } = options
  const apis = new Map<string, typeof globalThis.fetch>()
  for (const [name, document] of Object.entries(openApi)) {
    const server = Object.hasOwn(servers, name) ? servers[name] : undefined
    if (!server)
      throw new TypeError(
        `openApi.${name} is the document of no server: add servers.${name} with its url`,
      )
    const placements = [server.placement ?? { type: 'header' as const }].flat()
    checkPlacements(name, placements)
    try {
      const api = apiTools(document, {
        url: server.url,
        reserved: reservedBy(placements),
      })
      if (api.refused.length > 0) warn(refusalsOf(name, api.tools.length, api.refused))
      apis.set(name, apiServer(api, fetch))
    } catch (error) {
      if (error instanceof TypeError) throw new TypeError(`openApi.${name} ${error.message}`)
      throw error
    }
  }
  return apis
}

function checkPlacements(name: string, placements: readonly Placement[]): void {
  for (const { type } of placements)
    switch (type) {
      case 'header':
      case 'query':
      case 'path':
      case 'cookie':
      case 'argument':
        continue
      case 'sign':
        throw new TypeError(
          `servers.${name}.placement is "sign", which signs messages of MCP. This server is an API with an OpenAPI document: use header, query, path, cookie or argument`,
        )
      default:
        throw new TypeError(
          `servers.${name}.placement is "${type}", which no HTTP API has. This server is an API with an OpenAPI document: use header, query, path, cookie or argument`,
        )
    }
}

function reservedBy(placements: readonly Placement[]): Reserved {
  const named = (wanted: 'header' | 'query' | 'cookie') =>
    placements.flatMap((one) => (one.type === wanted ? [one.name ?? 'Authorization'] : []))
  return {
    header: new Set(named('header').map((name) => name.toLowerCase())),
    query: new Set(named('query')),
    cookie: new Set(named('cookie')),
  }
}

function refusalsOf(name: string, tools: number, refused: readonly RefusedOperation[]): string {
  const shown = refused.slice(0, MAX_NAMED).map(({ operation, why }) => `${operation}: ${why}`)
  const more = refused.length - shown.length
  return `The OpenAPI document of ${name}: ${tools} operations are tools, and ${refused.length} cannot be one (${[...shown, ...(more > 0 ? [`and ${more} more`] : [])].join('; ')})`
}
