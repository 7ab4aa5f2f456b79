// MCP TypeScript SDK v2: a client for one caller.

import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import type { Caller } from 'onbehalf'

export async function connect(caller: Caller, url: string) {
  const tasks = new Client(
    { name: 'app', version: '1.0.0' },
    { versionNegotiation: { mode: 'auto' } },
  )
  await tasks.connect(
    new StreamableHTTPClientTransport(new URL(url), { fetch: caller.fetch('Tasks') }),
  )
  return tasks
}
