// The official SDK's client, through our fetch, to the official SDK's server: both protocol
// revisions.

import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import { describe, expect, it } from 'vitest'
import { createAuditor } from '../../src/core/audit.ts'
import { granted, refused } from '../../src/core/errors.ts'
import { parseBinding } from '../../src/core/parse-binding.ts'
import { toSentence } from '../../src/core/sentences.ts'
import type { CredentialSource } from '../../src/core/source/parts.ts'
import { mcpFetch } from '../../src/mcp/fetch.ts'
import { alice, issuedToken, MCP } from '../core/parts.ts'

const SECRET = 'canary-of-the-sdk'
type Mode = 'auto' | 'legacy' | { readonly pin: string }

function makeServer(): McpServer {
  const server = new McpServer({ name: 'echo', version: '1.0.0' })
  server.registerTool('hello', { description: 'Says hello' }, async () => ({
    content: [{ type: 'text', text: 'hello' }],
  }))
  return server
}

async function connect(
  mode: Mode,
  options: {
    legacy?: 'reject'
    source?: CredentialSource
    before?: (request: Request) => Response | undefined
  },
) {
  const handler = createMcpHandler(makeServer, options.legacy ? { legacy: options.legacy } : {})
  const seen: (string | null)[] = []
  const fetch = mcpFetch({
    binding: parseBinding('tasks', { url: MCP }),
    source: options.source ?? (async () => granted(issuedToken(SECRET))),
    principal: alice,
    auditor: createAuditor({ record: () => {} }),
    trace: '4bf92f3577b34da6a3ce929d0e0e4736',
    deadline: 10_000,
    async fetch(input, init) {
      const request = new Request(input, init)
      seen.push(request.headers.get('authorization'))
      return options.before?.(request) ?? handler.fetch(request)
    },
  })
  const client = new Client({ name: 'test', version: '1.0.0' }, { versionNegotiation: { mode } })
  await client.connect(new StreamableHTTPClientTransport(new URL(MCP), { fetch }))
  return { client, seen }
}

describe('the SDK’s client through the fetch', () => {
  it.each<[string, Mode, { legacy?: 'reject' }, string]>([
    ['finds the newest revision', 'auto', {}, '2026-07-28'],
    [
      'finds the newest revision of a server that has no other',
      'auto',
      { legacy: 'reject' },
      '2026-07-28',
    ],
    ['speaks the revision of sessions', 'legacy', {}, '2025-11-25'],
    [
      'speaks one revision that it was told',
      { pin: '2026-07-28' },
      { legacy: 'reject' },
      '2026-07-28',
    ],
  ])('%s', async (_, mode, options, revision) => {
    const { client, seen } = await connect(mode, options)
    expect(client.getNegotiatedProtocolVersion()).toBe(revision)
    expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(['hello'])
    expect((await client.callTool({ name: 'hello', arguments: {} })).content).toEqual([
      { type: 'text', text: 'hello' },
    ])
    expect(new Set(seen)).toEqual(new Set([`Bearer ${SECRET}`]))
    await client.close()
  })

  it('falls back when the server names only the older revision (-32022 and `supported` pass)', async () => {
    const { client } = await connect('auto', {
      before: (request) =>
        request.headers.get('mcp-protocol-version') === '2026-07-28'
          ? Response.json(
              {
                jsonrpc: '2.0',
                id: null,
                error: {
                  code: -32022,
                  message: 'canary',
                  data: { supported: ['2025-11-25'], requested: '2026-07-28' },
                },
              },
              { status: 400 },
            )
          : undefined,
    })
    expect(client.getNegotiatedProtocolVersion()).toBe('2025-11-25')
    await client.close()
  })

  it('gets the error code when a server has only the newest revision', async () => {
    const refusal = await connect('legacy', { legacy: 'reject' }).then(
      () => 'connected',
      (error: unknown) => error,
    )
    expect(String(refusal)).toContain('"code":-32022')
    expect(String(refusal)).toContain('"supported":["2026-07-28"],"requested":"2025-11-25"')
  })

  it.each<[string, Mode]>([
    ['2026-07-28', 'auto'],
    ['2025-11-25', 'legacy'],
  ])('gives the model the fixed sentence as a tool result (%s)', async (_, mode) => {
    let ended = false
    const { client } = await connect(mode, {
      source: async () => (ended ? refused('handle_refused') : granted(issuedToken(SECRET))),
    })
    ended = true
    expect(await client.callTool({ name: 'hello', arguments: {} })).toMatchObject({
      isError: true,
      content: [{ type: 'text', text: toSentence({ reason: 'handle_refused', server: 'tasks' }) }],
    })
    await client.close()
  })

  it('never gets what an error body echoes', async () => {
    let broken = false
    const { client } = await connect('auto', {
      before: (request) =>
        broken ? new Response(request.headers.get('authorization'), { status: 500 }) : undefined,
    })
    broken = true
    const thrown = await client.listTools().catch((error: unknown) => error)
    expect(String(thrown)).toBe(
      `AuthError: ${toSentence({ reason: 'server_unavailable', server: 'tasks' })}`,
    )
    await client.close()
  })
})
