// A server that speaks HTTP+SSE (MCP 2024-11-05), by the client of the SDK v1.

import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js'
import type { Caller } from 'onbehalf'

export async function connect(caller: Caller, url: string) {
  const tasks = new Client({ name: 'app', version: '1.0.0' })
  await tasks.connect(new SSEClientTransport(new URL(url), { fetch: caller.fetch('Tasks') }))
  return tasks
}
