// onbehalf/node over real connections: what a framework did to a request before, what a client does
// to the answer, and when the caller ends.

import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener, request } from 'node:http'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { type LazyBody, LazyResponse, textBody } from '../../src/core/http/lazy-response.ts'
import { at, handle, sendResponse, toNodeListener, toRequest } from '../../src/mount/node.ts'
import { deferred } from '../core/parts.ts'

async function served(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
}

/** What a framework does: reads the body, and keeps what it made of it. */
type Framework = IncomingMessage & { body?: unknown; originalUrl?: string; rawBody?: unknown }

async function readBody(incoming: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of incoming) text += chunk
  return text
}

const post = (url: string, body: string, type = 'application/json') =>
  fetch(url, { method: 'POST', body, headers: { 'content-type': type } })

const echo = toNodeListener(async (asked) =>
  Response.json({
    url: new URL(asked.url).pathname,
    used: asked.bodyUsed,
    text: asked.bodyUsed ? null : await asked.text(),
    length: asked.headers.get('content-length'),
  }),
)

describe('a request of node:http', () => {
  it.each<[string, (incoming: Framework) => Promise<void> | void, string, string | null]>([
    ['nobody has read', () => {}, 'application/json', '{"a": 1}'],
    [
      'a JSON parser has read',
      async (incoming) => {
        incoming.body = JSON.parse(await readBody(incoming))
      },
      'application/json; charset=utf-8',
      '{"a":1}',
    ],
    [
      'a parser of bytes has read',
      async (incoming) => {
        incoming.body = Buffer.from(await readBody(incoming))
      },
      'application/octet-stream',
      '{"a": 1}',
    ],
    [
      'a host of functions has read, and kept the bytes',
      async (incoming) => {
        incoming.rawBody = Buffer.from(await readBody(incoming))
        incoming.body = { other: true }
      },
      'application/json',
      '{"a": 1}',
    ],
    [
      'a parser looked at and left alone',
      (incoming) => {
        incoming.body = {}
      },
      'application/json',
      '{"a": 1}',
    ],
    [
      'somebody has read and thrown away',
      async (incoming) => void (await readBody(incoming)),
      'application/json',
      null,
    ],
    [
      'a parser made more of than can be written again',
      async (incoming) => {
        await readBody(incoming)
        incoming.body = { file: { size: 1 } }
      },
      'application/x-www-form-urlencoded',
      null,
    ],
  ])('has the body that %s', async (_, before, type, text) => {
    const url = await served(async (incoming, outgoing) => {
      await before(incoming)
      await echo(incoming, outgoing)
    })
    const told = await (await post(`${url}/chat`, '{"a": 1}', type)).json()
    expect(told).toMatchObject({ text, used: text === null })
  })

  it('has a form again that was parsed, with what is in it twice', async () => {
    const url = await served(async (incoming: Framework, outgoing) => {
      await readBody(incoming)
      incoming.body = { grant_type: 'x', scope: ['a b', 'c&d'] }
      await echo(incoming, outgoing)
    })
    const told = await (await post(url, 'x', 'application/x-www-form-urlencoded')).json()
    expect(told).toMatchObject({ text: 'grant_type=x&scope=a+b&scope=c%26d' })
  })

  it('has the path as it came, and not as a router shortened it', async () => {
    const url = await served((incoming: Framework, outgoing) => {
      incoming.originalUrl = incoming.url ?? ''
      incoming.url = '/'
      return echo(incoming, outgoing)
    })
    expect(await (await post(`${url}/mcp`, '')).json()).toMatchObject({ url: '/mcp' })
  })

  it.each([
    'a b',
    'app.example/mcp?',
    'app.example/..',
    'app.example?a=',
    'app.example#',
    'app.example\\mcp',
    'app.example@other.example',
  ])('is answered with 400 when its host is %j, and toRequest throws', async (host) => {
    let thrown: unknown
    const url = await served((incoming, outgoing) => {
      try {
        toRequest(incoming)
      } catch (error) {
        thrown = error
      }
      return echo(incoming, outgoing)
    })
    const asked = request(`${url}/open`, { headers: { host } }).end()
    const [answer] = (await once(asked, 'response')) as [IncomingMessage]
    expect([answer.statusCode, String(thrown)]).toEqual([
      400,
      'TypeError: toRequest: the request has no target that can be read',
    ])
  })
})

