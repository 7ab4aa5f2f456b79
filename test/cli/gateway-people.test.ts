// A gateway's file with sign-ins, keys of people and a rule that asks, from the first request to a call:
// over real HTTP to the issuer and to the server.

import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { readConfiguration } from '../../src/cli/gateway/configuration.ts'
import { toNodeListener } from '../../src/mount/node.ts'
import { createKeyring } from '../../src/store/index.ts'
import { agentsToken, OWN_FORM } from '../gateway/page/house.ts'
import { CHAT, type SessionIssuer, sessionIssuer } from '../session/issuer.ts'

const URL_IN_FRONT = 'http://127.0.0.1:8080'
const KEY = 'canary0f-a-key-of-alices-own'

let folder: string
const servers: Server[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'onbehalf-people-'))
  createKeyring(join(folder, 'keyring.json'))
})
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  rmSync(folder, { recursive: true, force: true })
})

async function listening(answer: (request: Request) => Promise<Response>): Promise<string> {
  const server = createServer(toNodeListener(answer))
  servers.push(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** The issuer of the tests, at an address. */
async function startIssuer(): Promise<{ readonly url: string; readonly people: SessionIssuer }> {
  let people: SessionIssuer | undefined
  const url = await listening(async (request) => {
    const body = new URLSearchParams(await request.text())
    return people?.fetch(request.url, { method: request.method, body }) ?? Response.error()
  })
  people = await sessionIssuer(Date.now, url)
  return { url, people }
}

it('lets a person sign in, put in a key and say yes, and carries the call with the key', async () => {
  const { url: issuer, people } = await startIssuer()
  const keys: (string | null)[] = []
  const search = await listening(async (request) => {
    keys.push(request.headers.get('x-api-key'))
    return Response.json({ jsonrpc: '2.0', id: 1, result: { content: [] } })
  })
  const file = join(folder, 'onbehalf.yaml')
  writeFileSync(
    file,
    `issuer: { preset: oidc, issuer: '${issuer}', clientId: app }
audience: ${CHAT}
store: { sqlite: store.db, keyring: keyring.json }
session: {}
servers:
  Search:
    url: ${search}/mcp
    source: { type: static, of: person }
    placement: { type: header, name: X-Api-Key }
policy: { rules: [{ tools: Search/send, effect: ask }] }
audit: { file: audit.log }
`,
  )
  const { gateway, close } = await readConfiguration(file, { env: {}, warn() {} })
  try {
    let cookie = ''
    const send = async (path: string, init: RequestInit = {}) => {
      const headers = new Headers(init.headers)
      if (cookie !== '') headers.set('cookie', cookie)
      const answer = await gateway.fetch(
        new Request(`${URL_IN_FRONT}${path}`, { ...init, headers }),
      )
      const [set] = answer.headers.getSetCookie().filter((one) => !one.includes('Max-Age=0'))
      cookie = set?.split(';', 1)[0] ?? cookie
      return answer
    }
    const act = (name: string, form: Record<string, string>) =>
      send(`/connections/${name}`, {
        method: 'POST',
        headers: OWN_FORM,
        body: new URLSearchParams(form),
      })
    const token = await agentsToken(people, 'alice')
    const call = async () => {
      const params = { name: 'send', arguments: { to: 'bob' } }
      const answer = await gateway.fetch(
        new Request(`${URL_IN_FRONT}/mcp/Search`, {
          method: 'POST',
          headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
          body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }),
        }),
      )
      return answer.text()
    }

    const away = await send('/auth/sign-in?returnTo=/connections')
    const answer = people.agree(new URL(away.headers.get('location') ?? ''), 'alice')
    await send(`/auth/callback?${new URLSearchParams(answer)}`)
    await act('key', { which: 'key:Search', key: KEY })
    const [, id = ''] = /127\.0\.0\.1:8080\/connections\?call=([\w-]+)/.exec(await call()) ?? []
    expect(await (await send(`/connections?call=${id}`)).text()).toContain('&quot;to&quot;')
    await act('approve', { id })
    expect(await call()).toContain('"result"')
    expect(keys).toEqual([KEY])
  } finally {
    await close()
  }
})
