// MCP servers of the old kind, as fetch handlers. Everybody may list their tools. Each call brings
// its credential as an argument, and the server reads no header for it.

import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import { type Acting, type ActingOptions, type Claimed, createActing } from './acting.ts'
import { registerClassicTools } from './tools.ts'

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
  return createOldServer(options, createActing(options))
}

/**
 * Makes a server of the old kind. It keeps nothing between requests.
 *
 * @param act Gives the fetch for the API, from what a call claims.
 */
export function createOldServer(
  { resource, api, deadline, onError }: OldServerOptions,
  act: (request: Request, claimed: Claimed) => Promise<Acting>,
): OldServer {
  const { host } = new URL(resource)
  const handler = createMcpHandler(
    ({ requestInfo }) => {
      if (!requestInfo) throw new Error('An MCP request must come over HTTP')
      const server = new McpServer({
        name: 'taskflow-classic',
        title: 'TaskFlow classic',
        version: '0.0.0',
      })
      registerClassicTools({
        server,
        api,
        deadline,
        act: (claimed) => act(requestInfo, claimed),
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
      return handler.fetch(request)
    },
    close: () => handler.close(),
  }
}
