// What the handler answers: an API may repeat what it was sent, to whoever calls next, and a tool
// may repeat what the API said.

import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import type { ServerCall } from 'onbehalf/mcp-server'
import { describe, expect, it } from 'vitest'
import { givesAway } from '../mcp/remembering.ts'
import { API, build, type House, MCP, toolCall } from './house.ts'

/** An API that answers 400 with the tokens of everybody who ever called it. */
function rememberingApi() {
  const tokens: string[] = []
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const sent = new Request(input, init).headers.get('authorization') ?? ''
    const token = sent.replace('Bearer ', '')
    if (!tokens.includes(token)) tokens.push(token)
    return new Response(`400, your request and those before it: ${tokens.join(' ')}`, {
      status: 400,
    })
  }
  return { tokens, fetch }
}

/** A house whose handler answers with what the API said, in its own way. */
async function repeating(answer: (said: string, call: ServerCall) => Response | Promise<Response>) {
  const api = rememberingApi()
  const house = await build({ fetch: api.fetch }, async (_, call) => {
    const response = await call.fetch('tasks')(`${API}/tasks`)
    return answer(await response.text(), call)
  })
  return { house, api }
}

/** Everything that a client gets of an answer. */
async function told(response: Response): Promise<string> {
  return `${response.statusText}${JSON.stringify([...response.headers])}${await response.text()}`
}

const reflected = ({ events }: Pick<House, 'events'>) =>
  events.filter(({ reason }) => reason === 'credential_reflected')

const result = (text: string) => ({
  jsonrpc: '2.0',
  id: 1,
  result: { content: [{ type: 'text', text }] },
})
const events = (text: string) =>
  new Response(`: ${text}\nid: ${text}\ndata: ${JSON.stringify(result(text))}\n\n`, {
    headers: { 'content-type': 'text/event-stream' },
  })

const ANSWERS: Readonly<
  Record<string, (said: string, call: ServerCall) => Response | Promise<Response>>
> = {
  'a result': (said) => Response.json(result(said)),
  'a structured result': (said) =>
    Response.json({ jsonrpc: '2.0', id: 1, result: { structuredContent: { [said]: [said] } } }),
  base64: (said) => Response.json(result(Buffer.from(said).toString('base64'))),
  'its last characters': (said) => Response.json(result(said.slice(-20))),
  'an error': (said) =>
    Response.json({ jsonrpc: '2.0', id: 1, error: { code: -1, message: said, data: said } }),
  'an HTTP error': (said) => Response.json({ error: said }, { status: 502 }),
  'a stream': (said) => events(said),
  'a stream of bytes that end anywhere': (said) =>
    new Response(
      new ReadableStream({
        start(controller) {
          for (const byte of Buffer.from(`data: ${JSON.stringify(result(said))}\n\n`))
            controller.enqueue(Uint8Array.of(byte))
          controller.close()
        },
      }),
      { headers: { 'content-type': 'text/event-stream' } },
    ),
  'a text': (said) => new Response(said),
  'a text in the middle of which a chunk ends': (said) =>
    new Response(
      new ReadableStream({
        start(controller) {
          for (let at = 0; at < said.length; at += 50)
            controller.enqueue(Buffer.from(said.slice(at, at + 50)))
          controller.close()
        },
      }),
    ),
  'what is called JSON': (said) =>
    new Response(said, { headers: { 'content-type': 'application/json' } }),
  headers: (said) =>
    new Response(null, {
      headers: { 'x-debug': said, 'set-cookie': `last=${said.slice(-60)}`, 'mcp-session-id': said },
    }),
  'a reason phrase': (said) => new Response('{}', { status: 400, statusText: said.slice(-200) }),
  'the SDK’s tool': (said, call) =>
    createMcpHandler(() => {
      const server = new McpServer({ name: 'tasks', version: '1.0.0' })
      server.registerTool('whoami', { description: said }, () => ({
        content: [{ type: 'text', text: said }],
      }))
      return server
    }).fetch(
      new Request(MCP, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
        },
        body: JSON.stringify(toolCall('whoami')),
      }),
      { authInfo: call.authInfo },
    ),
}

