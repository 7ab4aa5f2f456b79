// The transport HTTP+SSE (MCP 2024-11-05): the SDK's client against a real server that speaks it, and
// against one that attacks by it.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js'
import { afterEach, describe, expect, it } from 'vitest'
import type { BindingInput } from '../../src/core/binding.ts'
import { refused } from '../../src/core/errors.ts'
import { toSentence } from '../../src/core/sentences.ts'
import type { McpFetchOptions } from '../../src/mcp/fetch-options.ts'
import { type LegacyOptions, type LegacyServer, legacyServer } from './legacy-server.ts'
import { callOf, carrier, OLD, post, SECRET, text, tool } from './parts.ts'

const BOUND: Omit<BindingInput, 'url'> = {
  placement: {
    type: 'argument',
    parameters: [
      { pointer: '/access_token', value: 'credential' },
      { pointer: '/user_id', value: 'subject' },
    ],
  },
}

const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

async function served(options: LegacyOptions = {}): Promise<LegacyServer> {
  const server = await legacyServer(options)
  ends.push(() => server[Symbol.asyncDispose]())
  return server
}

async function connected(
  url: string,
  binding: Omit<BindingInput, 'url'> = {},
  changes: Partial<McpFetchOptions> = {},
) {
  const carrying = carrier(url, binding, changes)
  const client = new Client({ name: 'test', version: '1.0.0' })
  ends.push(() => client.close())
  await client.connect(new SSEClientTransport(new URL(url), { fetch: carrying.fetch }))
  return { client, ...carrying }
}

const told = (reason: Parameters<typeof toSentence>[0]['reason']) => ({
  isError: true,
  content: [{ type: 'text', text: toSentence({ reason, server: 'tasks' }) }],
})

describe('the everything server over HTTP+SSE', () => {
  it('works, and gets the credential with each request', async () => {
    const port = 20_000 + Math.floor(Math.random() * 20_000)
    const program = spawn(
      process.execPath,
      ['node_modules/@modelcontextprotocol/server-everything/dist/index.js', 'sse'],
      { env: { PORT: String(port) }, stdio: ['ignore', 'ignore', 'pipe'] },
    )
    const said: string[] = []
    program.stderr.on('data', (chunk) => said.push(String(chunk)))
    ends.push(async () => {
      program.kill()
      await once(program, 'exit')
    })
    await expect.poll(() => said.join(''), { timeout: 20_000 }).toContain('is running')
    const { client, events } = await connected(`http://127.0.0.1:${port}/sse`)
    const { tools } = await client.listTools()
    expect(tools.length).toBeGreaterThan(8)
    expect(await client.callTool({ name: 'get-sum', arguments: { a: 2, b: 3 } })).toMatchObject({
      content: [{ text: expect.stringContaining('5') }],
    })
    expect(await client.callTool({ name: 'echo', arguments: { message: 'hello' } })).toMatchObject({
      content: [{ text: 'Echo: hello' }],
    })
    expect(
      events.map(({ outcome, placement, operation }) => [outcome, placement, operation]),
    ).toEqual([
      ['allowed', 'header Authorization', 'GET'],
      ...Array(5).fill(['allowed', 'header Authorization', 'POST']),
    ])
  })
})

