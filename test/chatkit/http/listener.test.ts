// The server behind node:http, over real connections. It answers as `fetch` does. Clients leave,
// stall, or send nonsense.

import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import {
  Agent,
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type Server,
} from 'node:http'
import { connect } from 'node:net'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import {
  type ChatkitServerOptions,
  memoryThreadStore,
  type Respond,
} from '../../../src/chatkit/index.ts'
import { conformanceApp } from '../conformance-responder.ts'
import { answer, delta, frameReader, RESUMABLE, steps } from '../resumable.ts'
import { type Loose, message, type TestCaller, type TestChat, testChat } from '../support.ts'
import { storedItems, typesOf } from '../thread-of.ts'

interface Served {
  readonly chat: TestChat
  readonly server: Server
  readonly port: number
  readonly url: string
}

/** Serves a chat on a loopback port for the test at hand. */
async function served(
  respond: Respond<TestCaller>,
  options: Partial<ChatkitServerOptions<TestCaller>> = {},
): Promise<Served> {
  const chat = testChat(respond, options)
  const handled: Promise<void>[] = []
  const server = createServer(
    (request, response) => void handled.push(chat.server.listener(request, response)),
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
    await chat.server.close()
    // Nothing waits for a connection that is gone.
    await Promise.all(handled)
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server has no port')
  const { port } = address
  return { chat, server, port, url: `http://127.0.0.1:${port}/chatkit` }
}

const HEADERS = { 'content-type': 'application/json', authorization: 'Bearer alice' }

function post(url: string, type: string, params: object, more: object = {}): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: HEADERS,
    body: JSON.stringify({ type, params, ...more }),
  })
}

/** What a raw request is answered with, up to the end of the connection. */
function raw(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text))
    let got = ''
    socket.setEncoding('utf8')
    socket.on('data', (chunk) => {
      got += chunk
    })
    socket.on('close', () => resolve(got))
    socket.on('error', reject)
  })
}

const status = (answered: string) => Number(/^HTTP\/1\.1 (\d+)/.exec(answered)?.[1])

interface Case {
  readonly case: string
  readonly steps: readonly {
    readonly user: string
    readonly request: unknown
    readonly expect: { readonly cancelled?: boolean }
  }[]
}
const cases: readonly Case[] = JSON.parse(
  readFileSync(new URL('../recorded/cases.json', import.meta.url), 'utf8'),
)

