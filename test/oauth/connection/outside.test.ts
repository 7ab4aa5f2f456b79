// What has no part in a flow: the look at a server for its operator, and the notice that an account
// is needed.

import { isInputRequiredResult, UrlElicitationRequiredError } from '@modelcontextprotocol/server'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { guardedFetch } from '../../../src/egress/index.ts'
import { connectNotice, discoverResource } from '../../../src/oauth/index.ts'
import { reasonOf } from '../../core/parts.ts'
import { type Listener, listen } from '../../egress/listener.ts'

describe('the look at a server', () => {
  let server: Listener
  /** Somebody else's listener on this machine, which nobody may come to. */
  let inside: Listener
  let challenge: string | undefined
  let documents: Record<string, unknown> = {}
  beforeAll(async () => {
    inside = await listen((_, response) => response.end('secret'))
    server = await listen((request, response) => {
      const document = documents[request.url ?? '']
      if (document !== undefined) return void response.end(JSON.stringify(document))
      if (request.url !== '/mcp') return void response.writeHead(404).end()
      response
        .writeHead(401, challenge === undefined ? {} : { 'www-authenticate': challenge })
        .end()
    })
  })
  afterAll(async () => {
    await server.stop()
    await inside.stop()
  })
  beforeEach(() => {
    challenge = undefined
    documents = {}
    inside.connections = 0
    server.requests.length = 0
  })
  const fetch = guardedFetch({ allowLoopbackForDevelopment: true, deadline: 2000 })
  const look = () => discoverResource(`${server.origin}/mcp`, { fetch })
  const about = (changes: object = {}) => ({
    resource: `${server.origin}/mcp`,
    authorization_servers: ['https://login.example'],
    scopes_supported: ['a', 'b'],
    ...changes,
  })
  const found = () => ({
    ok: true,
    value: {
      resource: `${server.origin}/mcp`,
      authorizationServers: ['https://login.example'],
      scopes: ['a', 'b'],
    },
  })

  it('the look at a server finds its metadata where its 401 points, on its own origin', async () => {
    challenge = `Bearer error="invalid_token", resource_metadata="${server.origin}/own"`
    documents = { '/own': about() }
    expect(await look()).toEqual(found())
  })

  it('the look at a server finds its metadata at the well-known place of its path, then of its root', async () => {
    documents = { '/.well-known/oauth-protected-resource': about() }
    expect(await look()).toEqual(found())
    expect(server.requests.map(({ url }) => url)).toEqual([
      '/mcp',
      '/.well-known/oauth-protected-resource/mcp',
      '/.well-known/oauth-protected-resource',
    ])
  })

  it.each([
    'INSIDE/latest/meta-data',
    'http://localhost:PORT/x',
    'http://127.1:PORT/x',
    'http://[::1]:PORT/x',
    'http://[::ffff:127.0.0.1]:PORT/x',
    'http://0.0.0.0:PORT/x',
    'http://169.254.169.254/latest/meta-data',
    'http://[fe80::1]/x',
    'https://evil.example/x',
    'file:///etc/passwd',
    'javascript:alert(1)',
    '//127.0.0.1:PORT/x',
  ])('the look at a server does not go where a hostile 401 points: %s', async (link) => {
    challenge = `Bearer resource_metadata="${link.replace('INSIDE', inside.origin).replace('PORT', String(inside.port))}"`
    expect(reasonOf(await look())).toBe('issuer_unavailable')
    expect(inside.connections).toBe(0)
    expect(
      server.requests.every(({ url }) => url === '/mcp' || url.startsWith('/.well-known/')),
    ).toBe(true)
  })

  it('the look at a server finds its metadata where its 401 to a POST points', async () => {
    const asked: string[] = []
    const place = 'https://tasks.example/custom/metadata.json'
    const refusal = { 'www-authenticate': `Bearer resource_metadata="${place}"` }
    const found = await discoverResource('https://tasks.example/mcp', {
      fetch: async (input, init) => {
        asked.push(`${init?.method ?? 'GET'} ${input}`)
        if (String(input) === place)
          return Response.json({
            resource: 'https://tasks.example/mcp',
            authorization_servers: ['https://login.example'],
          })
        return init?.method === 'POST'
          ? new Response(null, { status: 401, headers: refusal })
          : new Response(null, { status: 405 })
      },
    })
    expect(found).toMatchObject({ ok: true })
    expect(asked).toEqual([
      'GET https://tasks.example/mcp',
      'POST https://tasks.example/mcp',
      `GET ${place}`,
    ])
  })

  it('the look at a server takes a link that is known already, on its own origin only', async () => {
    documents = { '/known': about() }
    const metadataLink = `${server.origin}/known`
    expect(await discoverResource(`${server.origin}/mcp`, { fetch, metadataLink })).toEqual(found())
    expect(server.requests).toHaveLength(1)
    await discoverResource(`${server.origin}/mcp`, { fetch, metadataLink: `${inside.origin}/x` })
    expect(inside.connections).toBe(0)
  })

  it('the look at a server takes a document about the whole origin at the root only', async () => {
    const origin = about({ resource: server.origin })
    documents = { '/.well-known/oauth-protected-resource': origin }
    expect(await look()).toMatchObject({ ok: true, value: { resource: server.origin } })
    documents = { '/.well-known/oauth-protected-resource/mcp': origin }
    expect(reasonOf(await look())).toBe('issuer_unavailable')
    documents = { '/.well-known/oauth-protected-resource': about({ resource: inside.origin }) }
    expect(reasonOf(await look())).toBe('issuer_unavailable')
  })

  it('the look at a server asks no server that a document names: the operator decides about that', async () => {
    documents = {
      '/.well-known/oauth-protected-resource/mcp': about({
        authorization_servers: [inside.origin],
      }),
    }
    expect(await look()).toMatchObject({ value: { authorizationServers: [inside.origin] } })
    expect(inside.connections).toBe(0)
  })

  it.each<[string, unknown]>([
    ['about another resource', { resource: 'https://other.example/mcp' }],
    ['about a longer resource', { resource: 'PLACE/mcp/' }],
    ['without authorization servers', { authorization_servers: [] }],
    [
      'with authorization servers that are none',
      { authorization_servers: ['javascript:alert(1)', 'http://a.example', 1, 'https://a#b'] },
    ],
    ['with one where a list belongs', { authorization_servers: 'https://login.example' }],
  ])('the look at a server does not believe a document %s', async (_, changes) => {
    const text = JSON.stringify(about(changes as object)).replace('PLACE', server.origin)
    documents = { '/.well-known/oauth-protected-resource/mcp': JSON.parse(text) }
    expect(reasonOf(await look())).toBe('issuer_unavailable')
  })
})

