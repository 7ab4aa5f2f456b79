// MCP TypeScript SDK v1: a client for one caller.

import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { Caller } from 'onbehalf'

export async function connect(caller: Caller, url: string) {
  const tasks = new Client({ name: 'app', version: '1.0.0' })
  await tasks.connect(
    new StreamableHTTPClientTransport(new URL(url), { fetch: caller.fetch('Tasks') }),
  )
  return tasks
}
