// Servers behind the gateway that attack it or fail: redirects, addresses of others, bodies that grow,
// silence, garbage. Each is refused or bounded; the client is told without an address; another server
// and the next call go on.

import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, it, onTestFinished } from 'vitest'
import { egressFetch } from '../../src/egress/index.ts'
import { gatewayHouse, tokenFor } from './house.ts'

const call = (name: string, id = 3) => ({
  jsonrpc: '2.0',
  id,
  method: 'tools/call',
  params: { name, arguments: {} },
})
const LIST = { jsonrpc: '2.0', id: 2, method: 'tools/list' }
const RESULT = JSON.stringify({ jsonrpc: '2.0', id: 3, result: { content: [] } })
/** A failed call is an error of the protocol, or a result that says so to the model. */
const FAILED = /"error":|"isError":true/
const PRIVATE = 'http://169.254.169.254/latest/meta-data'

/** The answer of the server "Notes"; undefined where it works as ever. */
type Behaviour = (message: { readonly method?: string }, calls: number) => Response | undefined

/** A house whose server "Notes" behaves so. Every address that is asked is in `asked`. */
function houseWith(behaviour: Behaviour, deadline?: number) {
  const asked: string[] = []
  let calls = 0
  const plain = gatewayHouse()
  const { fetch = globalThis.fetch } = plain.options
  const house = gatewayHouse({
    ...(deadline === undefined ? {} : { deadline }),
    async fetch(input, init) {
      const request = new Request(input, init)
      asked.push(request.url)
      if (request.url !== 'https://notes.example/mcp') return fetch(request)
      const message = request.method === 'POST' ? Object(await request.clone().json()) : {}
      // It hangs as long as it likes, and until the gateway gives up.
      const answer = behaviour(message, ++calls)
      if (answer === SILENCE) return new Promise((_, reject) => giveUp(request.signal, reject))
      return answer ?? fetch(request)
    },
  })
  return { ...house, asked }
}

const SILENCE = new Response()
const giveUp = (signal: AbortSignal, reject: (reason: unknown) => void) =>
  signal.addEventListener('abort', () => reject(signal.reason), { once: true })

type House = ReturnType<typeof gatewayHouse>

/** What the client is told of the call. */
async function told({ ask }: House, path = '/mcp/Notes') {
  const name = path === '/mcp' ? 'Notes__search' : 'search'
  const answer = await ask(path, tokenFor('alice'), call(name))
  return { status: answer.status, text: await answer.text() }
}

/** The other server answers, and so does this one when it works again. */
async function expectOthersUnharmed({ ask }: House): Promise<void> {
  const joint = await ask('/mcp', tokenFor('bob'), call('Tasks__only_bob'))
  expect(await joint.text()).toContain('bob only')
}

const json = (body: string, status = 200) =>
  new Response(body, { status, headers: { 'content-type': 'application/json' } })

describe('an address that a server names', () => {
  it.each([301, 302, 303, 307, 308])('is not followed by a redirect (%i)', async (status) => {
    const house = houseWith(() => new Response(null, { status, headers: { location: PRIVATE } }))
    const { text } = await told(house)
    expect(text).toMatch(FAILED)
    expect(text).not.toContain('169.254')
    expect(house.asked.filter((url) => url.includes('169.254'))).toEqual([])
    await expectOthersUnharmed(house)
  })

  it('is not asked for metadata, whatever a challenge names', async () => {
    const headers = {
      'www-authenticate': `Bearer error="invalid_token", resource_metadata="${PRIVATE}"`,
    }
    const house = houseWith(() => new Response(null, { status: 401, headers }))
    const { text } = await told(house)
    expect(text).not.toContain('169.254')
    expect(house.asked.filter((url) => url.includes('169.254'))).toEqual([])
    await expectOthersUnharmed(house)
  })
})