describe('an answer', () => {
  it('keeps its status, its headers, several cookies, and those that the framework set', async () => {
    const url = await served((_, outgoing) => {
      outgoing.setHeader('access-control-allow-origin', '*')
      const headers = new Headers({ 'x-mine': 'yes' })
      headers.append('set-cookie', 'a=1')
      headers.append('set-cookie', 'b=2')
      return sendResponse(new Response('made', { status: 201, headers }), outgoing)
    })
    const answer = await fetch(url)
    expect([answer.status, await answer.text(), answer.headers.getSetCookie()]).toEqual([
      201,
      'made',
      ['a=1', 'b=2'],
    ])
    expect(answer.headers.get('access-control-allow-origin')).toBe('*')
  })

  it('has no body for HEAD, and the body is not left open', async () => {
    const cancelled = deferred<void>()
    const body = new ReadableStream({ cancel: () => cancelled.resolve() })
    const url = await served((_, outgoing) => sendResponse(new Response(body), outgoing))
    expect(await (await fetch(url, { method: 'HEAD' })).text()).toBe('')
    await cancelled.promise
  })

  it('begins before its first byte, and its body is cancelled when the client leaves', async () => {
    const cancelled = deferred<void>()
    const body = new ReadableStream({ cancel: () => cancelled.resolve() })
    const url = await served((_, outgoing) => sendResponse(new Response(body), outgoing))
    const gone = new AbortController()
    expect((await fetch(url, { signal: gone.signal })).status).toBe(200)
    gone.abort()
    await cancelled.promise
  })

  it('waits for a client that reads slowly', async () => {
    let pulled = 0
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (++pulled > 64) return controller.close()
        controller.enqueue(new Uint8Array(1024 * 1024))
      },
    })
    const url = await served((_, outgoing) => sendResponse(new Response(body), outgoing))
    const answer = await fetch(url)
    await vi.waitFor(() => expect(pulled).toBeGreaterThan(2))
    expect(pulled).toBeLessThan(64)
    expect((await answer.arrayBuffer()).byteLength).toBe(64 * 1024 * 1024)
  })

  it('is cut, and not ended, when its body breaks', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => {})
    onTestFinished(() => void vi.restoreAllMocks())
    const url = await served(
      toNodeListener(
        () =>
          new Response(
            ReadableStream.from(
              (async function* () {
                yield new Uint8Array(8)
                throw new Error('the model is away')
              })(),
            ),
          ),
      ),
    )
    await expect((await fetch(url)).text()).rejects.toThrow()
  })
})

describe('a listener', () => {
  it('leaves to the next one what its handler leaves alone, or answers 404', async () => {
    const next = vi.fn()
    const nothing = toNodeListener(() => undefined)
    const url = await served((incoming, outgoing) =>
      nothing(
        incoming,
        outgoing,
        incoming.url === '/next'
          ? () => {
              next()
              outgoing.end('next')
            }
          : undefined,
      ),
    )
    expect(await (await fetch(`${url}/next`)).text()).toBe('next')
    expect((await fetch(url)).status).toBe(404)
    expect(next).toHaveBeenCalledTimes(1)
  })

  it('gives an error to the framework; without one it answers 500 and logs it without credentials', async () => {
    const logged = vi.spyOn(console, 'error').mockImplementation(() => {})
    onTestFinished(() => void vi.restoreAllMocks())
    const failing = toNodeListener(() => {
      throw new Error('no: Bearer s3cr3t')
    })
    const next = vi.fn()
    const url = await served((incoming, outgoing) =>
      failing(
        incoming,
        outgoing,
        incoming.url === '/next' ? (error) => outgoing.end(String(error)) : undefined,
      ),
    )
    expect(await (await fetch(`${url}/next`)).text()).toContain('Error: no')
    expect([(await fetch(url)).status, next.mock.calls.length]).toEqual([500, 0])
    expect(String(logged.mock.calls)).toMatch(/no: \[credential\]/)
  })

  it('at() answers at its path and at the place of its metadata, and nowhere else', async () => {
    const url = await served(toNodeListener(at('/mcp', () => new Response('mine'))))
    const answers = ['/mcp', '/.well-known/oauth-protected-resource/mcp', '/mcp/x', '/'].map(
      async (path) => (await fetch(url + path)).status,
    )
    expect(await Promise.all(answers)).toEqual([200, 200, 404, 404])
    expect(() => at('mcp', () => undefined)).toThrow(/^at: the path must begin with a slash/)
  })
})

