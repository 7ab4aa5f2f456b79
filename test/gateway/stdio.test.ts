// Stdio servers behind the gateway: any HTTP client in front, a process for each person behind, with the
// person's key in its environment.

import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { afterEach, describe, expect, it } from 'vitest'
import { Credential } from '../../src/core/credential.ts'
import { granted } from '../../src/core/errors.ts'
import { memorySecretStore } from '../../src/core/vault/memory-secret-store.ts'
import { staticKeys } from '../../src/core/vault/static-keys.ts'
import type { BindingInput } from '../../src/index.ts'
import { childProcesses } from '../../src/stdio/index.ts'
import { alice, bob, ISSUER } from '../core/parts.ts'
import { BY_ENV, RESOURCE } from '../stdio/house.ts'
import { PROGRAM } from '../stdio/parts.ts'
import { GATEWAY, gatewayHouse, textOf, tokenFor } from './house.ts'

const KEY = (of: string) => `canary-${of}-x7Kq2mPz9Lw4vRt8c3`
/** A small server that tells of itself, with the key in its environment. */
const CHILD: BindingInput = { ...BY_ENV, url: 'stdio:child', process: PROGRAM }

const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

async function house(limits: Parameters<typeof childProcesses>[0] = {}) {
  const processes = childProcesses({ log() {}, ...limits })
  ends.push(() => processes.close())
  const secrets = memorySecretStore()
  for (const person of [alice, bob])
    await staticKeys(secrets).put(
      { issuer: ISSUER, subject: person.subject },
      RESOURCE,
      new Credential(KEY(person.subject)),
    )
  const made = gatewayHouse({ processes, secrets, servers: { Every: BY_ENV, Child: CHILD } })
  return Object.assign(made, { processes, secrets })
}

/** A client of the official SDK that can be asked. */
async function connected(made: Awaited<ReturnType<typeof house>>, path: string, person = 'alice') {
  const client = new Client(
    { name: 'agent', version: '1.0.0' },
    { capabilities: { elicitation: {}, sampling: {}, roots: {} } },
  )
  const asked: string[] = []
  client.setRequestHandler('elicitation/create', async ({ params }) => {
    asked.push(params.message)
    return { action: 'accept', content: { name: 'Alice', check: true } }
  })
  client.setRequestHandler('sampling/createMessage', async () => ({
    model: 'm',
    role: 'assistant',
    content: { type: 'text', text: 'sampled' },
  }))
  client.setRequestHandler('roots/list', async () => ({ roots: [{ uri: 'file:///root-of-hers' }] }))
  const transport = new StreamableHTTPClientTransport(new URL(`${GATEWAY}${path}`), {
    fetch(input, init) {
      const request = new Request(input, init)
      request.headers.set('authorization', `Bearer ${tokenFor(person)}`)
      return made.gateway.fetch(request)
    },
  })
  await client.connect(transport)
  ends.push(() => client.close())
  return Object.assign(client, { asked, session: () => transport.sessionId ?? '' })
}

const INITIALIZE = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 'agent', version: '1' },
  },
}
const about = { jsonrpc: '2.0', id: 2, method: 'tools/call', params: { name: 'about' } }

/** Asks again until there is something. The test's own limit ends it. */
async function until<T>(ask: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const given = await ask()
    if (given !== undefined) return given
  }
}

/** A session of a client that speaks no SDK, and what its process tells of itself. */
async function opened(
  { ask }: Awaited<ReturnType<typeof house>>,
  person = 'alice',
  token = tokenFor(person),
) {
  const response = await ask('/mcp/Child', token, INITIALIZE)
  expect(response.status).toBe(200)
  const headers = { 'mcp-session-id': response.headers.get('mcp-session-id') ?? '' }
  await ask('/mcp/Child', token, { jsonrpc: '2.0', method: 'notifications/initialized' }, headers)
  return {
    headers,
    async about(by = token): Promise<{ pid: number; env: Record<string, string> }> {
      const answer = await ask('/mcp/Child', by, about, headers)
      const { result } = (await answer.json()) as { result: unknown }
      return JSON.parse(textOf(result))
    },
  }
}

describe('a real stdio server behind the gateway', () => {
  it.each(['/mcp/Every', '/mcp'])('works for the client of the SDK at %s', async (path) => {
    const made = await house()
    const client = await connected(made, path)
    const name = (tool: string) => (path === '/mcp' ? `Every__${tool}` : tool)
    const { tools } = await client.listTools()
    expect(tools.map((tool) => tool.name)).toContain(name('echo'))
    const said = await client.callTool({ name: name('echo'), arguments: { message: 'hi' } })
    expect(textOf(said)).toBe('Echo: hi')
    // The key is in the process, and does not come back.
    const env = textOf(await client.callTool({ name: name('get-env'), arguments: {} }))
    expect(env).toContain('EVERYTHING_TOKEN')
    expect(env).not.toContain('canary')
    const asked = await client.callTool({ name: name('trigger-elicitation-request') })
    expect(textOf(asked)).toContain('User provided')
    expect(client.asked).toHaveLength(1)
    const sampled = await client.callTool({
      name: name('trigger-sampling-request'),
      arguments: { prompt: 'p', maxTokens: 5 },
    })
    expect(textOf(sampled)).toContain('sampled')
    const steps: number[] = []
    await client.callTool(
      {
        name: name('trigger-long-running-operation'),
        arguments: { duration: 0.1, steps: 3 },
      },
      { onprogress: ({ progress }) => void steps.push(progress) },
    )
    expect(steps).toEqual([1, 2, 3])
  })
})

