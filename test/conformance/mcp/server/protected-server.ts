// The server of the suite behind protectMcpServer. The suite's server scenarios know of no
// credential, so the listener gives each request a good token, as a person's client would. Behind a
// gateway it does not.

import { once } from 'node:events'
import { serve } from '@hono/node-server'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import type { Credential, Result, VerifiedToken } from 'onbehalf'
import { protectMcpServer } from 'onbehalf/mcp-server'
import { freePort } from '../../../issuers-real/program.ts'
import { suiteServer } from './suite-server.ts'

const ISSUER = 'https://login.example'
/** The one token that the server takes. */
export const TOKEN = 'the-token-of-alice'

/** A server that runs. */
export interface Listening {
  readonly url: string
  close(): void
}

/** Starts it on a free port of this machine. */
export async function listenProtected({
  givesToken,
}: {
  readonly givesToken: boolean
}): Promise<Listening> {
  const port = await freePort()
  const resource = `http://127.0.0.1:${port}/mcp`
  const handler = suiteServer()
  const answer = protectMcpServer(
    {
      resource,
      authorizationServers: [ISSUER],
      verifier: { verify: (token) => verify(token, resource) },
      toolScopes: Object.fromEntries((await toolsOf(handler)).map((tool) => [tool, []])),
      audit: { record: () => {} },
      onError: (error) => console.error(error),
    },
    (request) => handler(request),
  )
  const server = serve({
    port,
    hostname: '127.0.0.1',
    fetch(request) {
      if (!givesToken) return answer(request)
      const headers = new Headers(request.headers)
      headers.set('authorization', `Bearer ${TOKEN}`)
      return answer(new Request(request, { headers }))
    },
  })
  await once(server, 'listening')
  return { url: resource, close: () => server.close() }
}

const verify = async (token: Credential, resource: string): Promise<Result<VerifiedToken>> =>
  token.reveal() === TOKEN
    ? {
        ok: true,
        value: {
          principal: { issuer: ISSUER, subject: 'alice' },
          audience: [resource],
          scopes: [],
          expiresAt: Date.now() / 1000 + 3600,
          claims: {},
        },
      }
    : { ok: false, refusal: { reason: 'signature_invalid' } }

/** The tools that a server lists. The kit wants every one of them declared. */
async function toolsOf(handler: (request: Request) => Promise<Response>): Promise<string[]> {
  const client = new Client({ name: 'operator', version: '1.0.0' })
  const url = new URL('https://tasks.example/mcp')
  const fetch: typeof globalThis.fetch = (input, init) => handler(new Request(input, init))
  await client.connect(new StreamableHTTPClientTransport(url, { fetch }))
  const { tools } = await client.listTools()
  await client.close()
  return tools.map(({ name }) => name)
}
