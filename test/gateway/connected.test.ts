// Servers behind the gateway that need an account which the person has connected.

import { describe, expect, it } from 'vitest'
import { granted, refused } from '../../src/core/errors.ts'
import { issuedToken } from '../core/parts.ts'
import { gatewayHouse, tokenFor } from './house.ts'

const LIST = { jsonrpc: '2.0', id: 1, method: 'tools/list' }

/** Alice has connected her account, nobody else has. */
function house(connectAt?: string) {
  return gatewayHouse({
    servers: { Notes: { url: 'https://notes.example/mcp', source: { type: 'connection' } } },
    connections: {
      credential: async ({ subject }) =>
        subject === 'alice'
          ? granted(issuedToken('account-of-alice'))
          : refused('connection_needed', { server: 'Notes' }),
    },
    ...(connectAt === undefined ? {} : { connectAt }),
  })
}

it('gets the credential of the account', async () => {
  const { ask, notes } = house()
  expect((await ask('/mcp/Notes', tokenFor('alice'), LIST)).status).toBe(200)
  expect(notes.reached[0]?.authorization).toBe('Bearer account-of-alice')
})

it.each([
  ['/mcp/Notes', LIST],
  ['/mcp', { ...LIST, method: 'tools/call', params: { name: 'Notes__search' } }],
])('tells at %s where to connect one', async (path, message) => {
  const { ask, notes } = house('https://app.example/accounts?from=gateway')
  const answer = await ask(path, tokenFor('bob'), message)
  expect(await answer.json()).toMatchObject({
    error: {
      message:
        'This was not done. Connect your Notes account to continue. Open https://app.example/accounts?from=gateway&server=Notes in a browser.',
    },
  })
  expect(notes.reached).toEqual([])
})

it('names no page where there is none', async () => {
  const { ask } = house()
  const answer = await ask('/mcp/Notes', tokenFor('bob'), LIST)
  expect(await answer.text()).not.toContain('browser')
})

describe('a client that can show a page', () => {
  const CONNECT_AT = 'https://app.example/accounts'
  const PAGE = `${CONNECT_AT}?server=Notes`
  const initialize = (elicitation: object) => ({
    jsonrpc: '2.0',
    id: 1,
    method: 'initialize',
    params: {
      protocolVersion: '2025-11-25',
      capabilities: { elicitation },
      clientInfo: { name: 'agent', version: '1' },
    },
  })
  const META = 'io.modelcontextprotocol/'
  const callAt = (path: string, meta: object = {}) => ({
    jsonrpc: '2.0',
    id: 7,
    method: 'tools/call',
    params: { name: path === '/mcp' ? 'Notes__search' : 'search', arguments: {}, ...meta },
  })

  it.each(['/mcp/Notes', '/mcp'])(
    'is asked to, by the error of its session, at %s',
    async (path) => {
      const { ask } = housesOf()
      // The account was there when the session was opened.
      const opened = await ask(path, tokenFor('leaving'), initialize({ url: {} }))
      const headers = sessionOf(opened)
      const answer = await ask(path, tokenFor('leaving'), callAt(path), headers)
      expect(await answer.json()).toMatchObject({
        id: 7,
        error: { code: -32042, data: { elicitations: [{ mode: 'url', url: PAGE }] } },
      })
    },
  )

  it.each(['/mcp/Notes', '/mcp'])('is asked to, by the result of its call, at %s', async (path) => {
    const { ask } = housesOf()
    const _meta = {
      [`${META}protocolVersion`]: '2026-07-28',
      [`${META}clientInfo`]: { name: 'agent', version: '1' },
      [`${META}clientCapabilities`]: { elicitation: { url: {} } },
    }
    const headers = { 'mcp-protocol-version': '2026-07-28' }
    const answer = await ask(path, tokenFor('bob'), callAt(path, { _meta }), headers)
    expect(await answer.json()).toMatchObject({
      id: 7,
      result: {
        resultType: 'input_required',
        inputRequests: { connect: { method: 'elicitation/create', params: { url: PAGE } } },
      },
    })
  })

  it('is told in words when it can show forms alone', async () => {
    const { ask } = housesOf()
    const opened = await ask('/mcp/Notes', tokenFor('leaving'), initialize({ form: {} }))
    const message = callAt('/mcp/Notes')
    const answer = await ask('/mcp/Notes', tokenFor('leaving'), message, sessionOf(opened))
    expect(await answer.json()).toMatchObject({
      id: 7,
      result: { isError: true, content: [{ text: expect.stringContaining(`Open ${PAGE} in`) }] },
    })
  })

  const sessionOf = (opened: Response) => ({
    'mcp-session-id': opened.headers.get('mcp-session-id') ?? '',
    'mcp-protocol-version': '2025-11-25',
  })

  /** Bob has connected nothing; who is leaving, an account that is gone after the first request. */
  function housesOf() {
    let isThere = true
    return gatewayHouse({
      servers: { Notes: { url: 'https://notes.example/mcp', source: { type: 'connection' } } },
      connectAt: CONNECT_AT,
      connections: {
        async credential({ subject }) {
          const isConnected = subject === 'leaving' && isThere
          isThere = false
          return isConnected
            ? granted(issuedToken('account'))
            : refused('connection_needed', { server: 'Notes' })
        },
      },
      async fetch(input, init) {
        const { id } = JSON.parse(await new Request(input, init).text())
        const result = { protocolVersion: '2025-11-25', capabilities: {}, serverInfo: {} }
        return Response.json(
          { jsonrpc: '2.0', id, result },
          { headers: { 'mcp-session-id': 'a-session' } },
        )
      },
    })
  }
})

it('takes no page without https', () => {
  expect(() => house('http://app.example/accounts')).toThrow('connectAt')
})