describe('a server over HTTP+SSE', () => {
  it('gets the parameters that the model does not see, and the model no credential', async () => {
    const server = await served({
      tools: [OLD],
      call: ({ params }) => ({ content: [{ type: 'text', text: JSON.stringify(params) }] }),
    })
    const { client, reasons } = await connected(server.url, BOUND)
    const { tools } = await client.listTools()
    expect(Object.keys(tools[0]?.inputSchema.properties ?? {})).toEqual(['title'])
    const result = await client.callTool({ name: 'add_task', arguments: { title: 'milk' } })
    expect(server.posted.at(-1)?.params?.arguments).toEqual({
      title: 'milk',
      user_id: 'alice',
      access_token: SECRET,
    })
    expect(JSON.stringify(result)).toContain('milk')
    expect(JSON.stringify(result)).not.toContain('canary')
    expect(reasons()).toContain('credential_reflected')
  })

  it('is asked for its tools over the stream, and the client does not see it', async () => {
    const server = await served({ tools: [OLD] })
    const { client } = await connected(server.url, BOUND)
    const errors: Error[] = []
    client.onerror = (error) => void errors.push(error)
    await client.callTool({ name: 'add_task', arguments: { title: 'milk' } })
    expect(server.posted.slice(2).map(({ method }) => method)).toEqual(['tools/list', 'tools/call'])
    expect(server.posted.at(-1)?.params?.arguments).toMatchObject({ access_token: SECRET })
    expect(errors).toEqual([])
  })

  it('is sent no call that is refused, and the caller is answered over the stream', async () => {
    const server = await served({ tools: [tool('give', { access_token: text })] })
    const { client } = await connected(server.url)
    expect((await client.listTools()).tools).toEqual([])
    expect(await client.callTool({ name: 'give', arguments: {} })).toMatchObject(
      told('tool_refused'),
    )
    expect(server.posted.map(({ method }) => method)).not.toContain('tools/call')
  })

  it('is sent no call without a credential', async () => {
    const server = await served({ tools: [OLD] })
    const { client } = await connected(server.url, BOUND, {
      source: async () => refused('connection_needed'),
    })
    await client.listTools()
    expect(await client.callTool({ name: 'add_task', arguments: {} })).toMatchObject(
      told('connection_needed'),
    )
  })

  it('does not leave a call without an answer when it hangs up', async () => {
    const server = await served({
      tools: [OLD],
      call() {
        server.hangUp()
        return undefined
      },
    })
    const { client } = await connected(server.url, BOUND)
    expect(await client.callTool({ name: 'add_task', arguments: {} })).toMatchObject(
      told('server_unavailable'),
    )
  })

  it('does not leave a call without an answer when it takes too long', async () => {
    const server = await served({ tools: [OLD], call: () => undefined })
    const { client } = await connected(server.url, BOUND, { deadline: 300 })
    expect(await client.callTool({ name: 'add_task', arguments: {} })).toMatchObject(
      told('server_unavailable'),
    )
  })

  it('does not leave a call without an answer when the sign-in ends', async () => {
    const revocation = new AbortController()
    const server = await served({
      tools: [OLD],
      call() {
        revocation.abort()
        return undefined
      },
    })
    const { client } = await connected(server.url, BOUND, { signal: revocation.signal })
    expect(await client.callTool({ name: 'add_task', arguments: {} })).toMatchObject(
      told('handle_refused'),
    )
  })

  it('cannot say the id of its session in an answer', async () => {
    const server = await served({
      tools: [OLD],
      call: () => ({ content: [{ type: 'text', text: 'in session-number-000000001' }] }),
      endpoint: () => '/message?sessionId=session-number-000000001',
    })
    const { client } = await connected(server.url, BOUND)
    const result = await client.callTool({ name: 'add_task', arguments: {} })
    expect(JSON.stringify(result)).not.toContain('session-number')
  })
})

