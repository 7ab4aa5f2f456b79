// Attacks on the gateway: messages of odd shapes, run tokens that end in the middle of a request, and
// what must not be forgotten when a gateway takes over from another one.

import { describe, expect, it } from 'vitest'
import { Credential } from '../../src/core/credential.ts'
import { createGateway, type Gateway, type GatewayOptions } from '../../src/gateway/index.ts'
import { ISSUER } from '../core/parts.ts'
import { GATEWAY, gatewayHouse, textOf, tokenFor } from './house.ts'

const UPSTREAM = 'http://127.0.0.1:9/chatkit'
const CHAT = {
  path: '/chatkit',
  upstream: UPSTREAM,
  principalSecret: new Credential('a-secret-of-gateway-and-chat-server-0123'),
}
const HEADERS = {
  accept: 'application/json, text/event-stream',
  'content-type': 'application/json',
  'mcp-protocol-version': '2025-11-25',
}
const call = (name: string) => ({
  jsonrpc: '2.0',
  id: 3,
  method: 'tools/call',
  params: { name, arguments: {} },
})

/** A request with a bearer token. Its body may come later. */
function asked(path: string, token: string, body: string | ReadableStream<Uint8Array>): Request {
  const headers = { ...HEADERS, authorization: `Bearer ${token}` }
  return new Request(`${GATEWAY}${path}`, { method: 'POST', headers, body, duplex: 'half' })
}

/** A gateway whose chat server keeps its answer open, with the run token that it got. */
async function chatUnderWay() {
  let run = ''
  const answer = new TransformStream<Uint8Array, Uint8Array>()
  const plain = gatewayHouse()
  const { fetch = globalThis.fetch } = plain.options
  const options: GatewayOptions = {
    ...plain.options,
    chat: CHAT,
    fetch(input, init) {
      const request = new Request(input, init)
      if (request.url !== UPSTREAM) return fetch(request)
      run = request.headers.get('authorization')?.slice(7) ?? ''
      return Promise.resolve(new Response(answer.readable))
    },
  }
  const gateway = createGateway(options)
  const reading = (await gateway.fetch(asked('/chatkit', tokenFor('alice'), '{}'))).text()
  return {
    ...plain,
    options,
    gateway,
    run,
    async endRun() {
      await answer.writable.close()
      await reading
    },
  }
}

const textFrom = async (gateway: Gateway, path: string, token: string, message: object) =>
  (await gateway.fetch(asked(path, token, JSON.stringify(message)))).text()

describe('a message of an odd shape', () => {
  const odd: readonly unknown[] = [
    null,
    1,
    true,
    [[]],
    {},
    { toString: null },
    { toString: 1, valueOf: 1 },
  ]
  it.each(odd)('is refused, and is no failure of the gateway: method %j', async (method) => {
    const { ask } = gatewayHouse()
    const message = { jsonrpc: '2.0', id: 1, method }
    for (const path of ['/mcp/Tasks', '/mcp/Notes'])
      expect((await ask(path, tokenFor('alice'), message)).status).toBeLessThan(500)
    const answer = await ask('/mcp', tokenFor('alice'), message)
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ id: 1, error: { code: -32_600 } })
  })

  it.each(odd)('is refused: name of a tool %j', async (name) => {
    const { ask, tasks } = gatewayHouse()
    for (const path of ['/mcp', '/mcp/Tasks']) {
      const message = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name } }
      const answer = await ask(path, tokenFor('alice'), message)
      expect(answer.status).toBeLessThan(500)
    }
    expect(tasks.methods()).not.toContain('tools/call')
  })
})

describe('a run token', () => {
  it.each([
    ['/mcp', 'tools/call'],
    ['/mcp', 'tools/list'],
    ['/mcp/Tasks', 'tools/call'],
    ['/mcp/Tasks', 'tools/list'],
  ])('that ends while a body comes is refused: %s %s', async (path, method) => {
    const { gateway, run, endRun, tasks } = await chatUnderWay()
    let body: ReadableStreamDefaultController<Uint8Array> | undefined
    const slow = new ReadableStream<Uint8Array>({
      start(controller) {
        body = controller
      },
    })
    const answering = gateway.fetch(asked(path, run, slow))
    await endRun()
    body?.enqueue(new TextEncoder().encode(JSON.stringify({ ...call('Tasks__echo'), method })))
    body?.close()
    const answer = await answering
    expect(answer.status).toBe(200)
    expect(await answer.json()).toMatchObject({ id: 3, error: { code: -32_603 } })
    expect(tasks.reached).toEqual([])
  })

  it('of before goes by the servers of the gateway that took over', async () => {
    const { gateway, options, run } = await chatUnderWay()
    const servers = { ...options.servers, More: { url: 'https://more.example/mcp' } }
    const next = createGateway({ ...options, servers, after: gateway })
    expect(await textFrom(next, '/mcp/More', run, call('x'))).toContain('error')
    expect(await textFrom(next, '/mcp', run, call('Tasks__only_alice'))).toContain('alice only')
    expect(await textFrom(next, '/mcp', run, call('More__x'))).toContain('error')
    const list = { jsonrpc: '2.0', id: 1, method: 'tools/list' }
    expect(await textFrom(next, '/mcp', run, list)).toContain('More__search')
    const ending = new Request(`${GATEWAY}/mcp`, {
      method: 'DELETE',
      headers: { ...HEADERS, authorization: `Bearer ${run}` },
    })
    expect((await next.fetch(ending)).status).toBe(204)
  })
})

