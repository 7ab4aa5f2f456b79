// The fetch for configured destinations: what it sends, what it gives back, what it refuses.

import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { boundedText } from '../../src/core/http/bounded-text.ts'
import { type EgressFetch, egressFetch } from '../../src/egress/index.ts'
import { type Listener, listen } from './listener.ts'

let listener: Listener
let closed: Promise<void> | undefined
let fetch: EgressFetch
beforeAll(async () => {
  fetch = egressFetch()
  listener = await listen((request, response) => {
    const { pathname } = new URL(request.url ?? '', 'http://x')
    const status = Number(/^\/status\/(\d+)$/.exec(pathname)?.[1])
    if (status)
      return void response
        .writeHead(status, { location: '/elsewhere' })
        .end(status === 204 ? undefined : 'text')
    if (pathname === '/gzip')
      return void response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('hello'))
    if (pathname === '/cookies')
      return void response.writeHead(200, { 'set-cookie': ['a=1', 'b=2; Expires=x, y'] }).end()
    if (pathname === '/large') return void response.end('x'.repeat(5_000_000))
    if (pathname === '/cut') {
      response.writeHead(200, { 'content-length': '100' }).write('x')
      setTimeout(() => response.destroy(), 10)
      return
    }
    if (pathname === '/stream') {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write('data: 1\n\n')
      closed = new Promise((resolve) => response.on('close', () => resolve()))
      return
    }
    if (pathname === '/never') return
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"text":"Grüße"}')
  })
})
afterAll(async () => {
  await listener.stop()
  await fetch.close()
})
beforeEach(() => {
  listener.requests.length = 0
})
const at = (path: string) => `${listener.origin}${path}`
const last = () => listener.requests.at(-1)

describe('a request', () => {
  it.each<[string, RequestInit, string, string | undefined]>([
    [
      'a string',
      { body: '{"a":1}', headers: { 'content-type': 'application/json' } },
      '{"a":1}',
      'application/json',
    ],
    ['a string without a type', { body: 'Grüße' }, 'Grüße', 'text/plain;charset=UTF-8'],
    [
      'a form',
      { body: new URLSearchParams({ a: 'b c' }) },
      'a=b+c',
      'application/x-www-form-urlencoded;charset=UTF-8',
    ],
    ['bytes', { body: new TextEncoder().encode('bytes') }, 'bytes', undefined],
    ['a buffer', { body: new TextEncoder().encode('bytes').buffer }, 'bytes', undefined],
    ['a blob', { body: new Blob(['blob'], { type: 'text/x' }) }, 'blob', 'text/x'],
    ['a stream', { body: new Blob(['stream']).stream(), duplex: 'half' }, 'stream', undefined],
    ['nothing', {}, '', undefined],
  ])('a request carries %s', async (_, init, body, type) => {
    const response = await fetch(at('/x?y=z'), { method: 'POST', ...init })
    expect(await response.json()).toEqual({ text: 'Grüße' })
    expect(last()).toMatchObject({ method: 'POST', url: '/x?y=z', body })
    expect(last()?.headers['content-type']).toBe(type)
  })

  it('a request carries the headers, in any form, and asks for nothing compressed', async () => {
    const given: NonNullable<RequestInit['headers']>[] = [
      { 'X-Test': 'a' },
      [['x-test', 'a']],
      new Headers({ 'X-TEST': 'a' }),
    ]
    for (const headers of given) {
      await fetch(new URL(at('/')), { headers })
      expect(last()?.headers).toMatchObject({
        'x-test': 'a',
        accept: '*/*',
        'accept-encoding': 'identity',
        'user-agent': 'onbehalf',
      })
    }
    await fetch(at('/'), {
      headers: { 'accept-encoding': 'gzip', accept: 'text/event-stream', 'user-agent': 'app' },
    })
    expect(last()?.headers).toMatchObject({
      accept: 'text/event-stream',
      'accept-encoding': 'identity',
      'user-agent': 'app',
    })
  })

  it('a request can be a Request', async () => {
    const response = await fetch(
      new Request(at('/r'), { method: 'PUT', body: 'whole', headers: { 'x-test': 'a' } }),
    )
    expect(response.status).toBe(200)
    expect(last()).toMatchObject({
      method: 'PUT',
      url: '/r',
      body: 'whole',
      headers: { 'x-test': 'a' },
    })
  })

  it('a request sends two people’s requests over connections that are kept', async () => {
    const before = listener.connections
    for (let index = 0; index < 20; index++) await (await fetch(at('/'))).text()
    expect(listener.connections - before).toBeLessThanOrEqual(1)
  })

  it.each([
    'ftp://127.0.0.1/',
    'file:///etc/passwd',
    'data:,x',
    'javascript:alert(1)',
    'http://user:secret@127.0.0.1:PORT/',
    '/relative',
    '',
  ])('a request is refused for %j', async (url) => {
    const error = await fetch(url.replace('PORT', String(listener.port))).catch(
      (thrown: unknown) => thrown,
    )
    expect(error).toBeInstanceOf(TypeError)
    expect(String(error)).not.toMatch(/secret|passwd/)
    expect(listener.requests).toEqual([])
  })

  it('a request is refused for other methods, and for headers that would be two', async () => {
    for (const method of ['CONNECT', 'TRACE', 'M-SEARCH'])
      await expect(fetch(at('/'), { method })).rejects.toThrow('The method cannot be sent')
    await expect(fetch(at('/'), { method: 'GET /x HTTP/1.1\r\nX: y' })).rejects.toThrow(TypeError)
    const error = await fetch(at('/'), {
      headers: { authorization: 'Bearer secret\r\nx: y' },
    }).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(TypeError)
    expect(String(error)).not.toContain('secret')
    expect(listener.requests).toEqual([])
  })

  it('a request fails with a code and nothing else when nobody answers', async () => {
    const gone = await listen(() => {})
    await gone.stop()
    await expect(fetch(`${gone.origin}/secret`)).rejects.toThrow(
      Object.assign(new TypeError('The request failed (ECONNREFUSED)'), { code: 'ECONNREFUSED' }),
    )
  })
})