describe('the notice', () => {
  const url = 'https://app.example/connect/tasks'

  it('the notice is the error of 2025-11-25, as the SDK reads it', () => {
    const { error, message } = connectNotice('tasks', url)
    const sdk = new UrlElicitationRequiredError([...error.data.elicitations], error.message)
    expect([sdk.code, sdk.message, sdk.elicitations]).toEqual([
      error.code,
      message,
      error.data.elicitations,
    ])
    expect(error.data.elicitations).toEqual([
      { mode: 'url', message, url, elicitationId: expect.stringMatching(/^[\w-]{36}$/) },
    ])
  })

  it('the notice is the result of 2026-07-28, as the SDK reads it', () => {
    const { result, message } = connectNotice('tasks', url)
    expect(isInputRequiredResult(result)).toBe(true)
    expect(result.inputRequests.connect).toEqual({
      method: 'elicitation/create',
      params: { mode: 'url', message, url },
    })
    expect(message).toBe('Connect your tasks account to continue.')
  })

  it.each([
    'javascript:alert(1)',
    'http://app.example/x',
    'https://u:p@app.example/',
    'data:,x',
    '/connect',
  ])('the notice is not made for %s', (link) => {
    expect(() => connectNotice('tasks', link)).toThrow(TypeError)
  })
})