describe('handle', () => {
  const caller = () => ({ name: 'alice', end: vi.fn(async () => {}) })
  const door = (admitted: ReturnType<typeof caller>) => ({
    metadata: (asked: Request) =>
      asked.url.endsWith('/metadata') ? Response.json({ resource: 'x' }) : undefined,
    admit: async (asked: Request) =>
      asked.headers.has('authorization')
        ? ({ ok: true, value: admitted } as const)
        : ({
            ok: false,
            refusal: { reason: 'credential_missing' },
            response: new Response(null, { status: 401 }),
          } as const),
  })
  const signedIn = { headers: { authorization: 'Bearer x' } }

  it('handle serves the metadata, and sends the 401, without asking the app', async () => {
    const answer = vi.fn()
    const url = await served(handle(door(caller()), answer))
    expect(await (await fetch(`${url}/metadata`)).json()).toEqual({ resource: 'x' })
    expect([(await fetch(url)).status, answer.mock.calls.length]).toEqual([401, 0])
  })

  it('handle sends a Response, and then ends the caller', async () => {
    const admitted = caller()
    const url = await served(handle(door(admitted), ({ name }) => new Response(name)))
    expect(await (await fetch(url, signedIn)).text()).toBe('alice')
    await vi.waitFor(() => expect(admitted.end).toHaveBeenCalledTimes(1))
  })

  it('handle keeps the caller while the app writes by itself, and ends it after the last byte', async () => {
    const admitted = caller()
    const go = deferred<void>()
    const url = await served(
      handle(door(admitted), (_, __, outgoing) => {
        outgoing.write('a')
        void go.promise.then(() => outgoing.end('b'))
      }),
    )
    const answer = await fetch(url, signedIn)
    expect(admitted.end).not.toHaveBeenCalled()
    go.resolve()
    expect(await answer.text()).toBe('ab')
    await vi.waitFor(() => expect(admitted.end).toHaveBeenCalledTimes(1))
  })

  it('handle ends the caller when the client leaves, and when the app fails', async () => {
    const [left, failed] = [caller(), caller()]
    const gone = new AbortController()
    const silent = await served(handle(door(left), (_, __, outgoing) => outgoing.write('a')))
    await fetch(silent, { ...signedIn, signal: gone.signal })
    gone.abort()
    await vi.waitFor(() => expect(left.end).toHaveBeenCalledTimes(1))
    vi.spyOn(console, 'error').mockImplementation(() => {})
    onTestFinished(() => void vi.restoreAllMocks())
    const failing = await served(
      handle(door(failed), () => {
        throw new Error('mine')
      }),
    )
    expect((await fetch(failing, signedIn)).status).toBe(500)
    expect(failed.end).toHaveBeenCalled()
  })
})

describe('an answer that is no platform response', () => {
  const BYTES = Uint8Array.of(0, 255, 254, 10)

  it('is sent in one piece when its text is there', async () => {
    const answer = new LazyResponse(textBody('{"a":"ö"}'), { status: 201, headers: { b: 'c' } }, '')
    const response = await fetch(await served(toNodeListener(() => answer)))
    expect([response.status, response.headers.get('b')]).toEqual([201, 'c'])
    expect(response.headers.get('content-length')).toBe('10')
    expect(await response.text()).toBe('{"a":"ö"}')
  })

  it('is sent as it comes in otherwise, whatever its bytes are', async () => {
    const { promise: more, resolve: go } = deferred<void>()
    const coming = {
      ...textBody(''),
      whole: undefined,
      bodyUsed: false,
      stream: () =>
        ReadableStream.from(
          (async function* () {
            yield BYTES
            await more
            yield BYTES
          })(),
        ),
    } as unknown as LazyBody
    const answer = new LazyResponse(coming, {}, '')
    const response = await fetch(await served(toNodeListener(() => answer)))
    const reader = response.body?.getReader()
    expect((await reader?.read())?.value).toEqual(BYTES)
    go()
    expect((await reader?.read())?.value).toEqual(BYTES)
  })
})