describe('a credential that an API sends back', () => {
  it.each(Object.entries(ANSWERS))(
    'is not in %s, for its owner nor for the next person',
    async (_, answer) => {
      const { house, api } = await repeating(answer)
      const tokens = [await house.mint(), await house.mint({ sub: 'bob' })]
      const seen: string[] = []
      for (const token of tokens)
        seen.push(await told(await house.post(toolCall('whoami'), {}, token)))
      expect(api.tokens).toHaveLength(2)
      for (const one of seen)
        for (const token of [...api.tokens, ...tokens]) expect(givesAway(one, token)).toBe(false)
      expect(
        house.events.some((event) => givesAway(JSON.stringify(event), api.tokens[0] ?? '')),
      ).toBe(false)
      expect(reflected(house).map(({ subject }) => subject)).toEqual(
        expect.arrayContaining(['alice', 'bob']),
      )
      expect(reflected(house)[0]).toMatchObject({
        hop: 'server-door',
        outcome: 'refused',
        destination: MCP,
        operation: 'answer',
      })
    },
  )
})

describe('what a caller presented', () => {
  /** A handler that answers everybody with what somebody presented. */
  async function telling(secret: () => string, accept = {}) {
    return build({ accept }, async () => Response.json(result(`before you: ${secret()}`)))
  }

  it('is not in an answer: the token, also for the next person', async () => {
    let token = ''
    const house = await telling(() => token)
    token = await house.mint()
    for (const bearer of [token, await house.mint({ sub: 'bob' })])
      expect(givesAway(await told(await house.post(toolCall('whoami'), {}, bearer)), token)).toBe(
        false,
      )
    expect(reflected(house).map(({ subject }) => subject)).toEqual(['alice', 'bob'])
  })

  it('is not in an answer: the token in _meta', async () => {
    let token = ''
    const house = await telling(() => token, { meta: 'com.example/t' })
    token = await house.mint()
    const body = {
      jsonrpc: '2.0',
      id: 1,
      method: 'ping',
      params: { _meta: { 'com.example/t': token } },
    }
    const request = new Request(MCP, { method: 'POST', body: JSON.stringify(body) })
    const response = await house.serve(request)
    expect(response.status).toBe(200)
    expect(givesAway(await told(response), token)).toBe(false)
  })

  it('is not in an answer: the handle that it was given, which goes out in its header', async () => {
    let handle = ''
    const house = await telling(() => handle, { session: true })
    const first = await house.post(toolCall('whoami'), {}, await house.mint())
    handle = first.headers.get('onbehalf-session') ?? ''
    expect(handle).toHaveLength(43)
    const second = await house.post(toolCall('whoami'), {}, await house.mint({ sub: 'bob' }))
    expect(await second.text()).toContain('before you: [credential removed]')
  })

  it('is not in an answer: the id of a session, which goes out in its header', async () => {
    const id = crypto.randomUUID()
    const house = await build({}, async () =>
      Response.json(result(`in ${id}`), { headers: { 'mcp-session-id': id } }),
    )
    const response = await house.post(toolCall('whoami'))
    expect(response.headers.get('mcp-session-id')).toBe(id)
    expect(await response.text()).toContain('in [credential removed]')
  })

  it('is not in the audit, nor in what the operator is told, as the name of a tool', async () => {
    const house = await telling(() => 'nothing', { session: true })
    const first = await house.post(toolCall('whoami'))
    const handle = first.headers.get('onbehalf-session') ?? ''
    const second = await house.post(toolCall(handle), {}, await house.mint({ sub: 'bob' }))
    const answer = await second.text()
    expect(JSON.parse(answer)).toMatchObject({ error: { code: -32602 } })
    expect(answer).not.toContain(handle)
    expect(JSON.stringify([house.events, house.errors.map(String)])).not.toContain(handle)
    expect(house.events.at(-1)?.operation).toBe('a name that no tool can have')
  })

  it('is not in an answer: what was pushed out of the memory, and is presented again', async () => {
    const ids = Array.from({ length: 65 }, () => crypto.randomUUID())
    let repeated = ''
    const house = await build({ accept: { session: true } }, async () =>
      Response.json(result(`in ${repeated}`), { headers: { 'mcp-session-id': ids.pop() ?? '' } }),
    )
    const first = await house.post(toolCall('whoami'))
    const [id, handle] = ['mcp-session-id', 'onbehalf-session'].map(
      (name) => first.headers.get(name) ?? '',
    )
    for (let count = 0; count < 256; count++) await house.post(toolCall('whoami'))
    for (const [name, secret] of [
      ['mcp-session-id', id],
      ['onbehalf-session', handle],
    ]) {
      repeated = secret ?? ''
      const headers = { 'content-type': 'application/json', [name ?? '']: repeated }
      if (name === 'mcp-session-id')
        Object.assign(headers, { authorization: `Bearer ${await house.mint()}` })
      const body = JSON.stringify(toolCall('whoami'))
      const answer = await house.serve(new Request(MCP, { method: 'POST', headers, body }))
      expect(await answer.text()).toContain('in [credential removed]')
    }
  })

  it('cannot be a word of the caller’s choice: a handle that nobody gave changes nothing', async () => {
    for (const accept of [{}, { session: true }]) {
      const house = await telling(() => 'a word that others use', accept)
      const word = { 'onbehalf-session': 'a word that others use' }
      await house.post(toolCall('whoami'), word)
      const response = await house.post(toolCall('whoami'), {}, await house.mint({ sub: 'bob' }))
      expect(await response.text()).toContain('a word that others use')
    }
  })
})

