// The task tools of TaskFlow's MCP server: names, schemas and scopes. They reach the API only through the call's own fetch.

import type { McpServer } from '@modelcontextprotocol/server'

/** What a tool gets of the server kit's call: a fetch that acts on behalf of the person, for the API named `tasks`. */
export interface TaskCall {
  fetch(api: 'tasks'): typeof fetch
}

/** Where the API is. */
export interface TaskToolsOptions {
  /** The API's resource, ending in `/api`. */
  readonly api: string
}

/** The scopes that each tool needs, for the server kit. */
export const taskToolScopes: Readonly<Record<string, readonly string[]>> = {
  taskflow_list_tasks: ['tasks:read'],
  taskflow_list_projects: ['tasks:read'],
  taskflow_add_task: ['tasks:write'],
  taskflow_update_task: ['tasks:write'],
  taskflow_start_task: ['tasks:write'],
  taskflow_update_progress: ['tasks:write'],
  taskflow_request_review: ['tasks:write'],
  taskflow_complete_task: ['tasks:write'],
  taskflow_delete_task: ['tasks:write'],
  taskflow_assign_task: ['tasks:write'],
}

/** Registers the ten tools on a server that lives for one request of one person. */
export function registerTaskTools(_server: McpServer, _call: TaskCall, _options: TaskToolsOptions): void {
  throw new Error('being written')
}
