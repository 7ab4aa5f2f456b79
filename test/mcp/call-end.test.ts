// A call listens to the signals that may end it, and holds its deadline, until its answer was read;
// and no longer: the signals of a run and of a client outlive thousands of calls.

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { granted, type Result, refused } from '../../src/core/errors.ts'
import type { IssuedToken } from '../../src/core/source/exchange.ts'
import { issuedToken } from '../core/parts.ts'
import { callOf, carrier, post, SECRET } from './parts.ts'

const URL = 'http://127.0.0.1:9/mcp'
const DEADLINE_MS = 5_000
const RESULT = { jsonrpc: '2.0', id: 'call-1', result: { content: [] } }

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
afterEach(() => void vi.useRealTimers())

/** A signal that counts who listens to it. */
function counted() {
  const controller = new AbortController()
  const { signal } = controller
  const listening = new Set<unknown>()
  const add = signal.addEventListener.bind(signal)
  const remove = signal.removeEventListener.bind(signal)
  signal.addEventListener = (...args: Parameters<typeof add>) => {
    listening.add(args[1])
    add(...args)
  }
  signal.removeEventListener = (...args: Parameters<typeof remove>) => {
    listening.delete(args[1])
    remove(...args)
  }
  return { controller, signal, listening }
}

/** A server's answer of events, and the signal that the request came with. */
function streaming() {
  let output: ReadableStreamDefaultController<Uint8Array> | undefined
  let sent: AbortSignal | null | undefined
  const fetch: typeof globalThis.fetch = async (_, init) => {
    sent = init?.signal
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        output = controller
        // The platform's fetch ends the body in the same way.
        sent?.addEventListener('abort', () => controller.error(sent?.reason))
      },
    })
    return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
  }
  const event = (message: unknown) => `data: ${JSON.stringify(message)}\n\n`
  return {
    fetch,
    write: (message: unknown) => output?.enqueue(new TextEncoder().encode(event(message))),
    close: () => output?.close(),
    get isAborted() {
      return sent?.aborted
    },
  }
}

/** One call of one run, whose signals can be looked at. */
function calling(server: typeof globalThis.fetch, init: RequestInit = post(callOf('list'))) {
  const ends = counted()
  const callers = counted()
  const { fetch } = carrier(URL, {}, { fetch: server, deadline: DEADLINE_MS, signal: ends.signal })
  const isListening = () => ends.listening.size + callers.listening.size > 0
  return {
    ends: ends.controller,
    callers: callers.controller,
    isListening,
    /** Whether anything of the call is left. */
    isHeld: () => isListening() || vi.getTimerCount() > 0,
    answer: fetch(URL, { ...init, signal: callers.signal }),
  }
}

describe('nothing of a call is left', () => {
  it('when its answer is JSON, whether somebody reads it or not', async () => {
    const call = calling(async () => Response.json(RESULT))
    expect((await call.answer).status).toBe(200)
    expect(call.isHeld()).toBe(false)
  })

  it.each<[string, typeof globalThis.fetch]>([
    ['an error', async () => new Response(null, { status: 404 })],
    ['two refusals', async () => new Response(null, { status: 401 })],
    ['no answer', () => Promise.reject(new TypeError('fetch failed'))],
    ['an answer that is no JSON', async () => new Response('{', JSON_TYPE)],
  ])('when the server gives %s', async (_, server) => {
    const call = calling(server)
    await call.answer
    expect(call.isHeld()).toBe(false)
  })

  it.each(['end', 'cancel', 'break'] as const)(
    'when its stream has come to its %s',
    async (how) => {
      const server = streaming()
      const call = calling(server.fetch)
      const response = await call.answer
      expect(call.isHeld()).toBe(true)
      const reader = response.body?.getReader()
      server.write(RESULT)
      await reader?.read()
      if (how === 'cancel') await reader?.cancel()
      if (how === 'end') server.close()
      if (how === 'break') call.callers.abort()
      if (how !== 'cancel') await reader?.read().catch(() => {})
      expect(call.isHeld()).toBe(false)
    },
  )

  it('when a stream that nobody reads has met the deadline; its connection is closed', async () => {
    const server = streaming()
    const call = calling(server.fetch)
    await call.answer
    vi.advanceTimersByTime(DEADLINE_MS)
    expect([server.isAborted, call.isHeld()]).toEqual([true, false])
  })
})