describe('the endpoint that a server names', () => {
  it.each([
    'https://elsewhere.example/message',
    '//elsewhere.example/message',
    'http://127.0.0.1:1/message',
    'https://{host}/message',
    'http://user@{host}/message',
    'http://{host}/message#there',
    'data:text/plain,x',
    `/${'long'.repeat(600)}`,
  ])('is refused when it is %s', async (endpoint) => {
    const server = await served({
      endpoint: () => endpoint.replace('{host}', new URL(server.url).host),
    })
    await expect(connected(server.url)).rejects.toThrow()
    expect(server.posted).toEqual([])
  })

  it('is told in the audit when it is refused', async () => {
    const server = await served({ endpoint: () => 'https://elsewhere.example/message' })
    const { fetch, reasons } = carrier(server.url)
    const response = await fetch(server.url)
    await expect(response.text()).rejects.toMatchObject({ code: 'destination_refused' })
    expect(reasons()).toEqual(['destination_refused'])
  })

  it.each([
    `/message?key=${SECRET}`,
    `/message/${SECRET}`,
    `/message?${encodeURIComponent(SECRET)}=1`,
  ])('is refused when a credential came back in it: %s', async (endpoint) => {
    const server = await served({ endpoint: () => endpoint })
    const { fetch, reasons } = carrier(server.url)
    const response = await fetch(server.url)
    await expect(response.text()).rejects.toMatchObject({ code: 'credential_reflected' })
    expect(reasons()).toContain('credential_reflected')
  })

  it('is refused by name where the binding refuses the transport', async () => {
    const server = await served()
    const { fetch, reasons } = carrier(server.url, { legacySse: 'refuse' })
    const response = await fetch(server.url)
    await expect(response.text()).rejects.toMatchObject({
      code: 'legacy_transport_refused',
      message: expect.stringContaining('HTTP+SSE'),
    })
    expect(reasons()).toEqual(['legacy_transport_refused'])
  })

  /** A client of a server whose URL has the credential in its path. */
  async function pathed(endpoint: string) {
    const server = await served({ tools: [tool('hello', {})], endpoint: () => endpoint })
    const url = new URL('/{credential}/sse', server.url).href
    const carrying = carrier(url, { placement: { type: 'path' } })
    const client = new Client({ name: 'test', version: '1.0.0' })
    ends.push(() => client.close())
    const seen: string[] = []
    const fetch: typeof globalThis.fetch = (input, init) => {
      seen.push(String(input))
      return carrying.fetch(input, init)
    }
    const transport = new SSEClientTransport(new URL(url), { fetch })
    return { server, client, seen, transport, reasons: carrying.reasons }
  }

  it.each([
    ['repeats it', `/${SECRET}/message?sessionId=session-number-000000001`],
    ['is relative to it', 'message?sessionId=session-number-000000001'],
  ])('carries a credential of the path where the endpoint %s', async (_, endpoint) => {
    const { server, client, seen, transport } = await pathed(endpoint)
    await client.connect(transport)
    await client.callTool({ name: 'hello', arguments: {} })
    const posts = server.received.filter(({ method }) => method === 'POST')
    expect(posts.length).toBeGreaterThan(2)
    for (const { url } of posts)
      expect(url).toBe(`/${SECRET}/message?sessionId=session-number-000000001`)
    expect(seen.join('\n')).not.toContain(SECRET)
  })

  it.each([
    ['no place for it', '/message?sessionId=session-number-000000001'],
    ['it in the query', `/message?key=${SECRET}`],
    ['it twice', `/${SECRET}/${SECRET}/message`],
  ])(
    'refuses by name an endpoint that has %s, for a credential of the path',
    async (_, endpoint) => {
      const { server, client, transport, reasons } = await pathed(endpoint)
      await expect(client.connect(transport)).rejects.toThrow()
      expect(reasons()).toEqual(['legacy_transport_refused'])
      expect(server.posted).toEqual([])
    },
  )

  /** A stream whose endpoint is approved. */
  async function opened() {
    const server = await served()
    const carrying = carrier(server.url)
    const endpoint = new URL('/message?sessionId=session-number-000000001', server.url).href
    const reader = (await carrying.fetch(server.url)).body?.getReader()
    const { value } = (await reader?.read()) ?? {}
    expect(new TextDecoder().decode(value)).toBe(`event: endpoint\ndata: ${endpoint}\n\n`)
    ends.push(() => reader?.cancel())
    return { server, endpoint, reader, ...carrying }
  }
  const LISTING = post({ jsonrpc: '2.0', id: 1, method: 'tools/list' })

  it('takes posts of the same fetch alone, and of no other method or address', async () => {
    const { server, endpoint, fetch } = await opened()
    expect((await fetch(endpoint, LISTING)).status).toBe(202)
    const elsewhere = { code: 'destination_refused' }
    await expect(fetch(endpoint)).rejects.toMatchObject(elsewhere)
    await expect(fetch(endpoint, { method: 'DELETE' })).rejects.toMatchObject(elsewhere)
    await expect(fetch(`${endpoint}1`, LISTING)).rejects.toMatchObject(elsewhere)
    await expect(fetch(new URL('/message', endpoint), LISTING)).rejects.toMatchObject(elsewhere)
    await expect(carrier(server.url).fetch(endpoint, LISTING)).rejects.toMatchObject(elsewhere)
    expect(server.posted.length).toBe(1)
  })

  it('ends with its stream', async () => {
    const { server, endpoint, fetch, reader } = await opened()
    server.hangUp()
    await reader?.read()
    await expect(fetch(endpoint, LISTING)).rejects.toMatchObject({ code: 'destination_refused' })
  })

  it('ends when the client closes its stream', async () => {
    const { endpoint, fetch, reader } = await opened()
    await reader?.cancel()
    await expect(fetch(endpoint, LISTING)).rejects.toMatchObject({ code: 'destination_refused' })
  })

  it('is replaced by the next one of the same stream', async () => {
    const { server, endpoint, fetch, reader } = await opened()
    server.say('/other', 'endpoint')
    await reader?.read()
    await expect(fetch(endpoint, LISTING)).rejects.toMatchObject({ code: 'destination_refused' })
    expect((await fetch(new URL('/other', endpoint), LISTING)).status).toBe(202)
  })

  it('in the answer to a call means nothing', async () => {
    const server = await served()
    const { fetch } = carrier(
      server.url,
      {},
      {
        fetch: async () =>
          new Response('event: endpoint\ndata: /message\n\n', {
            headers: { 'content-type': 'text/event-stream' },
          }),
      },
    )
    const answer = await (await fetch(server.url, post(callOf('add_task')))).text()
    expect(answer).not.toContain('/message')
    await expect(fetch(new URL('/message', server.url), LISTING)).rejects.toMatchObject({
      code: 'destination_refused',
    })
  })
})

