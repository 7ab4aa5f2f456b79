// TaskFlow classic, an MCP server of the old kind, as one fetch handler. Everybody may list its
// tools. Each call brings its credential as an argument, and the server reads no header for it.

import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import { type ActingOptions, createActing } from './acting.ts'
import { registerClassicTools } from './tools.ts'

/** Options of {@link createTaskflowClassic}. */
export interface TaskflowClassicOptions extends ActingOptions {
  /** The most milliseconds that one call of the API may take. */
  readonly deadline: number
  /** Gets the error when a tool fails. */
  readonly onError: (error: unknown, tool?: string) => void
}

/** The running server. */
export interface TaskflowClassic {
  /** Answers one request, of either protocol revision. */
  fetch(request: Request): Promise<Response>
  /** Ends the open MCP requests. */
  close(): Promise<void>
}

/** Makes the server. It keeps nothing between requests. */
export function createTaskflowClassic({
  deadline,
  onError,
  ...options
}: TaskflowClassicOptions): TaskflowClassic {
  const act = createActing(options)
  const { host } = new URL(options.resource)
  const handler = createMcpHandler(
    ({ requestInfo }) => {
      if (!requestInfo) throw new Error('An MCP request must come over HTTP')
      const server = new McpServer({
        name: 'taskflow-classic',
        title: 'TaskFlow classic',
        version: '0.0.0',
      })
      const { api } = options
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