describe('a gateway that takes over', () => {
  it('does not admit a sign-in that has ended before', async () => {
    const { gateway, options, ask } = gatewayHouse()
    await ask('/mcp', tokenFor('alice'), call('Tasks__only_alice'))
    gateway.endSignIn({ issuer: ISSUER, subject: 'alice' })
    const next = createGateway({ ...options, after: gateway })
    const answer = await next.fetch(asked('/mcp', tokenFor('alice'), '{}'))
    expect(answer.status).toBe(401)
    const other = await next.fetch(asked('/mcp', tokenFor('bob'), JSON.stringify(call('x'))))
    expect(other.status).toBe(200)
  })

  it.each<[string, (gateway: Gateway) => void]>([
    ['revoke', (next) => next.revoke({ issuer: ISSUER, subject: 'alice' })],
    ['endSignIn', (next) => next.endSignIn({ issuer: ISSUER, subject: 'alice' })],
  ])('ends the runs that the one before has let in: %s', async (_, end) => {
    const { gateway, options, run, tasks } = await chatUnderWay()
    const next = createGateway({ ...options, after: gateway })
    const message = call('Tasks__only_alice')
    expect(await textFrom(next, '/mcp', run, message)).toContain('alice only')
    end(next)
    const before = tasks.reached.length
    expect(await textFrom(next, '/mcp', run, message)).not.toContain('alice only')
    expect(tasks.reached).toHaveLength(before)
  })

  it('knows still which server has sent a credential back', async () => {
    const { options: given } = gatewayHouse()
    const { Tasks, ...servers } = given.servers
    if (!Tasks) throw new Error('There is no such server')
    const options: GatewayOptions = {
      ...given,
      servers: { ...servers, Tasks: { ...Tasks, onReflection: 'quarantine' } },
    }
    const gateway = createGateway(options)
    const ask = (at: Gateway) => textFrom(at, '/mcp', tokenFor('alice'), call('Tasks__echo'))
    expect(await ask(gateway)).toContain('got ')
    expect(await ask(gateway)).not.toContain('got ')
    expect(await ask(createGateway({ ...options, after: gateway }))).not.toContain('got ')
  })
})

it('says nothing of one person to another through the id of a session', async () => {
  const { connect, ask } = gatewayHouse()
  const alices = await connect('/mcp', { token: tokenFor('alice') })
  const id = alices.session() ?? ''
  const answer = await ask('/mcp', tokenFor('bob'), call('Tasks__only_alice'), {
    'mcp-session-id': id,
  })
  expect(answer.status).toBe(404)
  expect(textOf(await alices.callTool({ name: 'Tasks__only_alice' }))).toBe('alice only')
})

describe('a server that answers 404', () => {
  /** A server whose every call is a 404, with or without sessions. */
  async function called(session: string | undefined) {
    const { options: given } = gatewayHouse()
    const calls: (string | null)[] = []
    let opened = 0
    const options: GatewayOptions = {
      ...given,
      async fetch(input, init) {
        const request = new Request(input, init)
        const { id, method } = JSON.parse(await request.text())
        if (method === 'initialize') {
          const result = { protocolVersion: '2025-11-25', capabilities: {}, serverInfo: {} }
          const headers = session === undefined ? {} : { 'mcp-session-id': session + opened++ }
          return Response.json({ jsonrpc: '2.0', id, result }, { headers })
        }
        if (method !== 'tools/call') return new Response(null, { status: 202 })
        calls.push(request.headers.get('mcp-session-id'))
        return new Response(null, { status: 404 })
      },
    }
    const gateway = createGateway(options)
    const one = () =>
      gateway.fetch(asked('/mcp', tokenFor('alice'), JSON.stringify(call('Notes__x'))))
    await Promise.all([one(), one()])
    return { calls, opened }
  }

  it('gets a call once where it keeps no session: it may have made it', async () => {
    expect((await called(undefined)).calls).toEqual([null, null])
  })

  it('gets one new session, however many calls have found the old one gone', async () => {
    const { calls, opened } = await called('session-')
    expect(opened).toBe(2)
    expect(calls).toEqual(['session-0', 'session-0', 'session-1', 'session-1'])
  })
})