/** A server of Streamable HTTP that answers calls with 202, and sends their results into a GET. */
async function elsewhere(before: boolean, answers = true) {
  let output: ReadableStreamDefaultController<Uint8Array> | undefined
  const carrying = carrier(
    'https://tasks.example/mcp',
    {},
    {
      deadline: 300,
      async fetch(_, init) {
        if (init?.method !== 'POST') {
          const body = new ReadableStream<Uint8Array>({
            start(controller) {
              output = controller
            },
          })
          return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
        }
        const { id } = JSON.parse(String(init.body))
        const result = { jsonrpc: '2.0', id, result: { content: [{ type: 'text', text: SECRET }] } }
        const say = () =>
          output?.enqueue(new TextEncoder().encode(`data: ${JSON.stringify(result)}\n\n`))
        if (answers && before) say()
        if (answers && !before) setTimeout(say, 20)
        await new Promise((resolve) => setTimeout(resolve, 20))
        return new Response(null, { status: 202 })
      },
    },
  )
  const stream = (await carrying.fetch('https://tasks.example/mcp')).body?.getReader()
  ends.push(() => stream?.cancel())
  const first = stream?.read()
  const called = await carrying.fetch('https://tasks.example/mcp', post(callOf('hello')))
  const said = new TextDecoder().decode((await first)?.value)
  return { called, said, output: () => output, stream }
}

describe('a call that is answered in the stream of a GET', () => {
  it.each([true, false])(
    'is carried, without a credential in it; before its 202: %s',
    async (before) => {
      const { called, said, stream } = await elsewhere(before)
      expect([called.status, await called.text()]).toEqual([202, ''])
      expect(said).toContain('"id":"call-1"')
      expect(said).not.toContain(SECRET)
      // Nothing is said a second time at the deadline.
      const more = stream?.read().then(() => 'more')
      const pause = new Promise((resolve) => setTimeout(() => resolve('nothing'), 400))
      expect(await Promise.race([more, pause])).toBe('nothing')
    },
  )

  it('does not leave its caller without an answer', async () => {
    const { called, said } = await elsewhere(false, false)
    expect(called.status).toBe(202)
    expect(said).toContain('not known whether')
  })

  it('is answered here where no stream is open', async () => {
    const { fetch } = carrier(
      'https://tasks.example/mcp',
      {},
      { fetch: async () => new Response(null, { status: 202 }) },
    )
    const answer = await fetch('https://tasks.example/mcp', post(callOf('hello')))
    expect(await answer.text()).toContain('not known whether')
  })
})