describe('a server that fails', () => {
  const stack = 'Error: cannot reach http://database.internal\n  at /srv/app.js:1:2'
  const failures: readonly (readonly [string, Behaviour])[] = [
    ['answers 500 with its stack', () => new Response(stack, { status: 500 })],
    ['answers 503', () => new Response(null, { status: 503 })],
    [
      'answers a page',
      () => new Response(`<html>${stack}</html>`, { headers: { 'content-type': 'text/html' } }),
    ],
    ['answers nothing', () => json('')],
    ['answers garbage', () => json('{"jsonrpc":"2.0","id":3,"result":{')],
    ['answers bytes', () => json('\u0000\u0001\ufffd')],
    ['answers 500,000 levels', () => json(`{"a":${'['.repeat(500_000)}${']'.repeat(500_000)}}`)],
    ['answers somebody else’s id', () => json(RESULT.replace('"id":3', '"id":"other"'))],
    [
      'breaks its stream off',
      () => new Response('data: {"jsonrpc"', { headers: { 'content-type': 'text/event-stream' } }),
    ],
    ['says nothing', () => SILENCE],
    [
      'hangs up',
      () => {
        throw new TypeError(stack)
      },
    ],
  ]
  it.each(failures)(
    'that %s is told without its words, and others go on',
    async (title, behaviour) => {
      const isCall: Behaviour = (message, calls) =>
        message.method === 'tools/call' ? behaviour(message, calls) : undefined
      for (const path of ['/mcp/Tasks', '/mcp']) {
        // Only who says nothing is waited for.
        const house = houseWith(isCall, title === 'says nothing' ? 300 : undefined)
        const [{ status, text }] = await Promise.all([
          told(house, path),
          expectOthersUnharmed(house),
        ])
        expect(status).toBeLessThan(600)
        expect(text).not.toMatch(/database|app\.js|notes\.example/)
        expect(text).toMatch(FAILED)
      }
    },
  )

  it('that fails now and then answers the calls in between', async () => {
    const house = houseWith((message, calls) =>
      message.method === 'tools/call' && calls % 2 === 0
        ? new Response(null, { status: 500 })
        : undefined,
    )
    const client = await house.connect('/mcp/Notes', { token: tokenFor('alice') }, 'legacy')
    const outcomes = []
    for (let at = 0; at < 6; at++)
      outcomes.push(
        await client.callTool({ name: 'search' }).then(
          ({ isError }) => isError !== true,
          () => false,
        ),
      )
    expect(outcomes.filter(Boolean).length).toBeGreaterThan(0)
    expect(outcomes.filter((isDone) => !isDone).length).toBeGreaterThan(0)
    await expectOthersUnharmed(house)
  })

  it('is missing in the list of all, and the others are in it', async () => {
    const house = houseWith(() => new Response(stack, { status: 500 }))
    const answer = await house.ask('/mcp', tokenFor('alice'), LIST)
    const text = await answer.text()
    expect(text).toContain('Tasks__only_alice')
    expect(text).not.toMatch(/database|app\.js/)
  })
})

describe('an answer that grows', () => {
  const send = egressFetch()
  afterAll(() => send.close())
  const zeros = Buffer.alloc(32 * 1024 * 1024)

  /** A server on a port, which is what the fetch of the gateway decodes for. */
  async function growing(answer: (response: ServerResponse) => void) {
    const server = createServer((request, response) => {
      request.resume()
      answer(response)
    })
    onTestFinished(() => void server.close().closeAllConnections())
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const { port } = server.address() as AddressInfo
    const plain = gatewayHouse()
    const url = `http://127.0.0.1:${port}/mcp`
    const { fetch = globalThis.fetch, servers } = plain.options
    const { Tasks } = servers
    return gatewayHouse({
      servers: {
        Notes: { url, source: { type: 'exchange', scopes: ['read'] } },
        ...(Tasks ? { Tasks } : {}),
      },
      fetch: (input, init) =>
        String(input instanceof Request ? input.url : input).startsWith(url)
          ? send(input, init)
          : fetch(input, init),
    })
  }

  it.each<[string, Record<string, string>, () => Buffer]>([
    ['once', { 'content-encoding': 'gzip' }, () => gzipSync(zeros)],
    ['twice', { 'content-encoding': 'gzip, gzip' }, () => gzipSync(gzipSync(zeros))],
  ])('when it is decompressed is bounded: %s', async (_, headers, bytes) => {
    const body = bytes()
    const house = await growing((response) =>
      response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(body),
    )
    const { text } = await told(house)
    expect(text).toMatch(FAILED)
    expect(text.length).toBeLessThan(10_000)
    await expectOthersUnharmed(house)
  })

  it('without end is bounded', async () => {
    const piece = Buffer.alloc(64 * 1024, 'a')
    const house = await growing((response) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      const more = () => {
        while (!response.destroyed && response.write(piece));
        response.once('drain', more)
      }
      more()
    })
    const { text } = await told(house)
    expect(text).toMatch(FAILED)
    await expectOthersUnharmed(house)
  })
})