describe('an answer', () => {
  it.each([301, 302, 303, 307, 308])(
    'an answer that is a redirect (%d) is given back unfollowed',
    async (status) => {
      const response = await fetch(at(`/status/${status}`), { redirect: 'follow' })
      expect([response.status, response.headers.get('location'), response.redirected]).toEqual([
        status,
        '/elsewhere',
        false,
      ])
      expect(listener.requests).toHaveLength(1)
    },
  )

  it('an answer is a Response, with what a Response has', async () => {
    const response = await fetch(at('/'))
    expect(response).toBeInstanceOf(Response)
    expect([response.ok, response.status, response.url, response.bodyUsed]).toEqual([
      true,
      200,
      at('/'),
      false,
    ])
    expect(response.headers.get('content-type')).toBe('application/json')
    expect(await response.text()).toBe('{"text":"Grüße"}')
    expect([response.bodyUsed, response.body]).toEqual([true, null])
    await expect(response.text()).rejects.toThrow(TypeError)
  })

  it('an answer is read in every way', async () => {
    const text = '{"text":"Grüße"}'
    const bytes = new TextEncoder().encode(text)
    expect(await (await fetch(at('/'))).json()).toEqual({ text: 'Grüße' })
    expect(new Uint8Array(await (await fetch(at('/'))).arrayBuffer())).toEqual(bytes)
    expect(await (await fetch(at('/'))).bytes()).toEqual(bytes)
    expect(await (await (await fetch(at('/'))).blob()).text()).toBe(text)
    const twice = await fetch(at('/'))
    expect([await twice.clone().text(), await twice.text()]).toEqual([text, text])
    const rebuilt = await fetch(at('/'))
    expect(await new Response(rebuilt.body, rebuilt).text()).toBe(text)
    expect(rebuilt.bodyUsed).toBe(true)
    await expect(rebuilt.text()).rejects.toThrow(TypeError)
  })

  it('an answer has no body where there is none', async () => {
    for (const response of [
      await fetch(at('/status/204')),
      await fetch(at('/'), { method: 'HEAD' }),
    ]) {
      expect([response.body, await response.text()]).toEqual([null, ''])
    }
  })

  it('an answer keeps several cookies apart', async () => {
    expect((await fetch(at('/cookies'))).headers.getSetCookie()).toEqual([
      'a=1',
      'b=2; Expires=x, y',
    ])
  })

  it('an answer is refused when it comes compressed', async () => {
    await expect(fetch(at('/gzip'))).rejects.toThrow(TypeError)
  })

  it('an answer streams as it comes, and is ended by a reader who has enough', async () => {
    const response = await fetch(at('/stream'))
    const reader = response.body?.getReader()
    const { value } = (await reader?.read()) ?? {}
    expect(new TextDecoder().decode(value)).toBe('data: 1\n\n')
    await reader?.cancel()
    await closed
  })

  it('an answer ends with an error when the connection does', async () => {
    await expect((await fetch(at('/cut'))).text()).rejects.toThrow()
    const reader = (await fetch(at('/cut'))).body?.getReader()
    await expect(
      (async () => {
        while (!(await reader?.read())?.done);
      })(),
    ).rejects.toThrow()
  })

  it('an answer is read up to a limit, without more of it being taken', async () => {
    expect(await boundedText(await fetch(at('/x')), 16)).toBe('{"text":"Grüße"}')
    expect(await boundedText(await fetch(at('/x')), 15)).toBeUndefined()
    const endless = await fetch(at('/stream'))
    expect(await boundedText(endless, 3)).toBeUndefined()
    await closed
    await expect(
      fetch(at('/cut')).then((response) => boundedText(response, 1000)),
    ).rejects.toThrow()
  })

  it('an answer that was ended before anybody read it is no answer, and nobody waits for it', async () => {
    const controller = new AbortController()
    const response = await fetch(at('/stream'), { signal: controller.signal })
    controller.abort()
    await closed
    await new Promise((resolve) => setImmediate(resolve))
    await expect(boundedText(response, 1000)).rejects.toThrow()
  })

  it('an answer may be large', async () => {
    expect(await (await fetch(at('/large'))).text()).toHaveLength(5_000_000)
  })
})

describe('the caller’s signal', () => {
  it('the caller’s signal keeps a request from being sent', async () => {
    const reason = new Error('enough')
    await expect(fetch(at('/'), { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    expect(listener.requests).toEqual([])
  })

  it('the caller’s signal ends the wait for an answer', async () => {
    const controller = new AbortController()
    const asked = fetch(at('/never'), { signal: controller.signal })
    setTimeout(() => controller.abort(), 20)
    await expect(asked).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }))
  })

  it('the caller’s signal ends an answer that is being read, and its connection', async () => {
    const controller = new AbortController()
    const response = await fetch(at('/stream'), { signal: controller.signal })
    const reading = response.text()
    controller.abort()
    await expect(reading).rejects.toThrow()
    await closed
  })
})

it('is closed once what is under way has ended', async () => {
  const own = egressFetch()
  const answer = await own(at('/large'))
  const closing = own.close()
  expect(await answer.text()).toHaveLength(5_000_000)
  await closing
  await expect(own(at('/'))).rejects.toThrow(TypeError)
})
