// Refusals come in one order, each before anything is stored. Each person has their own limits of
// requests and runs.

import { describe, expect, it, vi } from 'vitest'
import { memoryRateLimit } from '../../../src/chatkit/http/rate-limit.ts'
import {
  type ChatkitServerOptions,
  memoryRunStore,
  memoryThreadStore,
  type ThreadStore,
} from '../../../src/chatkit/index.ts'
import { begin, frameReader, RESUMABLE, steps } from '../resumable.ts'
import { type Loose, message, request, type TestCaller, testChat } from '../support.ts'
import { refusalOf } from '../thread-of.ts'

/** Everything that can be wrong with a request, in the order in which it is found. */
const WRONGS: readonly (readonly [status: number, code: string])[] = [
  [405, 'method_not_allowed'],
  [401, 'unauthorized'],
  [429, 'too_many_requests'],
  [415, 'unsupported_media_type'],
  [413, 'payload_too_large'],
  [400, 'invalid_request'],
  [404, 'not_found'],
  [409, 'thread_locked'],
]

it.each(WRONGS.map(([status, code], at) => [status, code, at] as const))(
  'a request with this and every later fault is refused with %i %s',
  async (status, code, at) => {
    const wrong = (what: number) => WRONGS.findIndex(([one]) => one === what) >= at
    const chat = testChat(
      async function* (_thread, _message, context) {
        context.updateThread({ status: { type: 'locked' } })
        yield* []
      },
      {
        limits: { bodyBytes: 500 },
        rateLimit: {
          take: async (owner) =>
            owner.includes('bob') ? { ok: false, retryAfter: 7 } : { ok: true },
        },
      },
    )
    const thread_id = await chat.create('alice')
    const who = wrong(429) ? 'bob' : 'alice'
    const input = wrong(400) ? 5 : message('x', wrong(413) ? { quoted_text: 'x'.repeat(500) } : {})
    const asked = {
      type: 'threads.add_user_message',
      params: { thread_id: wrong(404) ? 'thr_none' : thread_id, input },
    }
    const body = JSON.stringify(wrong(413) ? { ...asked, pad: 'x'.repeat(500) } : asked)
    const headers = {
      'content-type': wrong(415) ? 'text/plain' : 'application/json',
      ...(wrong(401) ? {} : { authorization: `Bearer ${who}` }),
    }
    const response = await chat.handler(
      request(undefined, body, { method: wrong(405) ? 'PUT' : 'POST', headers }),
    )
    const headersOf = Object.fromEntries(response.headers)
    expect(await refusalOf(response)).toEqual([status, code])
    expect(headersOf).toMatchObject({
      ...(status === 405 ? { allow: 'POST' } : {}),
      ...(status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
      ...(status === 429 ? { 'retry-after': '7' } : {}),
    })
    expect((await chat.json('alice', 'items.list', { thread_id })).data).toHaveLength(1)
    expect(chat.callers.every(({ ended }) => ended === 1)).toBe(true)
    expect(chat.errors).toEqual([])
  },
)

describe('the limit of requests', () => {
  it('the limit of requests counts each person alone and says when to try again', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] })
    try {
      const chat = testChat(async function* () {}, {
        rateLimit: memoryRateLimit({ requests: { most: 3, per: 60 } }),
      })
      for (let n = 0; n < 3; n += 1) await chat.json('alice', 'threads.list')
      const refused = await chat.send('alice', 'threads.list')
      const wait = Number(refused.headers.get('retry-after'))
      expect([refused.status, wait > 0 && wait <= 60]).toEqual([429, true])
      for (const who of ['bob', 'alice-elsewhere', 'alice-tenant'])
        await chat.json(who, 'threads.list')
      await vi.advanceTimersByTimeAsync(61_000)
      await chat.json('alice', 'threads.list')
    } finally {
      vi.useRealTimers()
    }
  })

  it('the limit of runs does not count other requests', async () => {
    const chat = testChat(async function* () {}, {
      rateLimit: memoryRateLimit({ runs: { most: 2, per: 60 } }),
    })
    await chat.create('alice')
    const thread_id = await chat.create('alice')
    const input = message('x')
    expect((await chat.send('alice', 'threads.create', { input })).status).toBe(429)
    expect(
      (await chat.send('alice', 'threads.add_user_message', { thread_id, input })).status,
    ).toBe(429)
    expect((await chat.json('alice', 'threads.list')).data).toHaveLength(2)
    await chat.create('bob')
  })

  it('a rate limit that fails gives a 503, and nothing is stored', async () => {
    const chat = testChat(async function* () {}, {
      rateLimit: { take: () => Promise.reject(new Error('redis at /secret')) },
    })
    const response = await chat.send('alice', 'threads.create', { input: message('x') })
    expect([response.status, await response.text()]).toEqual([
      503,
      expect.not.stringContaining('secret'),
    ])
  })

  it('the default limit is 60 runs a minute', async () => {
    const options: Partial<ChatkitServerOptions<TestCaller>> = { rateLimit: memoryRateLimit() }
    const chat = testChat(async function* () {}, options)
    for (let n = 0; n < 60; n += 1) await chat.create('alice')
    expect((await chat.send('alice', 'threads.create', { input: message('x') })).status).toBe(429)
  })
})

