// What an app makes when its module is loaded makes no random value, no key, no timer and no request:
// Cloudflare Workers allow none of these before the first request.

import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { chatkitServer, memoryThreadStore } from '../src/chatkit/index.ts'
import { Credential, createOnBehalf } from '../src/index.ts'
import { oidc } from '../src/issuers/index.ts'
import { protectMcpServer } from '../src/mcp-server/index.ts'

const forbidden = () => {
  throw new Error('not in the global scope')
}

beforeEach(() => {
  vi.spyOn(crypto, 'getRandomValues').mockImplementation(forbidden)
  vi.spyOn(crypto, 'randomUUID').mockImplementation(forbidden)
  vi.spyOn(crypto.subtle, 'importKey').mockImplementation(forbidden)
  vi.spyOn(crypto.subtle, 'generateKey').mockImplementation(forbidden)
  vi.stubGlobal('setTimeout', forbidden)
  vi.stubGlobal('setInterval', forbidden)
  vi.stubGlobal('fetch', forbidden)
})
afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

const issuer = () =>
  oidc({
    issuer: 'https://login.example',
    clientId: 'app',
    clientSecret: new Credential('secret'),
    audience: 'https://app.example/chat',
  })

it('the modules, while they are loaded', async () => {
  vi.resetModules()
  await import('../src/index.ts')
  await import('../src/chatkit/index.ts')
  await import('../src/mcp-server/index.ts')
  expect(crypto.getRandomValues).not.toHaveBeenCalled()
})

it('createOnBehalf and chatkitServer', () => {
  const onbehalf = createOnBehalf({
    resource: 'https://app.example/chat',
    issuer: issuer(),
    servers: {
      Tasks: { url: 'https://tasks.example/mcp', source: { type: 'exchange', scopes: [] } },
    },
  })
  chatkitServer({ admit: onbehalf.admit, store: memoryThreadStore(), async *respond() {} })
  expect(crypto.getRandomValues).not.toHaveBeenCalled()
})

it('protectMcpServer', () => {
  protectMcpServer(
    {
      resource: 'https://tasks.example/mcp',
      issuer: issuer(),
      toolScopes: {},
      accept: { session: true },
    },
    async () => new Response(),
  )
  expect(crypto.getRandomValues).not.toHaveBeenCalled()
})
