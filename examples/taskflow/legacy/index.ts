// MCP servers of the old kind, as fetch handlers. Everybody may list their tools. Each call brings
// its credential as an argument. TaskFlow classic has other addresses beside its own, where the
// credential is elsewhere in the request.

import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import { type Acting, type ActingOptions, type Claimed, createActing } from './acting.ts'
import { type Brought, type Place, placeAt } from './places.ts'
import { type Given, registerClassicTools } from './tools.ts'

/** What every server of the old kind is made with. */
export interface OldServerOptions {
  /** This server's identifier, which is its URL. */
  readonly resource: string
  /** The API's resource, ending in `/api`. */
  readonly api: string
  /** The most milliseconds that one call of the API may take. */
  readonly deadline: number
  /** Gets the error when a tool fails. */
  readonly onError: (error: unknown, tool?: string) => void
}

/** A running server of the old kind. */
export interface OldServer {
  /** Answers one request, of either protocol revision. */
  fetch(request: Request): Promise<Response>
  /** Ends the open MCP requests. */
  close(): Promise<void>
}

/** Makes TaskFlow classic, which verifies each token and exchanges it for one for the API. */
export function createTaskflowClassic(options: OldServerOptions & ActingOptions): OldServer {
  const act = createActing(options)
  const resource = `${options.resource}/parts`
  const actForParts = createActing({ ...options, resource })
  return createOldServer(
    options,
    (request, claimed) => (request.url === resource ? actForParts : act)(request, claimed),
    placeAt,
  )
}

/**
 * Makes a server of the old kind. It keeps nothing between requests.
 *
 * @param act Gives the fetch for the API, from what a call claims.
 * @param placeOf Finds the place of the credential, by what an address has behind the server's own.
 *   Default: there are no such addresses.
 */
export function createOldServer(
  { resource, api, deadline, onError }: OldServerOptions,
  act: (request: Request, claimed: Claimed) => Promise<Acting>,
  placeOf: (rest: string) => Place | undefined = () => undefined,
): OldServer {
  const { host, pathname } = new URL(resource)
  /** What an address has behind the server's own. Undefined: it is not below it. */
  const restOf = ({ url }: Request) => {
    const { pathname: path } = new URL(url)
    return path.startsWith(pathname) ? path.slice(pathname.length) : undefined
  }
  const handler = createMcpHandler(
    ({ requestInfo }) => {
      if (!requestInfo) throw new Error('An MCP request must come over HTTP')
      const server = new McpServer({
        name: 'taskflow-classic',
        title: 'TaskFlow classic',
        version: '0.0.0',
      })
      const place = placeOf(restOf(requestInfo) ?? '')
      const brought = place?.read(requestInfo)
      registerClassicTools({
        server,
        api,
        deadline,
        asks: place ? (place.asksForId ? 'id' : 'nothing') : 'token',
        act: (given) => act(requestInfo, claimedBy(given, brought)),
        report: onError,
      })
      return server
    },
    { maxRequestBodySize: 64 * 1024 },
  )
  return {
    async fetch(request) {
      // Refuses a rebound DNS name, and a web page in the person's browser.
      if (new URL(request.url).host !== host || request.headers.has('origin'))
        return new Response(null, { status: 403 })
      const rest = restOf(request)
      if (rest !== '' && (rest === undefined || !placeOf(rest)))
        return new Response(null, { status: 404 })
      return handler.fetch(request)
    },
    close: () => handler.close(),
  }
}

/** The arguments of a call, together with what its request brought. */
function claimedBy(given: Given, brought: Brought | undefined): Claimed {
  const { user_id, access_token = '', within, tool, scopes } = given
  const placement = `argument ${within}/access_token`
  return { user_id, access_token, placement, tool, scopes, ...brought }
}