describe('the process of a person', () => {
  it('has the key of that person alone, and serves the person’s next session', async () => {
    const made = await house()
    const mine = await opened(made)
    const his = await opened(made, 'bob')
    const [a, b] = [await mine.about(), await his.about()]
    expect(a.pid).not.toBe(b.pid)
    // Redaction takes it out of what comes back.
    expect(JSON.stringify([a.env, b.env])).not.toContain('canary')
    await made.ask('/mcp/Child', tokenFor('alice'), undefined, mine.headers, 'DELETE')
    const next = await opened(made)
    expect((await next.about()).pid).toBe(a.pid)
  })

  it('is not reached by the session of another person, of other rights, or one that ended', async () => {
    const made = await house()
    const mine = await opened(made)
    const status = async (token: string) =>
      (await made.ask('/mcp/Child', token, about, mine.headers)).status
    expect(await status(tokenFor('bob'))).toBe(404)
    expect(await status(tokenFor('alice', 'read+write'))).toBe(404)
    expect(await status(tokenFor('alice'))).toBe(200)
    await made.ask('/mcp/Child', tokenFor('alice'), undefined, mine.headers, 'DELETE')
    expect(await status(tokenFor('alice'))).toBe(404)
  })

  it('is made anew when it has ended, and the session goes on', async () => {
    const made = await house()
    const mine = await opened(made)
    const { pid } = await mine.about()
    process.kill(pid)
    const next = await until(async () => {
      const about = await mine.about().catch(() => undefined)
      return about?.pid === pid ? undefined : about
    })
    expect(next.pid).not.toBe(pid)
  })

  it('goes on with a refreshed token, and ends with the sign-in', async () => {
    const made = await house()
    const mine = await opened(made)
    const { pid } = await mine.about()
    made.clock.forward(290)
    const fresh = tokenFor('alice', 'read', 900, '2')
    made.clock.forward(60)
    expect((await mine.about(fresh)).pid).toBe(pid)
    made.gateway.revoke({ issuer: ISSUER, subject: 'alice', client: 'agent' })
    const after = await made.ask('/mcp/Child', fresh, about, mine.headers)
    expect(after.status).toBe(404)
    const next = await opened(made, 'alice', fresh)
    expect((await next.about(fresh)).pid).not.toBe(pid)
  })

  it('is told nothing without a key, and the client gets a sentence', async () => {
    const made = await house()
    const answer = await made.ask('/mcp/Child', tokenFor('carol'), INITIALIZE)
    expect(await answer.json()).toMatchObject({ id: 1, error: { code: -32603 } })
  })
})

it('ends the session of a person whose key is removed at the page, and starts no other', async () => {
  const processes = childProcesses({ log() {} })
  ends.push(() => processes.close())
  const secrets = memorySecretStore()
  const made = gatewayHouse({
    processes,
    secrets,
    servers: { Child: CHILD },
    page: {
      session: {
        async present(request) {
          const person = request.headers.get('cookie')
          if (person === null) return undefined
          const credential = granted(new Credential(tokenFor(person)))
          return { presented: { credential, placement: 'cookie' } }
        },
        signInOf: async () => undefined,
        handle: async () => undefined,
      },
    },
  })
  const onPage = (act: string, person: string, form: Record<string, string>) =>
    made.gateway.fetch(
      new Request(`${GATEWAY}/connections/${act}`, {
        method: 'POST',
        headers: { cookie: person, 'sec-fetch-site': 'same-origin' },
        body: new URLSearchParams({ which: 'key:Child', ...form }),
      }),
    )
  for (const person of ['alice', 'bob']) await onPage('key', person, { key: KEY(person) })
  const [hers, his] = [
    await connected(Object.assign(made, { processes, secrets }), '/mcp/Child'),
    await connected(Object.assign(made, { processes, secrets }), '/mcp/Child', 'bob'),
  ]
  await hers.callTool({ name: 'about' })
  await onPage('disconnect', 'alice', {})
  await expect(hers.callTool({ name: 'about' })).rejects.toThrow()
  await expect(
    connected(Object.assign(made, { processes, secrets }), '/mcp/Child'),
  ).rejects.toThrow('Connect your Child account')
  expect(textOf(await his.callTool({ name: 'about' }))).not.toBe('')
})
