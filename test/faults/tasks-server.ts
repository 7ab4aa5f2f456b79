// The MCP server of the fault schedule, over the real kit. It has a tool that cannot be undone.

import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import { jwtVerifier } from 'onbehalf/jwt'
import { guardTool, protectMcpServer, type ServerCall } from 'onbehalf/mcp-server'
import { type ClientAuthentication, tokenExchanger } from 'onbehalf/oauth'
import { z } from 'zod'
import { API, ISSUER, MCP } from './world.ts'

/** What it stands on. */
export interface ServerGround {
  readonly network: typeof globalThis.fetch
  readonly now: () => number
  /** How it proves to the authorization server who it is. */
  readonly client: ClientAuthentication
}

/** Makes the server, which waits so long for anybody else. */
export function tasksServer(
  { network, now, client }: ServerGround,
  deadline: number,
): (request: Request) => Promise<Response> {
  const way = { fetch: network, now, deadline }
  return protectMcpServer(
    {
      resource: MCP,
      authorizationServers: [ISSUER],
      verifier: jwtVerifier({ issuer: ISSUER, ...way }),
      exchanger: tokenExchanger({ issuer: ISSUER, clientId: 'tasks-mcp', client, ...way }),
      audit: { record: () => {} },
      apis: { tasks: { url: API, scopes: ['tasks:write'] } },
      toolScopes: { delete_task: ['tasks:write'], list_tasks: [] },
      ...way,
    },
    (request, call) =>
      createMcpHandler(() => toolsOf(call)).fetch(request, { authInfo: call.authInfo }),
  )
}

function toolsOf(call: ServerCall): McpServer {
  const server = new McpServer({ name: 'tasks', version: '1.0.0' })
  server.registerTool(
    'delete_task',
    {
      description: 'Deletes a task',
      inputSchema: z.object({ task_id: z.number() }),
      annotations: { destructiveHint: true },
    },
    guardTool(call, 'delete_task', async ({ task_id }) => {
      const response = await call.fetch('tasks')(API, {
        method: 'POST',
        body: JSON.stringify({ task: task_id }),
      })
      const { deleted } = z.object({ deleted: z.number() }).parse(await response.json())
      return { content: [{ type: 'text', text: `Deleted ${deleted}` }] }
    }),
  )
  server.registerTool('list_tasks', { description: 'Lists tasks' }, () => ({
    content: [{ type: 'text', text: '[]' }],
  }))
  return server
}