describe('runs at once', () => {
  it('runs under way are bounded for each person, and ended ones do not count', async () => {
    const told = steps()
    const chat = testChat(told.respond, { limits: { runs: 2 } })
    const one = await begin(chat)
    const two = await frameReader(
      await chat.send('alice', 'threads.create', { input: message('hi') }),
    )
    await two.take(2)
    const refused = await chat.send('alice', 'threads.create', { input: message('hi') }, RESUMABLE)
    expect(refused.headers.get('retry-after')).toBe('5')
    expect(await refusalOf(refused)).toEqual([429, 'too_many_runs'])
    expect((await chat.json('alice', 'threads.list')).data).toHaveLength(2)
    await (await begin(chat, 'bob', 'noop')).reader.take()
    await two.cancel()
    expect((await chat.send('alice', 'threads.create', { input: message('noop') })).status).toBe(
      200,
    )
    await chat.json('alice', 'threads.delete', { thread_id: one.thread })
    await chat.server.close()
  })
})

describe('a store that fails', () => {
  const params = (thread_id: string): Readonly<Record<string, object>> => ({
    'threads.create': { input: message('x') },
    'threads.add_user_message': { thread_id, input: message('x') },
    'threads.retry_after_item': { thread_id, item_id: 'x' },
    'threads.get_by_id': { thread_id },
    'threads.list': {},
    'threads.update': { thread_id, title: 'x' },
    'threads.delete': { thread_id },
    'items.list': { thread_id },
    'items.feedback': { thread_id, item_ids: ['x'], kind: 'positive' },
    'attachments.delete': { attachment_id: 'x' },
    'onbehalf.runs.stop': { thread_id },
    'onbehalf.runs.resume': { thread_id },
  })

  it.each(Object.keys(params('')))(
    'a store that fails before anything is done gives a 503 to %s without its message, and the thread is free',
    async (type) => {
      const store = memoryThreadStore()
      let fails = false
      const failing = Object.fromEntries(
        Object.entries(store).map(([name, method]) => [
          name,
          (...args: Loose[]) =>
            fails
              ? Promise.reject(new Error('disk at /secret'))
              : Reflect.apply(method, store, args),
        ]),
      )
      const storage = { create: () => Promise.reject(new Error('none')), remove: async () => {} }
      const chat = testChat(async function* () {}, {
        store: { ...store, ...failing } satisfies ThreadStore,
        attachments: storage,
        runs: memoryRunStore(),
      })
      const thread_id = await chat.create('alice')
      fails = true
      const refused = await chat.send('alice', type, params(thread_id)[type])
      expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5'])
      expect(await refused.text()).not.toContain('secret')
      expect(chat.errors).toHaveLength(1)
      expect(chat.errors[0]?.place).toMatchObject({ type, principal: { subject: 'alice' } })
      fails = false
      await chat.stream('alice', 'threads.add_user_message', { thread_id, input: message('x') })
      expect(chat.callers.every(({ ended }) => ended === 1)).toBe(true)
    },
  )
})

it('a failure to discard the credential goes to the log and does not change the answer', async () => {
  const chat = testChat(async function* () {}, {
    admit: async () => ({
      ok: true,
      value: {
        principal: { issuer: 'https://a.example', subject: 'alice' },
        ended: 0,
        end: () => Promise.reject(new Error('vault')),
      },
    }),
  })
  const thread_id = await chat.create('alice')
  for (const [type, params, status] of [
    ['threads.list', {}, 200],
    ['onbehalf.runs.resume', { thread_id }, 200],
    ['threads.retry_after_item', { thread_id, item_id: 'none' }, 404],
  ] as const) {
    expect((await chat.send('alice', type, params)).status).toBe(status)
  }
  expect(chat.errors).toHaveLength(4)
})

describe('the limit of open streams', () => {
  it('the limit of open streams counts each person alone, refuses before anything is stored, and frees ended streams', async () => {
    const told = steps()
    const chat = testChat(told.respond, { limits: { streams: 2 } })
    const { reader, thread } = await begin(chat)
    const other = await frameReader(
      await chat.send('alice', 'onbehalf.runs.resume', { thread_id: thread }),
    )
    const refused = await chat.send('alice', 'threads.create', { input: message('noop') })
    expect([refused.headers.get('retry-after'), await refusalOf(refused)]).toEqual([
      '5',
      [429, 'too_many_streams'],
    ])
    expect(
      await refusalOf(await chat.send('alice', 'onbehalf.runs.resume', { thread_id: thread })),
    ).toEqual([429, 'too_many_streams'])
    expect((await chat.json('alice', 'threads.list')).data).toHaveLength(1)
    await chat.create('bob')
    await other.cancel()
    for (let n = 0; n < 5; n += 1) {
      await chat.create('alice')
      expect(
        await refusalOf(
          await chat.send('alice', 'onbehalf.runs.resume', { thread_id: 'thr_none' }),
        ),
      ).toEqual([404, 'not_found'])
      const gone = new AbortController()
      await chat.send(
        'alice',
        'onbehalf.runs.resume',
        { thread_id: thread },
        { signal: gone.signal },
      )
      gone.abort()
    }
    told.finish()
    await reader.take()
    expect(chat.errors).toEqual([])
  })
})
