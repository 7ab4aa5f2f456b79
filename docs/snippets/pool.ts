// A pool: the session with a server is kept for the same person's next request.

import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import type { Caller } from 'onbehalf'
import { type SessionPool, sessionPool } from 'onbehalf/mcp'

export function taskClients(url: string): SessionPool<Client> {
  return sessionPool({
    async open(_server, fetch) {
      const client = new Client(
        { name: 'app', version: '1.0.0' },
        { versionNegotiation: { mode: 'auto' } },
      )
      await client.connect(new StreamableHTTPClientTransport(new URL(url), { fetch }))
      return client
    },
    close: (client) => client.close(),
  })
}

export function listTasks(clients: SessionPool<Client>, caller: Caller) {
  return clients.use(caller, 'Tasks', (client) =>
    client.callTool({ name: 'list_tasks', arguments: {} }),
  )
}
