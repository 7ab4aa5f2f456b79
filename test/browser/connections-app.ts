// A gateway with its connections page over real HTTP, with two real authorization servers: one where
// people sign in, one where they connect an account. No test lives here.

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createGateway } from '../../src/gateway/index.ts'
import { memorySecretStore, memorySignInStore } from '../../src/index.ts'
import { oidc } from '../../src/issuers/index.ts'
import { toNodeListener } from '../../src/mount/node.ts'
import { connections } from '../../src/oauth/index.ts'
import { serverSession } from '../../src/session/index.ts'
import { startProvider } from '../oauth/connection/provider.ts'

const NOTES = 'https://notes.example/mcp'

/** A running gateway. */
export interface ConnectionsApp {
  readonly origin: string
  /** What servers got as their credentials. */
  readonly sent: readonly (string | null)[]
  /** Resolves when a call of the tool `wait` is at work. It answers never. */
  readonly begun: Promise<void>
  /** An agent calls a tool with the access token of whoever signed in last. Gives what it is told. */
  call(server: string, tool: string): Promise<string>
  close(): Promise<void>
}

/** Starts it all. */
export async function startConnectionsApp(): Promise<ConnectionsApp> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const resource = `${origin}/mcp`
  const [people, notes] = await Promise.all([
    startProvider({ resource, redirectUri: `${origin}/auth/callback` }),
    startProvider({ resource: NOTES, redirectUri: `${origin}/connected/Notes` }),
  ])
  const secrets = memorySecretStore()
  const audit = { record: () => {} }
  const issuer = oidc({ issuer: people.issuer, audience: resource })
  const sent: (string | null)[] = []
  let begin = () => {}
  const begun = new Promise<void>((resolve) => {
    begin = resolve
  })
  const gateway = createGateway({
    url: origin,
    issuer,
    audience: resource,
    servers: {
      Notes: { url: NOTES, source: { type: 'connection' } },
      Search: {
        url: 'https://search.example/mcp',
        source: { type: 'static', of: 'person' },
        placement: { type: 'header', name: 'X-Api-Key' },
      },
    },
    secrets,
    page: {
      session: serverSession({
        issuer,
        clientId: 'app',
        origin,
        resource,
        scopes: ['openid', 'tasks:read'],
        store: memorySignInStore(),
        secrets,
        audit,
      }),
      connections: connections({
        store: secrets,
        redirectUri: `${origin}/connected`,
        fetch,
        audit,
        servers: {
          Notes: {
            resource: NOTES,
            issuer: notes.issuer,
            scopes: ['tasks:read'],
            client: { type: 'registered', id: 'app' },
          },
        },
      }),
    },
    audit,
    async fetch(input, init) {
      const request = new Request(input, init)
      sent.push(request.headers.get('x-api-key') ?? request.headers.get('authorization'))
      const { id, params } = JSON.parse(await request.text())
      if (params.name === 'wait') {
        begin()
        await new Promise((_, reject) => {
          request.signal.addEventListener('abort', () => reject(request.signal.reason))
        })
      }
      return Response.json({ jsonrpc: '2.0', id, result: { content: [] } })
    },
  })
  server.on('request', toNodeListener(gateway.fetch))

  return {
    origin,
    sent,
    begun,
    async call(name, tool) {
      const [, token] = people.issued.findLast(([kind]) => kind === 'access_token') ?? []
      const params = { name: tool, arguments: {} }
      const answer = await fetch(`${origin}/mcp/${name}`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${token}`,
          accept: 'application/json, text/event-stream',
          'content-type': 'application/json',
        },
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }),
      })
      return answer.text()
    },
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await Promise.all([people.stop(), notes.stop()])
    },
  }
}
