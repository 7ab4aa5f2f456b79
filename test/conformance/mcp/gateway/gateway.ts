// A gateway: an HTTP server in front of the MCP fetch of one person, so that every message passes
// it. Behind it stands the server of the suite, which takes that person's token and no other.

import { serve } from '@hono/node-server'
import { hostHeaderValidationResponse } from '@modelcontextprotocol/server'
import { Credential, memorySecretStore, staticKeys } from 'onbehalf'
import { freePort } from '../../../issuers-real/program.ts'
import { admitPerson, principalAt, SERVER } from '../client/person.ts'
import { type Listening, listenProtected, TOKEN } from '../server/protected-server.ts'

const ISSUER = 'https://login.example'

/** What belongs to one hop of HTTP, or to the browser in front. */
const NOT_PASSED_ON = ['host', 'connection', 'content-length', 'origin', 'transfer-encoding']

/** Starts the gateway, and the server behind it. */
export async function listenGateway(): Promise<Listening> {
  const behind = await listenProtected({ givesToken: false })
  const secrets = memorySecretStore()
  await staticKeys(secrets).put(principalAt(ISSUER), behind.url, new Credential(TOKEN))
  const caller = await admitPerson({
    issuer: ISSUER,
    token: new Credential('the-token-for-the-gateway'),
    binding: { url: behind.url, source: { type: 'static', of: 'person' } },
    parts: { secrets },
  })
  const send = caller.fetch(SERVER)
  const port = await freePort()
  const server = serve({
    port,
    hostname: '127.0.0.1',
    async fetch(request) {
      const wrongHost = hostHeaderValidationResponse(request, ['127.0.0.1'])
      if (wrongHost) return wrongHost
      const headers = new Headers(request.headers)
      for (const name of NOT_PASSED_ON) headers.delete(name)
      const { method, signal } = request
      const body = method === 'POST' ? await request.text() : null
      return send(behind.url, { method, headers, body, signal })
    },
  })
  return {
    url: `http://127.0.0.1:${port}/mcp`,
    close() {
      server.close()
      behind.close()
    },
  }
}
