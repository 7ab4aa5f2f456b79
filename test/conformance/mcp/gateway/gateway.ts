// The gateway of this package in front of the suite's server, which takes the key of one person and no
// other. The suite's scenarios know of no credential, so the listener gives each request the token
// of that person, as a person's client would.

import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Credential, memorySecretStore, staticKeys } from 'onbehalf'
import { createGateway } from 'onbehalf/gateway'
import { toNodeListener } from 'onbehalf/node'
import { principalAt, SERVER } from '../client/person.ts'
import { type Listening, listenProtected, TOKEN } from '../server/protected-server.ts'

const ISSUER = 'https://login.example'

/** Starts the gateway, and the server behind it. */
export async function listenGateway(): Promise<Listening> {
  const behind = await listenProtected({ givesToken: false })
  const secrets = memorySecretStore()
  await staticKeys(secrets).put(principalAt(ISSUER), behind.url, new Credential(TOKEN))
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const gateway = createGateway({
    url,
    authorizationServers: [ISSUER],
    // The sign-in itself is no part of the suite, so any token is good.
    verifier: {
      verify: async (_, audience) => ({
        ok: true,
        value: {
          principal: principalAt(ISSUER),
          audience: [audience].flat(),
          scopes: [],
          expiresAt: Date.now() / 1000 + 3600,
          claims: {},
        },
      }),
    },
    servers: { [SERVER]: { url: behind.url, source: { type: 'static', of: 'person' } } },
    secrets,
    audit: { record() {} },
  })
  const listener = toNodeListener((request) => {
    request.headers.set('authorization', 'Bearer the-token-for-the-gateway')
    return gateway.fetch(request)
  })
  server.on('request', (incoming, outgoing) => void listener(incoming, outgoing))
  return {
    url: `${url}/mcp/${SERVER}`,
    close() {
      server.close()
      server.closeAllConnections()
      behind.close()
    },
  }
}
