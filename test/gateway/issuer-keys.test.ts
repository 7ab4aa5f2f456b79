// The gateway and the keys of its issuer: an issuer that is down when the gateway starts, and tokens
// whose key nobody knows.

import { expect, it, onTestFinished } from 'vitest'
import { startIssuer } from '../../src/cli/conformance/world/issuer.ts'
import { createGateway } from '../../src/gateway/index.ts'
import { memorySecretStore } from '../../src/index.ts'
import { oidc } from '../../src/issuers/index.ts'
import { GATEWAY, gatewayHouse } from './house.ts'

const LIST = JSON.stringify({ jsonrpc: '2.0', id: 2, method: 'tools/list' })

/** A gateway over a real issuer, which can be down. */
async function gatewayOverIssuer() {
  const issuer = await startIssuer(0)
  onTestFinished(() => issuer.close())
  // The issuer's tokens live by the real clock.
  const state = { isDown: false, jwksFetches: 0, secondsAhead: 0 }
  const now = () => Date.now() + state.secondsAhead * 1000
  const { fetch: _, verifier, authorizationServers, exchanger, ...options } = gatewayHouse().options
  const gateway = createGateway({
    ...options,
    now,
    secrets: memorySecretStore(),
    issuer: oidc({
      issuer: issuer.origin,
      now,
      fetch: async (input, init) => {
        if (state.isDown) throw new TypeError('fetch failed')
        if (String(input).endsWith('/jwks')) state.jwksFetches += 1
        return fetch(input, init)
      },
    }),
    servers: {
      Notes: { url: 'https://notes.example/mcp', source: { type: 'static', of: 'deployment' } },
    },
  })
  const ask = (token: string) =>
    gateway.fetch(
      new Request(`${GATEWAY}/mcp`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: LIST,
      }),
    )
  const token = issuer.token({ subject: 'alice', audience: `${GATEWAY}/mcp`, scope: 'read' })
  return { state, gateway, ask, token }
}

it('answers 503 while its issuer is down at the start, and serves when the keys have come', async () => {
  const { state, ask, token, gateway } = await gatewayOverIssuer()
  state.isDown = true
  const early = await ask(token)
  expect(early.status).toBe(503)
  expect(early.headers.get('www-authenticate')).toBeNull()
  // Neither the metadata nor the health of the process is the issuer's matter.
  const metadata = `${GATEWAY}/.well-known/oauth-protected-resource/mcp`
  expect((await gateway.fetch(new Request(metadata))).status).toBe(200)
  expect((await gateway.fetch(new Request(`${GATEWAY}/healthz`))).status).toBe(200)
  state.isDown = false
  state.secondsAhead = 5
  expect((await ask(token)).status).toBe(200)
})

it('asks for keys a few times only, however many tokens name keys that nobody knows', async () => {
  const { state, ask, token } = await gatewayOverIssuer()
  expect((await ask(token)).status).toBe(200)
  const [, claims = '', signature = ''] = token.split('.')
  const strange = Array.from({ length: 200 }, (_, at) => {
    const header = { alg: 'ES256', typ: 'at+jwt', kid: `unknown-${at}` }
    return `${Buffer.from(JSON.stringify(header)).toString('base64url')}.${claims}.${signature}`
  })
  const statuses = await Promise.all(strange.map(async (one) => (await ask(one)).status))
  expect(new Set(statuses)).toEqual(new Set([401]))
  expect(state.jwksFetches).toBeLessThanOrEqual(4)
  expect((await ask(token)).status).toBe(200)
})