describe('over HTTP and by fetch', () => {
  it.each(cases)(
    'the listener and fetch give the same answers to the recorded exchange $case',
    async ({ steps: asked }) => {
      // The same ids and times on both sides, so that whole answers are compared.
      const fixed = () => {
        let made = 0
        return {
          now: () => 1_795_000_000_000,
          newId: (prefix: string) => `${prefix}${String(++made).padStart(32, '0')}`,
        }
      }
      const one = conformanceApp()
      const other = conformanceApp()
      const { url } = await served(one.respond, { ...one, ...fixed() })
      const direct = testChat(other.respond, { ...other, ...fixed() })
      const known = new Map<string, string>()
      for (const { user, request, expect: expected } of asked) {
        if (expected.cancelled) break
        const body = (typeof request === 'string' ? request : JSON.stringify(request)).replace(
          /<id:\d+>/g,
          (id) => known.get(id) ?? 'thr_unknown',
        )
        const headers = { 'content-type': 'application/json', authorization: `Bearer ${user}` }
        const init = { method: 'POST', headers, body }
        const [got, wanted] = [
          await fetch(url, init),
          await direct.handler(new Request('http://chat.example/chatkit', init)),
        ]
        const [text, wantedText] = [await got.text(), await wanted.text()]
        expect([got.status, text]).toEqual([wanted.status, wantedText])
        for (const [name, value] of wanted.headers)
          expect([name, got.headers.get(name)]).toEqual([name, value])
        for (const [, id] of text.matchAll(/"id":"((?:thr|msg|tc|wf|tsk|shcx)_[0-9]+)"/g)) {
          if (id && ![...known.values()].includes(id)) known.set(`<id:${known.size + 1}>`, id)
        }
      }
    },
  )

  it.each(['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS', 'TRACE', 'PATCH'])(
    'the method %s gets a 405, and the connection can be used again',
    async (method) => {
      const { port } = await served(async function* () {})
      const body = JSON.stringify({ type: 'threads.list', params: {} })
      const next = `POST /chatkit HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer alice\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`
      const got = await raw(port, `${method} /chatkit HTTP/1.1\r\nHost: a\r\n\r\n${next}`)
      expect(status(got)).toBe(405)
      expect(got.toLowerCase()).toContain('\r\nallow: post\r\n')
      expect(got).toContain('HTTP/1.1 200')
      expect(got.includes('method_not_allowed')).toBe(method !== 'HEAD')
    },
  )

  it.each([
    ['a target that is no URL', 'POST http://[ HTTP/1.1', 'a'],
    ['an asterisk', 'POST * HTTP/1.1', 'a'],
    ['a host that is none', 'POST /chatkit HTTP/1.1', 'a b'],
  ])('%s is a 400 and not an error of the server', async (_what, line, host) => {
    const { chat, port } = await served(async function* () {})
    const got = await raw(
      port,
      `${line}\r\nHost: ${host}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
    )
    expect(status(got)).toBe(400)
    expect(chat.errors).toEqual([])
  })

  it('a target that looks like another host is a path of this one', async () => {
    let seen = ''
    const { port } = await served(async function* () {}, {
      admit: async (request) => {
        seen = request.url
        return { ok: false, response: new Response(null, { status: 401 }) }
      },
    })
    await raw(
      port,
      'POST //evil.example/x HTTP/1.1\r\nHost: chat.example\r\nConnection: close\r\nContent-Length: 0\r\n\r\n',
    )
    expect(seen).toBe('http://chat.example//evil.example/x')
  })

  it('a body that a framework parsed before is taken, and one that it threw away is told as that', async () => {
    const chat = testChat(async function* () {})
    onTestFinished(() => chat.server.close())
    const server = createServer(
      async (incoming: IncomingMessage & { body?: unknown }, outgoing) => {
        let text = ''
        for await (const chunk of incoming) text += chunk
        if (incoming.url === '/kept') incoming.body = JSON.parse(text)
        await chat.server.listener(incoming, outgoing)
      },
    )
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => void server.close())
    const address = server.address()
    const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
    const kept = await post(`${url}/kept`, 'threads.list', {})
    expect(await kept.json()).toMatchObject({ data: [] })
    const lost = await post(`${url}/lost`, 'threads.list', {})
    expect([lost.status, await lost.json()]).toEqual([
      500,
      expect.objectContaining({ code: 'body_taken' }),
    ])
  })

  it('the whole answer of the door is sent', async () => {
    const { url, chat } = await served(async function* () {})
    const refused = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    })
    expect([refused.status, refused.headers.get('www-authenticate'), await refused.json()]).toEqual(
      [401, 'Bearer', { code: 'unauthorized', message: 'Sign in.' }],
    )
    expect(chat.errors).toEqual([])
  })
})

describe('a client', () => {
  const writing: Respond<TestCaller> = async function* (_thread, userMessage, context) {
    if (userMessage?.content[0]?.text === 'noop') return
    const item = answer(context, '')
    yield { type: 'thread.item.added', item }
    yield delta(item.id, 'Half')
    await new Promise<void>((resolve) => context.signal.addEventListener('abort', () => resolve()))
  }

  it('a client that leaves in mid-stream stops its run, and the text is kept with a note', async () => {
    const { chat, url } = await served(writing)
    const gone = new AbortController()
    const response = await fetch(url, {
      method: 'POST',
      headers: HEADERS,
      body: JSON.stringify({ type: 'threads.create', params: { input: message('hi') } }),
      signal: gone.signal,
    })
    const reader = await frameReader(response)
    const thread = (await reader.next())?.event.thread.id
    await reader.until('assistant_message.content_part.text_delta')
    gone.abort()
    await vi.waitFor(() => expect(chat.callers[0]?.ended).toBe(1))
    expect(typesOf(await storedItems(chat, thread))).toEqual([
      'user_message',
      'assistant_message',
      'sdk_hidden_context',
    ])
    expect(chat.errors).toEqual([])
  })

  it('a client that leaves before its answer begins stops the run too', async () => {
    const store = memoryThreadStore()
    let open = () => {}
    const gate = new Promise<void>((resolve) => {
      open = resolve
    })
    let reached = () => {}
    const there = new Promise<void>((resolve) => {
      reached = resolve
    })
    const { chat, url, server } = await served(writing, {
      store: {
        ...store,
        async createThread(...args) {
          reached()
          await gate
          return store.createThread(...args)
        },
      },
    })
    const closed = new Promise<void>((resolve) =>
      server.once('connection', (socket) => socket.once('close', () => resolve())),
    )
    const gone = new AbortController()
    const body = JSON.stringify({ type: 'threads.create', params: { input: message('hi') } })
    const asked = fetch(url, { method: 'POST', headers: HEADERS, body, signal: gone.signal })
    await there
    gone.abort()
    await expect(asked).rejects.toThrow()
    await closed
    open()
    await vi.waitFor(() => expect(chat.callers[0]?.ended).toBe(1))
    const { data } = await chat.json('alice', 'threads.list')
    expect(typesOf(await storedItems(chat, data[0].id))).toEqual([
      'user_message',
      'sdk_hidden_context',
    ])
    expect(chat.errors).toEqual([])
  })

  it('a client that leaves a resumable run does not stop it', async () => {
    const told = steps()
    const { chat, url } = await served(told.respond)
    const gone = new AbortController()
    const body = JSON.stringify({
      type: 'threads.create',
      params: { input: message('hi') },
      ...RESUMABLE,
    })
    const reader = await frameReader(
      await fetch(url, { method: 'POST', headers: HEADERS, body, signal: gone.signal }),
    )
    const first = await reader.next()
    gone.abort()
    told.say(1)
    told.finish()
    await vi.waitFor(() => expect(chat.callers[0]?.ended).toBe(1))
    const params = { thread_id: first?.event.thread.id, after: first?.id }
    const rest = await (await frameReader(await post(url, 'onbehalf.runs.resume', params))).take()
    expect(rest.at(-1)?.event).toMatchObject({
      type: 'thread.item.done',
      item: { content: [{ text: 'w0 ' }] },
    })
  })

  it('a client that does not read makes the answer wait, so that little is held in memory', async () => {
    let made = 0
    const { chat, port } = await served(async function* () {
      for (;;) {
        made += 1
        yield { type: 'progress_update', text: 'x'.repeat(10_000) }
      }
    })
    const body = JSON.stringify({ type: 'threads.create', params: { input: message('hi') } })
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const asked = httpRequest(
        { port, host: '127.0.0.1', path: '/chatkit', method: 'POST', headers: HEADERS },
        resolve,
      )
      asked.on('error', reject)
      asked.end(body)
    })
    response.pause()
    // Until it stands still: what the kernel's and the client's buffers take, and no more.
    let before = -1
    await vi.waitFor(
      () => {
        const now = made
        const stands = now === before && now > 0
        before = now
        expect(stands).toBe(true)
      },
      { interval: 100, timeout: 10_000 },
    )
    expect(made).toBeLessThan(3000)
    const stood = made
    response.resume()
    await vi.waitFor(() => expect(made).toBeGreaterThan(stood + 1000), { timeout: 10_000 })
    response.destroy()
    await vi.waitFor(() => expect(chat.callers[0]?.ended).toBe(1))
    expect(chat.errors).toEqual([])
  })

  it('a client keeps its connection over streams, refusals and answers', async () => {
    const { server, port } = await served(async function* () {})
    let connections = 0
    server.on('connection', () => {
      connections += 1
    })
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    onTestFinished(() => agent.destroy())
    const ask = (body: string) =>
      new Promise<number>((resolve, reject) => {
        const asked = httpRequest(
          { agent, port, host: '127.0.0.1', method: 'POST', headers: HEADERS },
          (response) => {
            response.resume().on('end', () => resolve(response.statusCode ?? 0))
          },
        )
        asked.on('error', reject)
        // In two parts: nobody says beforehand how much it is.
        asked.write(body.slice(0, 1))
        asked.end(body.slice(1))
      })
    const create = JSON.stringify({ type: 'threads.create', params: { input: message('hi') } })
    const list = JSON.stringify({ type: 'threads.list', params: {} })
    const got: number[] = []
    for (const body of [create, '{', list, 'x'.repeat(2_000_000), create, list])
      got.push(await ask(body))
    expect(got).toEqual([200, 400, 200, 413, 200, 200])
    expect(connections).toBe(1)
  })

  it('a client that sends too much can read why, also without a content-length', async () => {
    const { url } = await served(async function* () {})
    const chunk = new Uint8Array(500_000)
    for (const body of [
      new Uint8Array(8_000_000),
      ReadableStream.from(
        (function* () {
          for (let n = 0; n < 16; n += 1) yield chunk
        })(),
      ),
    ]) {
      const init = { method: 'POST', headers: HEADERS, body, duplex: 'half' } as const
      const response = await fetch(url, init)
      const { code }: Loose = await response.json()
      expect([response.status, code]).toEqual([413, 'payload_too_large'])
    }
  })

  it('a client that leaves in the middle of its request stores nothing', async () => {
    const { chat, port } = await served(async function* () {})
    const socket = connect(port, '127.0.0.1')
    const head =
      'POST /chatkit HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer alice\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"type"'
    socket.write(head)
    await vi.waitFor(() => expect(chat.callers).toHaveLength(1))
    socket.destroy()
    await vi.waitFor(() => expect(chat.callers[0]?.ended).toBe(1))
    expect(chat.errors).toEqual([])
    expect((await chat.json('alice', 'threads.list')).data).toEqual([])
  })

  it('a client that sends its request too slowly gets a 408, and its connection ends', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => {
      vi.useRealTimers()
    })
    const { chat, port } = await served(async function* () {})
    const got = raw(
      port,
      'POST /chatkit HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer alice\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"type"',
    )
    while (chat.callers.length === 0) await new Promise((resolve) => setImmediate(resolve))
    for (let n = 0; n < 20; n += 1) await new Promise((resolve) => setImmediate(resolve))
    await vi.advanceTimersByTimeAsync(30_000)
    expect(await got).toMatch(/^HTTP\/1\.1 408 [\s\S]*request_timeout/)
  })

  it('no heartbeat timer is left when a client leaves or has read to the end', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    onTestFinished(() => {
      vi.useRealTimers()
    })
    const told = steps()
    const { chat, url } = await served(told.respond, { heartbeat: 1000 })
    const gone = new AbortController()
    const body = JSON.stringify({ type: 'threads.create', params: { input: message('hi') } })
    const reader = await frameReader(
      await fetch(url, { method: 'POST', headers: HEADERS, body, signal: gone.signal }),
    )
    await reader.until('thread.item.added')
    gone.abort()
    while (chat.callers[0]?.ended !== 1) await new Promise((resolve) => setImmediate(resolve))
    told.finish()
    await (await fetch(url, { method: 'POST', headers: HEADERS, body })).text()
    while (vi.getTimerCount() > 0) await new Promise((resolve) => setImmediate(resolve))
  })

  it('a quiet stream gets comments by default, and none when the app says so', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    onTestFinished(() => {
      vi.useRealTimers()
    })
    for (const heartbeat of [undefined, 'none'] as const) {
      const told = steps()
      const { url } = await served(told.respond, heartbeat ? { heartbeat } : {})
      const response = await post(url, 'threads.create', { input: message('hi') })
      const reader = response.body?.getReader()
      let text = ''
      const read = async () => {
        text += new TextDecoder().decode((await reader?.read())?.value)
      }
      while (!text.includes('thread.item.added')) await read()
      vi.advanceTimersByTime(31_000)
      told.finish()
      for (let next = await reader?.read(); next && !next.done; next = await reader?.read())
        text += new TextDecoder().decode(next.value)
      expect(text.split('\n\n').filter((frame) => frame === ':')).toHaveLength(heartbeat ? 0 : 2)
    }
  })

  it('streams share one timer for their comments, and each gets its own', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    onTestFinished(() => {
      vi.useRealTimers()
    })
    let finish = () => {}
    const finished = new Promise<void>((resolve) => {
      finish = resolve
    })
    const { url } = await served(
      async function* () {
        yield { type: 'progress_update', text: 'at work' }
        await finished
      },
      { heartbeat: 1000 },
    )
    const open = async () => {
      const response = await post(url, 'threads.create', { input: message('hi') })
      const reader = response.body?.getReader()
      let text = ''
      const read = async () => {
        const next = await reader?.read()
        text += new TextDecoder().decode(next?.value)
        return next?.done ?? true
      }
      while (!text.includes('at work')) await read()
      return async () => {
        while (!(await read()));
        return text.split('\n\n').filter((frame) => frame === ':').length
      }
    }
    const first = await open()
    const timers = vi.getTimerCount()
    const others = [await open(), await open()]
    expect(vi.getTimerCount()).toBe(timers)
    // The third opens in the middle of the time between two comments of the others.
    vi.advanceTimersByTime(500)
    const late = await open()
    vi.advanceTimersByTime(2400)
    finish()
    expect(await Promise.all([first, ...others, late].map((rest) => rest()))).toEqual([2, 2, 2, 2])
    while (vi.getTimerCount() > 0) await new Promise((resolve) => setImmediate(resolve))
  })

  it('a client that waits for a stream gets comments as often as the app says, and its events stay whole', async () => {
    const told = steps()
    const { url } = await served(told.respond, { heartbeat: 20 })
    const response = await post(url, 'threads.create', { input: message('hi') })
    const reader = response.body?.getReader()
    let text = ''
    while (!text.includes(':\n\n')) text += new TextDecoder().decode((await reader?.read())?.value)
    told.finish()
    for (let read = await reader?.read(); read && !read.done; read = await reader?.read())
      text += new TextDecoder().decode(read.value)
    const frames = text.split('\n\n')
    expect(frames.pop()).toBe('')
    expect(frames.every((frame) => frame === ':' || frame.startsWith('data: {'))).toBe(true)
    expect(frames.filter((frame) => frame !== ':')).toHaveLength(5)
  })
})

it('the streams of clients that do not read count for their person until they leave', async () => {
  const told = steps()
  const { chat, port, url } = await served(told.respond, { limits: { streams: 3 } })
  const created = await frameReader(
    await post(url, 'threads.create', { input: message('hi') }, RESUMABLE),
  )
  const thread_id = (await created.next())?.event.thread.id
  await created.cancel()
  const body = JSON.stringify({ type: 'onbehalf.runs.resume', params: { thread_id } })
  const join = `POST /chatkit HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer alice\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`
  const open = async () => {
    const socket = connect(port, '127.0.0.1')
    socket.write(join)
    const [first] = await once(socket, 'data')
    socket.pause()
    return { socket, status: status(String(first)) }
  }
  const all = []
  for (let n = 0; n < 6; n += 1) all.push(await open())
  expect(all.filter((one) => one.status === 429).length).toBeGreaterThanOrEqual(3)
  for (const { socket } of all) socket.destroy()
  await vi.waitFor(async () => {
    const again = await post(url, 'onbehalf.runs.resume', { thread_id })
    await again.body?.cancel()
    expect(again.status).toBe(200)
  })
  told.finish()
  expect(chat.errors).toEqual([])
})
