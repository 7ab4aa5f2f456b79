// TaskFlow's MCP server as one fetch handler behind the server kit, for the launcher to connect to
// a port.

import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import { type ProtectOptions, protectMcpServer, type ServerCall } from 'onbehalf/mcp-server'
import { defineTool } from './define-tool.ts'
import { registerTaskTools, taskToolScopes } from './tools.ts'

/**
 * Options of {@link createTaskflowMcp}: those of the server kit, without what TaskFlow decides
 * itself. `deadline` is in milliseconds, 10,000 by default.
 */
export interface TaskflowMcpOptions
  extends Omit<ProtectOptions, 'toolScopes' | 'scopes' | 'apis' | 'exchanger'> {
  /** The API's resource, ending in `/api`. The tools' tokens are for it. */
  readonly api: string
  readonly exchanger: NonNullable<ProtectOptions['exchanger']>
}

/** The running MCP server. */
export interface TaskflowMcp {
  /** Answers one request, of either protocol revision. */
  fetch(request: Request): Promise<Response>
  /** Ends the open MCP requests. */
  close(): Promise<void>
}

/**
 * Makes the MCP server. It keeps nothing between requests: each request has its own server object,
 * for one call of one person.
 *
 * @throws TypeError that names the setting, for a configuration that cannot work.
 */
export function createTaskflowMcp({
  api,
  deadline = 10_000,
  ...options
}: TaskflowMcpOptions): TaskflowMcp {
  // The SDK gives each request's `authInfo` to the factory, which finds the call by it. So a call
  // belongs to its request and not to a connection.
  const calls = new WeakMap<object, ServerCall>()
  const handler = createMcpHandler(({ authInfo }) => {
    const call = authInfo && calls.get(authInfo)
    if (!call) throw new Error('An MCP request must come through the door')
    const server = new McpServer(
      { name: 'taskflow', title: 'TaskFlow', version: '0.0.0' },
      {
        instructions:
          'The task list of the person who is signed in. Tasks are named by their numbers; list them to find one.',
      },
    )
    registerTaskTools((name, tool) => defineTool({ server, call, api, deadline }, name, tool))
    return server
  })
  const fetch = protectMcpServer(
    {
      ...options,
      deadline,
      accept: { session: true, meta: META_KEY },
      toolScopes: taskToolScopes,
      apis: { tasks: { url: api, scopes: API_SCOPES } },
    },
    (request, call) => {
      const authInfo = { ...call.authInfo }
      calls.set(authInfo, call)
      return handler.fetch(request, { authInfo })
    },
  )
  return { fetch, close: () => handler.close() }
}

/** The key of `_meta` under which the server also accepts a credential. */
export const META_KEY = 'example.taskflow/access-token'

const API_SCOPES = ['tasks:read', 'tasks:write']