describe('an answer without a credential', () => {
  it.each([
    ['application/octet-stream', Uint8Array.from({ length: 70_000 }, (_, at) => at % 256)],
    ['text/plain; charset=utf-8', new TextEncoder().encode('Grüße — 東京 🎉'.repeat(999))],
    ['text/html', new Uint8Array()],
  ])('passes byte by byte: %s', async (type, bytes) => {
    const headers = { 'content-type': type, 'x-more': 'a', 'content-length': `${bytes.length}` }
    const house = await build({}, async () => new Response(bytes, { status: 201, headers }))
    const response = await house.post(toolCall('whoami'))
    expect(response.status).toBe(201)
    expect([response.headers.get('content-type'), response.headers.get('x-more')]).toEqual([
      type,
      'a',
    ])
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(bytes)
    expect(reflected(house)).toEqual([])
  })

  it('keeps every cookie, and its status without a body', async () => {
    const headers = new Headers([
      ['set-cookie', 'a=1'],
      ['set-cookie', 'b=2'],
    ])
    const house = await build({}, async () => new Response(null, { status: 202, headers }))
    const response = await house.post(toolCall('whoami'))
    expect([response.status, response.body, response.headers.getSetCookie()]).toEqual([
      202,
      null,
      ['a=1', 'b=2'],
    ])
  })

  it('comes event by event, while the handler is still at work', async () => {
    let output: ReadableStreamDefaultController<Uint8Array> | undefined
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        output = controller
      },
    })
    const house = await build(
      {},
      async () => new Response(body, { headers: { 'content-type': 'text/event-stream' } }),
    )
    const reader = (await house.post(toolCall('whoami'))).body?.getReader()
    for (const text of ['one', 'two']) {
      output?.enqueue(Buffer.from(`data: ${JSON.stringify(result(text))}\n\n`))
      expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toContain(text)
    }
    output?.close()
    expect((await reader?.read())?.done).toBe(true)
  })
})

it('a compressed answer, which nobody can search, is refused, and the operator is told', async () => {
  const house = await build(
    {},
    async () => new Response('x', { headers: { 'content-encoding': 'br' } }),
  )
  const response = await house.post(toolCall('whoami'))
  expect(response.status).toBe(500)
  expect(String(house.errors[0]?.error)).toContain('Compress in front of protectMcpServer')
})