const JSON_TYPE = { headers: { 'content-type': 'application/json' } }

describe('a stream that is being read', () => {
  it('is ended by its caller, by the end of the sign-in, and by the deadline', async () => {
    for (const end of ['callers', 'ends', 'deadline'] as const) {
      const server = streaming()
      const call = calling(server.fetch)
      const text = (await call.answer).text().catch(() => '')
      if (end === 'deadline') vi.advanceTimersByTime(DEADLINE_MS)
      else call[end].abort()
      await text
      expect([end, server.isAborted, call.isHeld()]).toEqual([end, true, false])
    }
  })

  it('outlives the deadline when it is the answer to a GET, and not the sign-in', async () => {
    const server = streaming()
    const call = calling(server.fetch, { method: 'GET' })
    const reader = (await call.answer).body?.getReader()
    vi.advanceTimersByTime(10 * DEADLINE_MS)
    expect([server.isAborted, call.isListening()]).toEqual([false, true])
    server.write({ jsonrpc: '2.0', method: 'notifications/tools/list_changed' })
    expect((await reader?.read())?.done).toBe(false)
    call.ends.abort()
    await reader?.read().catch(() => {})
    expect([server.isAborted, call.isHeld()]).toEqual([true, false])
  })
})

describe('a source of credentials', () => {
  const answering: typeof globalThis.fetch = async () => Response.json(RESULT)
  const given = granted(issuedToken(SECRET))

  it.each<[string, () => Result<IssuedToken> | Promise<Result<IssuedToken>>]>([
    ['at once', () => given],
    ['later', async () => given],
  ])('may give them %s', async (_, source) => {
    const { fetch } = carrier(URL, {}, { fetch: answering, source })
    expect(await (await fetch(URL, post(callOf('list')))).json()).toEqual(RESULT)
  })

  it.each<[string, () => Promise<Result<IssuedToken>>]>([
    ['throws', () => thrown('canary')],
    ['rejects', () => Promise.reject(new Error('canary'))],
    ['refuses', async () => refused('issuer_unavailable')],
  ])('ends the call with a sentence when it %s', async (_, source) => {
    const { fetch, reasons } = carrier(URL, {}, { fetch: answering, source })
    const text = await (await fetch(URL, post(callOf('list')))).text()
    expect(text).toContain('sign-in service cannot be reached')
    expect(text).not.toContain('canary')
    expect(reasons()).toEqual(['issuer_unavailable'])
  })
})

function thrown(message: string): never {
  throw new Error(message)
}

it.each([
  '{"jsonrpc":"2.0","id":"call-1","result":{"content":[]},"then":1}',
  '{"jsonrpc":"2.0","id":"call-1","result":{"content":[],"then":{"then":[]}}}',
])('takes no answer for a promise, whatever its members are called: %s', async (answer) => {
  const { fetch } = carrier(URL, {}, { fetch: async () => new Response(answer, JSON_TYPE) })
  expect(JSON.stringify(await (await fetch(URL, post(callOf('list')))).json())).toBe(answer)
})

it('gives the result of a call as a value of its own, which nobody else holds', async () => {
  const { fetch } = carrier(URL, {}, { fetch: async () => Response.json(RESULT) })
  const init = post(callOf('list'))
  const [first, second] = [await fetch(URL, init), await fetch(URL, init)]
  expect(await first.clone().text()).toBe(JSON.stringify(RESULT))
  const value = await first.json()
  if (typeof value === 'object' && value !== null) Object.assign(value, { result: 'changed' })
  expect(await second.json()).toEqual(RESULT)
})
